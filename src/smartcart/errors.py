"""The errors a user can meet, each with its exit code and its one sentence.

Every message says which value was met, what was expected instead, and the way out.

>>> raise_for = DataError.of("'shop.csv' has no rows", "a header and at least two customers",
...                          "export the table again")
>>> str(raise_for)
"'shop.csv' has no rows; expected a header and at least two customers: export the table again."
>>> raise_for.exit_code
3
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Self

__all__ = [
    "DataError",
    "ReadingQuestion",
    "SmartCartError",
    "SmartCartWarning",
    "UsageError",
    "did_you_mean",
]


class SmartCartError(Exception):
    """Base of everything SmartCart raises on purpose; exit code 1."""

    exit_code = 1
    way_out = ""

    @classmethod
    def of(cls, found: str, expected: str, way_out: str) -> Self:
        """Build the one sentence: what was found, what was expected, the way out."""
        end = "" if way_out.endswith((".", "?")) else "."
        error = cls(f"{found}; expected {expected}: {way_out}{end}")
        error.way_out = f"{way_out}{end}"
        return error


class UsageError(SmartCartError, ValueError):
    """The command or call was wrong (unknown option value, refused output folder); exit code 2."""

    exit_code = 2


class DataError(SmartCartError, ValueError):
    """The data cannot be used (unreadable, empty, one customer, duplicate ids); exit code 3."""

    exit_code = 3
    columns: tuple[object, ...] = ()  # records of the columns, where a table was refused
    kind: str = ""  # what it looked like


class ReadingQuestion(DataError):  # noqa: N818 - it asks
    """A file that can be read in several ways, or hardly at all: the user is asked; exit code 3.

    ``readings`` are the ways, each with its totals and the line of configuration that picks it.
    """

    readings: tuple[object, ...] = ()


class SmartCartWarning(UserWarning):
    """Something that a careful reader of a result should know; shown once, and kept as a notice."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the closest known name, else an empty string.

    >>> did_you_mean("icome", ["income", "spend"])
    " Did you mean 'income'?"
    >>> did_you_mean("zzz", ["income"])
    ''
    """
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
