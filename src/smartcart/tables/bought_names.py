"""What a name made of words for a purchase says: how many, the first, the last, what was spent.

``Nb passages``, ``Último atendimento``, ``Nákupů celkem``: a language has few words for a purchase,
and shops put them together at will, in any order. Every word of the name must be known, and no two
of one kind; any other word makes it another name.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import product

from smartcart.tables.bought_words import LINKS, ROWS
from smartcart.tables.tokens import tokens

__all__ = ["bought"]

_FIELDS = (
    *("one", "many", "count", "number", "last", "first", "day", "total", "spend", "joined"),
    *("last_one", "first_one"),
)
_COUNTED = ("frequency",)
_COUNTED_OR_SPENT = ("frequency", "spend_total")  # by whether the numbers are whole
_MEANINGS: dict[frozenset[str], tuple[str, ...]] = {
    frozenset(kinds.split()): meanings
    for meanings, several in {
        _COUNTED: (
            *("count one", "count many", "count many total", "count one total"),
            *("number many", "number many total"),
        ),
        _COUNTED_OR_SPENT: ("many total", "many"),
        ("spend_total",): ("spend", "spend total"),
        ("last_date",): ("last one", "last one day", "last_one", "last_one day"),
        ("first_date",): (
            *("first one", "first one day", "first_one", "first_one day"),
            *("joined", "joined day"),
        ),
    }.items()
    for kinds in several
}


@cache
def _kinds() -> dict[str, dict[str, set[str]]]:
    """Return, for each word, its kinds by language."""
    found: dict[str, dict[str, set[str]]] = {}
    for language, row in ROWS.items():
        for kind in _FIELDS:
            for word in getattr(row, kind).split():
                found.setdefault(tokens(word), {}).setdefault(language, set()).add(kind)
    return found


@cache
def _links() -> frozenset[str]:
    return frozenset(tokens(word) for word in LINKS.split())


@lru_cache(maxsize=20_000)
def bought(name: str) -> tuple[str, ...]:
    """Return the meanings that a name made of such words may have, by what its values allow.

    All of its words are of one language. A word that may be of one purchase or of several is no
    name by itself.

    >>> bought("Nb passages"), bought("Último atendimento"), bought("Date 1er achat")
    (('frequency',), ('last_date',), ('first_date',))
    >>> bought("Nákupů celkem"), bought("Počet objednávek"), bought("Datum registrace")
    (('frequency', 'spend_total'), ('frequency',), ('first_date',))
    >>> bought("Número do pedido"), bought("Bestellung"), bought("Köp"), bought("Letzter Versand")
    ((), (), (), ())
    """
    words = [w for w in tokens(name).split() if w not in _links()] or tokens(name).split()
    kinds = [_kinds().get(word, {}) for word in words]
    if not words or len(words) > 5 or not all(kinds):
        return ()
    for language in ROWS:
        choices = [told.get(language, set()) for told in kinds]
        if not all(choices) or (len(words) == 1 and "one" in choices[0]):
            continue
        for chosen in product(*map(sorted, choices)):
            if len({*chosen}) == len(chosen) and (meant := _MEANINGS.get(frozenset(chosen))):
                return meant
    return ()
