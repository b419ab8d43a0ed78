"""Words of orders in languages beyond the first five: a file a language, all of one form.

``PARTS`` holds, per part of an order, names of columns as shops write them; ``STATES`` words that
stand in the values of a status. Both are compared without case, accents and gaps between words.
A new word goes into the file of its language; a new language is one file and its name here.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from smartcart.tables.tokens import tokens

__all__ = ["LANGUAGES", "names_of", "state_words"]

LANGUAGES = ("nl", "pl", "ru", "tr", "ko", "ja", "zh", "sap")

_MODULES = tuple(import_module(f"smartcart.tables.languages.{code}") for code in LANGUAGES)


@cache
def names_of(part: str) -> frozenset[str]:
    """Return the names of columns for a part of an order, as tokens.

    >>> tokens("Klantnummer") in names_of("customer")
    True
    """
    return frozenset(tokens(name) for m in _MODULES for name in m.PARTS.get(part, ()))


def state_words(state: str) -> tuple[str, ...]:
    """Return words of a state (``cancelled``, ``returned``, ``partly``, ``unpaid``), lower case.

    >>> "geannuleerd" in state_words("cancelled")
    True
    """
    return tuple(word.lower() for m in _MODULES for word in m.STATES.get(state, ()))
