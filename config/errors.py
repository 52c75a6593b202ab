"""The two failures Vitrine speaks of; anything else is a bug and leaves a traceback in the log."""

from __future__ import annotations


class UserError(Exception):
    """Something the person can put right: one clear sentence that says what to do. The command line exits 2."""


class Problem(Exception):
    """This one file or photo failed; the flow goes on. Shown on the problems page and by ``vitrine doctor``.

    ``code`` is a stable word for tests and translations; ``message`` is one clear sentence without any path.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[Problem], tuple[str, str]]:
        """Survive the trip from a read worker back to the server."""
        return (Problem, (self.code, self.message))


PROBLEM_CODES: dict[str, str] = {
    "empty": "The file has no content.",
    "unknown-format": "The content is no picture format that Vitrine knows, whatever the file is called.",
    "broken": "The picture is damaged and cannot be decoded.",
    "too-large": "The picture has more pixels than the limit (setting `max_megapixels`).",
    "too-slow": "Reading the picture took longer than the limit (setting `read_timeout_s`).",
    "too-hungry": "Reading the picture needed more memory than the limit (setting `read_memory_mb`).",
    "unreadable": "The file cannot be opened: permission, a broken link, or a disk error.",
    "changed": "The file changed while it was being read; the next scan tries again.",
    "crashed": "The decoder or an analyzer crashed on this picture twice; it is set aside.",
    "analyzer": "An analyzer failed on this picture.",
    "no-space": "The data folder's disk is full; make room, and the work continues.",
}
