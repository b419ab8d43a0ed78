"""Columns whose first cells are so plain that the rest can be read with less ado.

What the first rows show is a guess like any other: the pass that reads on it checks every cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from smartcart.tables.guess import MISSING, Conversion

__all__ = ["known_texts", "plain_numbers"]

FEW = 16  # different texts, each compared with a cell in turn
LONGEST = 64  # characters of such a text
_PLAIN = {
    "integer": re.compile(r"0|-?[1-9][0-9]{0,17}"),
    "number": re.compile(r"-?[0-9]+(?:\.[0-9]+)?"),
}


def plain_numbers(plan: Conversion | None, counts: Mapping[str, int]) -> bool:
    """Whether all cells are empty or numbers as a program writes them: no sign +, blank or word.

    >>> whole = Conversion("integer")
    >>> plain_numbers(whole, {"12": 3, "": 1}), plain_numbers(whole, {"+12": 3})
    (True, False)
    """
    form = _PLAIN.get(plan.kind) if plan is not None else None
    return form is not None and all(not text or form.fullmatch(text) for text in counts)


def known_texts(plan: Conversion | None, counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the texts, commonest first, that are typed as they stand, if there are only a few.

    >>> known_texts(Conversion("text"), {"Basic": 2, "PhD": 5, " Master": 1, "n/a": 1})
    ('PhD', 'Basic')
    """
    if plan is None or plan.kind != "text" or len(counts) > FEW:
        return ()
    same = [text for text in counts if _stays(text)]
    return tuple(sorted(same, key=lambda text: (-counts[text], text)))


def _stays(text: str) -> bool:
    """Whether nothing is stripped from a text, and it does not mean "missing"."""
    return (
        0 < len(text) <= LONGEST
        and text.isprintable()
        and text == text.strip()
        and text not in MISSING
    )
