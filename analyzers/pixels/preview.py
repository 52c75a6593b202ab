"""A preview's path in, its pixels out, decoded once for all analyzers."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from vitrine.config.errors import Problem

LONGEST = 1280
"""The wire promises no longer side; a longer one is scaled down rather than trusted."""


def decode(path: str) -> Image.Image:
    """The picture, mode RGB, wholly decoded. Raises Problem when there is none."""
    try:
        with Image.open(Path(path)) as file:
            file.draft("RGB", (LONGEST, LONGEST))
            picture = file.convert("RGB")
    except FileNotFoundError:
        raise Problem("unreadable", "The preview is gone.") from None
    # Pillow's decoders raise these for content that is damaged, mislabelled or far too large.
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Problem("broken", f"The preview cannot be decoded ({type(error).__name__}).") from error
    if max(picture.size) > LONGEST:
        picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return picture
