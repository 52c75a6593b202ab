"""Facts every part agrees on: records, results, settings, models, paths, errors. Imports nothing of ours."""

__version__ = "0.1.0"
