"""The words by which columns are recognised: one row per meaning, each carrying its own reason.

A row matches the *tokens* of a column name (``NumWebPurchases`` -> ``num web purchases``) by a
regular expression over the tokens joined with single blanks. The first row that matches and whose
type fits wins, so the order of rows is part of the rules. The rows of other languages (see
``tables.words``) stand behind the English row of the same meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from smartcart.records import ColumnRole, ColumnType
from smartcart.tables.bought_names import bought
from smartcart.tables.currency_codes import CURRENCY_CODES
from smartcart.tables.customer_names import was_spent
from smartcart.tables.english import ANY, CHANNELS, ENGLISH, NUMBERS, Word
from smartcart.tables.languages import customers_meaning
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens
from smartcart.tables.words import ARTICLES, LANGUAGES, WORDS, Row

__all__ = [
    "ANY",
    "CHANNELS",
    "MEANINGS",
    "NUMBERS",
    "VOCABULARY",
    "Word",
    "names_a_person",
    "readings",
]


def _all_languages() -> Iterator[Word]:
    """Give each English row, and behind the first of a meaning the first of the other languages.

    Their second row of a meaning stands behind its second English row, and so on.
    """
    cells: dict[str, list[Row]] = {}
    for row in WORDS:
        cells.setdefault(row.meaning, []).append(row)
    for word in ENGLISH:
        yield word
        if rows := cells.get(word.meaning):
            row = rows.pop(0)
            for language in LANGUAGES:
                if pattern := getattr(row, language):
                    yield replace(
                        word,
                        pattern=pattern,
                        language=language,
                        firm=False,
                        types=_foreign_types(word),
                    )
    left = {meaning for meaning, rows in cells.items() if rows}
    assert not left, f"no English row for {left}"


def _foreign_types(word: Word) -> tuple[ColumnType, ...]:
    return ANY if word.meaning in {"code", "outcome"} else word.types


VOCABULARY: tuple[Word, ...] = tuple(_all_languages())

MEANINGS: dict[str, ColumnRole] = {}
"""Every meaning that a column can be given, with the role that it brings."""
for _word in VOCABULARY:
    MEANINGS.setdefault(_word.meaning.partition(":")[0], _word.role)
MEANINGS |= {"flag": "describes", "date": "dropped", "text": "dropped"}

_RULES = tuple((lazy_pattern(word.pattern), word) for word in VOCABULARY)

_PERSON_ID = lazy_pattern(
    r"(customer|client|user|member|shopper|buyer|kunden?|cliente)( unique)?"
    r" ?(id|key|no|nr|number|nummer|uuid)"
)
_UNITS = {
    *CURRENCY_CODES.lower().split("|"),
    "euro",
    "euros",
    "rs",
    "reais",
    "cents",
    "k",
    "in",
    "ts",  # a time, in a warehouse
} - {"all", "try"}


_ASIDE = lazy_pattern(r"(?<=\w)\s*[(\[][^()\[\]]*[)\]]\s*$")  # "Recency (months)"
_PERIOD = lazy_pattern(
    r"( (in|per|the|last|past|this|trailing|l|p))* (l|p)?\d* ?"
    r"(m|mo|mos|mths?|months?|d|days?|w|wks?|weeks?|y|yrs?|years?|ytd|mtd|qtd|ltm|ttm|"
    r"year to date)$"
)
_OF_A_YEAR = lazy_pattern(r"(.+) ((?:19|20)\d\d)")  # a part of what was spent in all
_PERIODS = lazy_pattern(r"\d|\b(ytd|mtd|qtd|ltm|ttm|to date|last|past|trailing)\b")


def _spoken(name: str) -> dict[str, None]:
    """Return the texts as which an English name is read: whole, then without what is aside.

    A unit at the end (``Spend EUR``), a remark in brackets (``Recency (months)``) and a period
    (``Sales YTD``, ``Rev_L12M``) do not change what a column means.

    >>> list(_spoken("Rev_L12M")), list(_spoken("Frequency (times)"))
    (['rev l12 m', 'rev'], ['frequency times', 'frequency'])
    """
    found: dict[str, None] = {}
    for text in (tokens(name), tokens(_ASIDE.sub("", name))):
        parts = text.split()
        while len(parts) > 1 and parts[-1] in _UNITS:
            parts.pop()
        bare = " ".join(parts)
        found |= dict.fromkeys((text, bare))
        period = _PERIOD.search(bare)
        if period is not None and _PERIODS.search(period.group()):
            found[bare[: period.start()]] = None
    return found


def names_a_person(name: str) -> bool:
    """Return whether a name says that the column identifies customers, not just anything.

    >>> names_a_person("Customer Key"), names_a_person("ID")
    (True, False)
    """
    return _PERSON_ID.fullmatch(tokens(name)) is not None


@lru_cache(maxsize=20_000)
def readings(name: str) -> tuple[tuple[Word, str], ...]:
    """Return the rows that match a column name, in order, each with its group "what".

    >>> [(word.meaning, what) for word, what in readings("MntWines")]
    [('spend:', 'wines')]
    >>> [(word.meaning, what) for word, what in readings("Omsättning 2024")]
    [('spend:', '2024')]
    >>> readings("Anzahl Kaeufe")[0][0].meaning, readings("Fecha de alta")[0][0].meaning
    ('frequency', 'first_date')
    """
    english = _spoken(name)
    told = next((m for text in (name, *english) if (m := customers_meaning(text))), None)
    if told is None and any(map(was_spent, english)):
        told = "spend_total"
    made = () if told else next(filter(None, map(bought, english)), ())
    year = ""
    if told is None and (dated := next(filter(None, map(_OF_A_YEAR.fullmatch, english)), None)):
        whole = customers_meaning(dated[1]) or next(iter(bought(dated[1])), None)
        year = dated[2] if whole == "spend_total" else ""
        told = "spend:" if year else None
    bare = list(english)[min(1, len(english) - 1)]
    without = " ".join(part for part in bare.split() if part not in ARTICLES)
    spoken = {
        "en": english,
        "de": dict.fromkeys((without, re.sub("([aou])e", r"\1", without))),
    }
    found = []
    for pattern, word in _RULES:
        for text in spoken.get(word.language, (without,)):
            if match := pattern.fullmatch(text):
                groups = match.groupdict()
                found.append(
                    (
                        word,
                        next((groups[n] for n in ("what", "what2", "what3") if groups.get(n)), ""),
                    )
                )
                break
    told_first = (told,) if told is not None else made
    first = [next(w for w in VOCABULARY if w.meaning == meaning) for meaning in told_first]
    return (*((replace(word, language="", firm=False), year) for word in first), *found)
