"""What holds for every test: the code is imported by the names under which it is installed."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# `python -m pytest` puts the checkout first on the path, where the bare name `server` would be found: an import that no installed Vitrine could do.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != ROOT]
