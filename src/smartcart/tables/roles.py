"""Which role each column plays, from its name and its values, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from smartcart.records import Column, ColumnRole, Notice
from smartcart.tables.customer_names import (
    counts_orders,
    is_limit,
    is_place,
    numbers_something,
    of_a_period,
)
from smartcart.tables.labels import label_of
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tax_words import taxes_aside
from smartcart.tables.tokens import is_surrogate, tokens
from smartcart.tables.values import (
    FEW_VALUES,
    MOSTLY_MISSING,
    from_values,
    is_flag,
    share_missing,
)
from smartcart.tables.vocabulary import (
    NUMBERS,
    Word,
    names_a_person,
    readings,
)

__all__ = [
    "CALLED_ALIKE",
    "SINGLE",
    "infer_roles",
    "promised_number",
    "repeats_a_little",
    "role_notices",
    "settled",
]


UNIQUE = 0.98  # share of distinct values from which an id is believed
CALLED_ALIKE = "names of people, of whom some are called alike: no id"
NAMESAKES = 0.95  # different names for each row, at least, where some people share one
_SHARE = lazy_pattern(
    r"%|\b(percent(age)?|pct|prozent|pourcentage|porcentaje|porcentagem|percentuale|procent|"
    r"taux|rate|ratio|satz)\b",
    re.IGNORECASE,
)
_COUNTS = {"deals", "frequency"}
LEAST_ID = 1e3  # whole numbers from here on, each once, are ids and no counts
NUMBERED_ROWS = 20
POSTAL = lazy_pattern(  # codes of places, which may be of four digits
    r"\b(plz|postleitzahl|post(al)? ?codes?|zip|cep|npa|cap|psc|postnr|postnummer|codigo postal|"
    r"code postal|kod pocztowy|iranyitoszam)\b"
)
CONTACT = 1e4  # numbers of phones and codes of places reach it, counts of calls do not
ENOUGH_FLAGS = 3  # yes/no columns that form where nothing else does

SINGLE = ("first_date", "last_date", "last_seen", "tenure", "recency", "deals", "visits", "income")
"""Meanings of which one column is used."""

_PEOPLE = lazy_pattern(
    r"customers?|clients?|buyers?|shoppers?|members?|users?|guests?|donors?|kund(en?|in)|kaufer|"
    r"mitglied(er)?|gaste?|clientes?|clientele|acheteurs?|compradore?s?|socios?|usuarios?|klant(en)?|"
    r"acquirenti?|kunder?|klienci|klient"
)
_USED = "last visit or use"  # a day of less weight than that of a purchase
_BY_NAME, _BY_VALUES = "from its name", "from its values"


def infer_roles(columns: Sequence[ColumnSummary]) -> tuple[Column, ...]:
    """Give every column a role. Exactly one column is the id, or none is.

    >>> found = infer_roles([ColumnSummary("Income", "number", 9, 9, 9, 10.0, 99.0, True)])[0]
    >>> found.role, found.reason
    ('forms', 'from its name: income: how much a customer could spend')
    """
    found = _house_numbers([_role_of(column) for column in columns], columns)
    found = _addresses_as_ids(_names_as_ids(found, columns), columns)
    best = _pick_id(found, columns)

    def one_id(column: Column) -> Column:
        if column.role == "id" and column.name != best:
            return replace(column, role="dropped", reason="looks like another identifier")
        return column

    return _contacts_at_last(_flags_at_last(settled(map(one_id, found))))


def _house_numbers(found: list[Column], columns: Sequence[ColumnSummary]) -> list[Column]:
    """Let a bare number beside a street or a code of a place be that of a house.

    It comes again, as an id does not; or it stands behind the address, and e-mail addresses tell
    customers apart.
    """
    places = [is_place(column.name) for column in columns]
    if not any(places):
        return found
    mails = any(c.unique and c.head and c.mails == c.head for c in columns)

    def one(i: int, column: Column, summary: ColumnSummary) -> Column:
        again = summary.distinct < UNIQUE * summary.present
        behind = mails and i > 0 and places[i - 1]
        if not (again or behind) or not numbers_something(column.name):
            return column
        reason = f"{_BY_NAME}: beside an address, the number of a house"
        return replace(column, role="dropped", meaning="contact", reason=reason)

    return [one(i, *both) for i, both in enumerate(zip(found, columns, strict=True))]


def _names_as_ids(found: list[Column], columns: Sequence[ColumnSummary]) -> list[Column]:
    """Let names that a few people share identify nobody: ``Member`` may hold what they are called.

    Where many rows bear the same, they are rather several rows of a customer, which is asked.
    """

    def one(column: Column, told: ColumnSummary) -> Column:
        named = told.type == "text" and 2 * told.spaced > told.head and 2 * told.digits < told.head
        shared = told.distinct < told.present if told.exact else told.head_distinct < told.head
        few = told.distinct >= NAMESAKES * told.present
        if column.role != "id" or not (named and shared and few):
            return column
        reason = f"{_BY_VALUES}: {CALLED_ALIKE}"
        return replace(column, role="dropped", meaning="contact", reason=reason)

    return [one(*both) for both in zip(found, columns, strict=True)]


def _addresses_as_ids(found: list[Column], columns: Sequence[ColumnSummary]) -> list[Column]:
    """Let e-mail addresses, each once, identify customers where nothing else does."""
    if any(column.role == "id" for column in found):
        return found
    reason = f"{_BY_VALUES}: e-mail addresses, each once: identify the customer"
    return [
        replace(column, role="id", meaning="id", reason=reason)
        if column.meaning == "contact" and summary.unique and summary.mails == summary.head
        else column
        for column, summary in zip(found, columns, strict=True)
    ]


def settled(columns: Iterable[Column], said: Collection[str] = ()) -> tuple[Column, ...]:
    """Return the columns with roles that suit each other; those named in ``said`` stay.

    What two columns say is told once: a total beside its parts, a second column of a meaning that
    counts once, income beside spend.
    """
    columns = tuple(columns)
    forming = [c for c in columns if c.role == "forms"]
    parts = [c for c in forming if c.meaning.startswith("spend:")]
    totals = [c for c in forming if c.meaning == "spend_total"]
    channels = [c for c in forming if c.meaning.startswith("channel:")]
    orders = [c for c in forming if c.meaning == "frequency"]
    history = [c for c in columns if c.meaning == "contact_history"]
    first: dict[str, str] = {}
    for column in sorted(
        forming, key=lambda c: (c.name not in said, _USED in c.reason, of_a_period(c.name))
    ):
        first.setdefault(column.meaning, column.name)
    of_a_shop = "last_date" in first or any(counts_orders(c.name) for c in orders)
    of_a_shop = of_a_shop and bool(orders or parts or totals)

    def suits(column: Column) -> Column:
        meaning = column.meaning
        if column.name in said:
            return column
        if meaning == "contact_history" and len(history) < 2:
            return _as_measure(
                column,
                f"{_BY_VALUES}: a measure of unknown meaning: forms, unless you say otherwise",
            )
        if column.role != "forms":
            return column
        if meaning in _TWICE and (told := first.get(_TWICE[meaning])):
            return replace(
                column, role="describes", reason=f"{told} gives the {meaning}: describes"
            )
        if meaning == "income" and (parts or totals):
            return replace(
                column, role="describes", reason="income describes: what was spent is known"
            )
        if of_a_shop and meaning == "measure" and is_limit(column.name):
            return replace(column, role="describes", reason=_NO_SPEND)
        whole = first.get(meaning, "")
        a_total = meaning in {"spend_total", "frequency"}
        if a_total and of_a_period(column.name) and not of_a_period(whole):
            reason = f"{_BY_NAME}: a period of {whole}: describes"
            return replace(column, role="describes", meaning="measure", reason=reason)
        if meaning in {*SINGLE, "spend_total", "frequency"} and first[meaning] != column.name:
            if column.type == "date":
                return replace(column, role="dropped", reason=f"{first[meaning]} says the same")
            return _as_measure(
                column, f"{first[meaning]} has this meaning already: forms by itself"
            )
        if (column in parts and totals and len(parts) == 1) or (
            column in channels and orders and len(channels) == 1
        ):
            return _as_measure(column, "a part of a known total: forms by itself")
        if (column in totals and len(parts) > 1) or (column in orders and len(channels) > 1):
            return replace(column, role="describes", reason="a total whose parts form")
        return column

    return tuple(map(suits, columns))


_NO_SPEND = f"{_BY_NAME}: a limit or a balance, no spend: describes beside what customers bought"
_TWICE = {"tenure": "first_date", "recency": "last_date"}
"""What a day tells, too."""


def _as_measure(column: Column, reason: str) -> Column:
    label = label_of(column.name, "measure")
    return replace(column, role="forms", meaning="measure", reason=reason, label=label)


def _flags_at_last(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Let yes/no columns form where nothing else does and there are a few of them."""
    flags = [c.name for c in columns if c.meaning == "flag" and c.role == "describes"]
    if any(c.role == "forms" for c in columns) or len(flags) < ENOUGH_FLAGS:
        return columns
    reason = f"{_BY_VALUES}: yes/no; forms only because no other column says what customers do"
    return tuple(replace(c, role="forms", reason=reason) if c.name in flags else c for c in columns)


def _contacts_at_last(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Let contacts that the shop made form where nothing else does."""
    if any(c.role == "forms" for c in columns):
        return columns
    reason = f"{_BY_NAME}: contacts; form only because no other column says what customers do"
    return tuple(
        _as_measure(c, reason) if c.meaning == "contact_history" and c.role == "describes" else c
        for c in columns
    )


def role_notices(columns: Sequence[Column]) -> tuple[Notice, ...]:
    """Return the warnings that follow from the roles alone."""
    flags = [c.label for c in columns if c.role == "forms" and c.meaning == "flag"]
    if not flags:
        return ()
    shown = ", ".join(flags[:12]) + (f" and {len(flags) - 12} more" if len(flags) > 12 else "")
    return (
        Notice(
            "yes/no columns form",
            f"Only yes/no columns say what customers do, so they form the segments: {shown}. "
            "Segments of yes/no columns are combinations of them more than groups; add counts, "
            "days or money if you can.",
            len(flags),
        ),
    )


def _role_of(column: ColumnSummary) -> Column:
    """Return the role of one column: emptiness first, then its name, then its values."""

    def result(role: ColumnRole, meaning: str, reason: str) -> Column:
        return Column(
            name=column.name,
            type=column.type,
            role=role,
            meaning=meaning,
            reason=reason,
            label=label_of(column.name, meaning),
            missing=column.rows - column.present,
            distinct=column.distinct,
            estimated=not column.exact,
        )

    if column.present == 0:
        return result("dropped", "empty", "every value is missing")
    words = tokens(column.name)
    for word, what in _said_of_totals(column.name):
        if column.type not in word.types or not _fits(column, word):
            continue
        if word.role == "forms" and is_flag(column):
            continue  # no count, no money: yes or no
        if word.role == "forms" and column.present < (1 - MOSTLY_MISSING) * column.rows:
            return result(
                "dropped", word.meaning, f"{share_missing(column)} of the values are missing"
            )
        if column.distinct <= 1 and word.role != "id":
            return result("dropped", "constant", "the same value in every row")
        meaning = word.meaning
        if meaning == "spend:":
            meaning += re.sub(r"\b(products?|prods?|total|purchases?)\b", "", what).strip() or what
        return result(word.role, meaning, f"{_BY_NAME}: {word.reason}")
    if column.distinct <= 1:
        return result("dropped", "constant", "the same value in every row")
    if column.type == "text" and column.distinct > FEW_VALUES and _PEOPLE.fullmatch(words):
        return result("dropped", "contact", f"{_BY_NAME}: customers by name, on several rows")
    role, meaning, reason = from_values(column, words)
    return result(role, meaning, f"{_BY_VALUES}: {reason}")


def _said_of_totals(name: str) -> tuple[tuple[Word, str], ...]:
    """Return the readings of a name; ``CA total HT`` is a total like ``CA total``."""
    found = readings(name)
    if not found or found[0][0].meaning != "spend:":
        return found
    aside = readings(taxes_aside(tokens(name)))
    return aside if aside and aside[0][0].meaning == "spend_total" else found


def _fits(column: ColumnSummary, word: Word) -> bool:
    """Return whether the values allow what the name says."""
    meaning = word.meaning
    if _SHARE.search(column.name) and (meaning in _COUNTS or meaning.startswith("channel:")):
        return False  # a rate that was granted, no number of purchases
    if word.unique and column.distinct < UNIQUE * column.rows:
        return False
    if column.type == "number":
        if word.whole is not None and column.whole is not word.whole:
            return False
        if word.few and not (column.whole and column.distinct <= FEW_VALUES):
            return False
    if meaning == "id":
        if column.type == "number" and not column.whole:
            return False
        # an id of persons that repeats is refused later, by name; it never forms
        repeats = column.distinct < 0.5 * column.present
        return not repeats or names_a_person(column.name)
    if meaning == "code":
        return column.type != "number" or column.whole
    if meaning == "outcome" and column.type == "text":
        return column.distinct <= FEW_VALUES  # yes and no, or a few kinds
    if meaning == "contact" and column.type == "number" and not POSTAL.search(tokens(column.name)):
        return column.whole and (column.high or 0.0) >= CONTACT  # no count of contacts
    if meaning == "frequency" and column.unique and column.rows >= NUMBERED_ROWS:
        return (column.low or 0.0) < LEAST_ID  # numbers of orders, not how many there are
    if meaning in {"age", "recency", "tenure", "frequency"}:
        if column.low is None or column.low >= -1:  # -1 stands for "never", "unknown"
            return column.low is not None
        return column.whole and (column.high or 0.0) > 0  # stray negatives are counted as missing
    return True


def _pick_id(found: Sequence[Column], columns: Sequence[ColumnSummary]) -> str | None:
    """Return the name of the id column: one without repeats, the named, the first.

    A few repeats of a named id count only where another column has none. A warehouse's key of the
    versions of a customer comes last: each row has one of its own.
    """
    ids = [
        (
            not is_surrogate(column.name),
            not repeats_a_little(summary),
            column.reason.startswith(_BY_NAME),
            summary.distinct / max(summary.rows, 1) >= UNIQUE,
            summary.present,
            -i,
            column.name,
        )
        for i, (column, summary) in enumerate(zip(found, columns, strict=True))
        if column.role == "id"
    ]
    return max(ids)[-1] if ids else None


def repeats_a_little(column: ColumnSummary) -> bool:
    """Return whether an id occurs more than once, but only few do: known of whole tables only."""
    return column.exact and UNIQUE * column.present <= column.distinct < column.present


def promised_number(name: str) -> str | None:
    """Return what a column's name promises where that is a number, else ``None``.

    >>> promised_number("MntWines"), promised_number("Education")
    ('money spent in one category', None)
    """
    for word, _ in readings(name):
        return word.reason if word.types == NUMBERS and word.firm else None
    return None
