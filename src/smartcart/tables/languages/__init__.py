"""Words of orders in languages beyond the first five: a file a language, all of one form.

``PARTS`` holds, per part of an order, names of columns as shops write them, and beside the parts
what such a name says: ``buyer_mail``, ``buyer_name``, ``who`` (bought, or sold), ``order_total``
(paid of the whole order), ``never_paid`` (tax, shipping, discounts) and ``other_day`` (of the
parcel, of a birth); ``STATES`` words that stand in the values of a status; ``CUSTOMERS``, where a language has them, names of columns of a
table with a row per customer, by their meaning. All are compared without case, accents and gaps between words.
A new word goes into the file of its language; a new language is one file and its name here.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import import_module

from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = [
    "LANGUAGES",
    "customers_meaning",
    "known_words",
    "named_only_in",
    "names_of",
    "part_within",
    "state_words",
]

WHERE = lazy_pattern(
    "郵便|住所|都道府県|市区町村|邮编|郵編|地址|우편번호|주소"
)  # of a buyer: no buyer
GAPLESS = lazy_pattern("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # kana, Han, Hangul

LANGUAGES = (
    *("nl", "it", "pl", "cs", "hu", "ro", "sv", "da", "fi"),
    *("ru", "tr", "id", "ko", "ja", "zh", "sap"),
    *("ar", "vi", "th", "el", "uk", "he", "bg", "hr", "lt"),
    "sheets",  # words of all languages by which people head their own sheets
)

_MODULES = tuple(import_module(f"smartcart.tables.languages.{code}") for code in LANGUAGES)


@cache
def names_of(part: str) -> frozenset[str]:
    """Return the names of columns for a part of an order, as tokens.

    >>> tokens("Klantnummer") in names_of("customer")
    True
    """
    return frozenset(tokens(name) for m in _MODULES for name in m.PARTS.get(part, ()))


@cache
def _of_customers() -> dict[str, str]:
    return {
        tokens(name): meaning
        for m in _MODULES
        for meaning, names in getattr(m, "CUSTOMERS", {}).items()
        for name in names
    }


@lru_cache(maxsize=20_000)
def customers_meaning(name: str) -> str | None:
    """Return what a column of a table of customers means by its name, or ``None``.

    A year or a number behind the words (``Omzet 2023``) leaves them a part, not the whole.

    >>> customers_meaning("Omzet totaal"), customers_meaning("購入回数"), customers_meaning("x")
    ('spend_total', 'frequency', None)
    """
    return _of_customers().get(tokens(name))


@cache
def known_words() -> frozenset[str]:
    """Return all names of columns and words of states that have letters beyond ASCII.

    >>> "wartość" in known_words(), "total" in known_words()
    (True, False)
    """
    told = [*(n for m in _MODULES for names in m.PARTS.values() for n in names)]
    told += [word for m in _MODULES for words in m.STATES.values() for word in words]
    return frozenset(w.lower() for name in told for w in name.split() if not w.isascii())


@cache
def _only_in(code: str) -> frozenset[str]:
    """Names of columns that one language has, and no other."""
    names = {
        language: {
            tokens(name)
            for told in (module.PARTS, getattr(module, "CUSTOMERS", {}))
            for said in told.values()
            for name in said
        }
        for language, module in zip(LANGUAGES, _MODULES, strict=True)
    }
    return frozenset(names.pop(code).difference(*names.values()))


def named_only_in(code: str, names: Iterable[str]) -> int:
    """Return how many of the names of columns only the language of that code has.

    >>> named_only_in("id", ["No. Pesanan", "Nama Produk", "Status", "Total"])
    2
    """
    return len(_only_in(code) & {tokens(name) for name in names})


@lru_cache
def _without_gaps() -> tuple[tuple[str, str], ...]:
    """Return names of scripts that put no blanks between words, with their parts, longest first."""
    told = {
        (tokens(name).replace(" ", ""), part)
        for m in _MODULES
        for part, names in m.PARTS.items()
        for name in names
        if GAPLESS.search(name) and len(name) > 1
    }
    return tuple(sorted(told, key=lambda one: (-len(one[0]), one)))


@lru_cache(maxsize=20_000)
def part_within(name: str) -> str | None:
    """Return the part that the longest known word within a name speaks of, or ``None``.

    Only of scripts that put no blanks between words.

    >>> part_within("총 결제금액"), part_within("상품별 추가할인금액"), part_within("total")
    ('amount', 'discount', None)
    >>> part_within("注文者郵便番号"), part_within("구매자 주소")  # where somebody lives
    (None, None)
    """
    if GAPLESS.search(name) is None or WHERE.search(name) is not None:
        return None
    words = tokens(name).replace(" ", "")
    return next((part for known, part in _without_gaps() if known in words), None)


def state_words(state: str) -> tuple[str, ...]:
    """Return words of a state (``cancelled``, ``returned``, ``partly``, ``unpaid``, ``sold``).

    >>> "geannuleerd" in state_words("cancelled")
    True
    """
    return tuple(word.lower() for m in _MODULES for word in m.STATES.get(state, ()))
