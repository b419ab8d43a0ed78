"""Files that are read in place: are they still what they were?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

__all__ = ["FileMark", "print_of_bytes"]

BLOCK = 1 << 22  # bytes read at a time


@dataclass(frozen=True, slots=True)
class FileMark:
    """What the file system said of a file: a change of its content changes one of these."""

    path: Path
    size: int
    changed: int  # nanoseconds
    inode: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the mark of a file as it is now. Raises ``OSError``."""
        now = path.stat()
        return cls(path, now.st_size, now.st_mtime_ns, now.st_ino)

    def holds(self) -> bool:
        """Return whether the file is there as it was."""
        try:
            return self == self.of(self.path)
        except OSError:
            return False


def print_of_bytes(paths: Sequence[Path]) -> str:
    """Return 16 hex digits of SHA-256 over the bytes of files, each with its length before it.

    Much cheaper than a print of the rows where there are many; other bytes, another print.
    """
    whole = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            whole.update(str(path.stat().st_size).encode())
            while block := file.read(BLOCK):
                whole.update(block)
    return whole.hexdigest()[:16]
