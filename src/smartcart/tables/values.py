"""The role of a column whose name says nothing: from its type, its range and how unique it is."""

from __future__ import annotations

from smartcart.records import ColumnRole
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens

__all__ = ["FEW_VALUES", "MOSTLY_MISSING", "from_values", "is_flag", "share_missing"]

FEW_VALUES = 20  # a whole number with fewer distinct values than this may be a code
CODES = 6  # the numbers 1 to so many, without a word of counting, look like a code
MOSTLY_MISSING = 0.9  # a column with at least this share missing says too little
FREE_TEXT = 1000  # distinct texts beyond which a text column is not a category
ENOUGH_ROWS = 20  # in fewer rows, values differ by chance
MOSTLY_CONTACTS = 0.5  # share of texts that are e-mail addresses or phone numbers
PHONE_DIGITS = 9  # whole numbers of so many digits, nearly all different, are no amounts
ID_DIGITS = 8  # whole numbers of so many digits, all different, identify
CHANCE = 3.0  # equal pairs to be expected of random numbers, where all different ones say "id"
YEARS = (1900, 2100)

_CODE = lazy_pattern(
    r"\b(code|type|class|category|group|cluster|grade|level|channel|region|flag|segment|tier|plan|"
    r"branch|zone|area|district|stage|status|method|mode|weekday|month|kanal|gruppe|typ|stufe|"
    r"canal|grupo|tipo|groupe|zona)\b"
)
_NUMBERED = lazy_pattern(
    r"\b(no|nr|nummer|numero|id|key|ref|card|carte|karte|tarjeta|cartao|tessera|karta|kart|kort|"
    r"kortti|kartya|kaart)\b"
)
LEAST_NUMBER = 100  # shorter ones may count something
_COUNT = lazy_pattern(
    r"\b(num|number|count|ct|cnt|qty|quantity|anzahl|anz|menge|numero|cantidad|nombre|nb|nbre|qtd|"
    r"qtde|quantidade|trx|items|products|devices|total)\b"
)


def from_values(column: ColumnSummary, words: str) -> tuple[ColumnRole, str, str]:
    """Return role, meaning and reason where the name says nothing."""
    if column.type == "date":
        return "dropped", "date", "a date of unknown meaning is not behaviour"
    if column.type == "text":
        return _from_texts(column)
    if is_flag(column):
        return "describes", "flag", "a yes/no column describes a segment, it does not form one"
    if column.present < (1 - MOSTLY_MISSING) * column.rows:
        return "dropped", "measure", f"{share_missing(column)} of the values are missing"
    if _numbers_identify(column):
        return "id", "id", "whole numbers, each once: identifies the customer"
    if _called(column):
        return "dropped", "contact", "long numbers, nearly all different: a phone number, or a key"
    if column.whole and column.distinct <= FEW_VALUES and _CODE.search(words):
        return "describes", "code", "a category written in digits describes a segment"
    low, high = column.low or 0.0, column.high or 0.0
    if column.whole and column.distinct == 2:
        return "describes", "flag", "a yes/no column describes a segment, it does not form one"
    counts = _COUNT.search(words) is not None
    if column.whole and YEARS[0] <= low and high <= YEARS[1] and not counts:
        return "describes", "code", "calendar years describe a segment"
    if column.whole and low == 1 and high == column.distinct <= CODES and not counts:
        return (
            "describes",
            "code",
            f"the numbers 1 to {column.distinct} look like a code; give it the role 'forms' if "
            "they count or rate something",
        )
    kind = "count" if counts and column.whole else "measure"
    return (
        "forms",
        "measure",
        f"a {kind} of unknown meaning, {low:,.6g} to {high:,.6g}: forms, unless you say otherwise",
    )


def _from_texts(column: ColumnSummary) -> tuple[ColumnRole, str, str]:
    """Return role, meaning and reason of a text column whose name says nothing."""
    if column.head and column.mails > MOSTLY_CONTACTS * column.head:
        return "dropped", "contact", "e-mail addresses say nothing about behaviour"
    if column.head and column.phones > MOSTLY_CONTACTS * column.head:
        return "dropped", "contact", "phone numbers say nothing about behaviour"
    if (
        column.unique
        and column.rows >= ENOUGH_ROWS
        and column.spaced == 0
        and column.longest <= 64
        and column.digits >= 0.9 * column.head
    ):
        return "id", "id", "codes without blanks, each once: identifies the customer"
    if column.distinct > min(FREE_TEXT, 0.5 * column.rows):
        return "dropped", "text", "free text: almost every value is different"
    return "describes", "category", "a category describes a segment, it does not form one"


def _numbers_identify(column: ColumnSummary) -> bool:
    """Return whether whole numbers, all different, are more likely names than amounts.

    They run on without gaps, or have as many digits as only names have, or the column is called a
    number or a card and they are alike in length, or so many rows would hardly all differ by
    chance: of ``n`` random numbers among ``m``, ``n^2 / 2m`` pairs are equal.
    """
    if not (column.whole and column.unique and column.rows >= ENOUGH_ROWS):
        return False
    low, high = int(column.low or 0), int(column.high or 0)
    if low < 0:
        return False
    room = high - low + 1
    same_digits = len(str(low)) == len(str(high))
    return (
        room <= 1.05 * column.rows
        or (same_digits and len(str(low)) >= ID_DIGITS)
        or (
            low >= LEAST_NUMBER
            and same_digits
            and _NUMBERED.search(tokens(column.name)) is not None
        )
        or (same_digits and column.rows**2 / (2 * room) >= CHANCE)
    )


def _called(column: ColumnSummary) -> bool:
    """Return whether whole numbers are long and nearly all different, as phone numbers are."""
    low = column.low or 0.0
    return (
        column.whole
        and low >= 10 ** (PHONE_DIGITS - 1)
        and column.present >= ENOUGH_ROWS
        and column.distinct >= 0.9 * column.present
    )


def is_flag(column: ColumnSummary) -> bool:
    """Return whether a column says yes or no: boolean, or 0 and one other whole number."""
    return column.type == "boolean" or (
        column.whole and column.distinct == 2 and column.low == 0 and column.high != 0
    )


def share_missing(column: ColumnSummary) -> str:
    """Return the share of missing values in words."""
    return f"{1 - column.present / column.rows:.0%}"
