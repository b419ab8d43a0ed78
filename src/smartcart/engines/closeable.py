"""What must be closed, and closes itself at the end of a ``with`` block."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import AbstractContextManager
from typing import Self

__all__ = ["Closeable"]


class Closeable(AbstractContextManager[object]):
    """Base of what holds a connection or a temporary folder; ``with`` closes it at its end."""

    __slots__ = ()

    @abstractmethod
    def close(self) -> None:
        """Let go of everything; may be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
