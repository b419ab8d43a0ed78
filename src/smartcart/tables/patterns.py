"""Regular expressions that are compiled when they are first asked: half of them never are.

The words of twenty languages make hundreds of patterns. To compile them all takes a third of a
second, at the start of every command.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, cast

__all__ = ["lazy_pattern"]


class _Uncompiled:
    """Stands for a pattern: whatever is asked of it is asked of the compiled one, and kept."""

    def __init__(self, text: str, flags: int) -> None:
        self.pattern = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._compiled, name)
        self.__dict__[name] = found  # asked but once
        return found

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self._flags)


def lazy_pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return what ``re.compile`` would, compiled when it is first used.

    Only its methods and attributes may be used: ``found.search(text)``, not ``re.search(found,
    text)``.

    Raises
    ------
    re.error : at the first use, where the text is no pattern.

    >>> digits = lazy_pattern("[0-9]+")
    >>> digits.pattern, digits.fullmatch("12") is not None, digits.fullmatch("1a")
    ('[0-9]+', True, None)
    """
    return cast("re.Pattern[str]", _Uncompiled(text, flags))
