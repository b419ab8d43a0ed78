"""What a column of text holds: number, date, boolean or text, judged from its values.

Pure Python on a sample of distinct values with their counts; the caller then converts every cell
by the plan and counts those that do not fit, so a plan is a hypothesis, never the last word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from smartcart.tables.currency_codes import CURRENCY_CODES
from smartcart.tables.date_words import DIGITS, NEVER
from smartcart.tables.dates import Dates, dates_in_numbers, dates_in_words
from smartcart.tables.number_signs import DECIMAL, SIGNS, in_our_digits
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.vocabulary import readings

__all__ = [
    "COMMA_NUMBER",
    "EXTRA_MISSING",
    "INFINITE",
    "MISSING",
    "NO_CENTS",
    "POINT_NUMBER",
    "Conversion",
    "code_like",
    "guess",
    "id_like",
    "points_before_three",
]

PlanKind = Literal[
    "empty", "integer", "number", "point number", "comma number", "date", "boolean", "text"
]

MISSING = (
    "",
    "-",
    "?",
    "#N/A",
    "<NA>",
    "N/A",
    "NA",
    "NULL",
    "\\N",
    "NaN",
    "NaT",
    "None",
    "Null",
    "n/a",
    "nan",
    "null",
)
EXTRA_MISSING = (
    "n.a.",
    "n/a",
    "na",
    "none",
    "nil",
    "null",
    "nan",
    "nat",
    "unknown",
    "missing",
    "undefined",
    "not available",
    "(blank)",
    "(null)",
    "--",
    "---",
    ".",
    "#value!",
    "#ref!",
    "#div/0!",
    "#num!",
    "#name?",
    "#null!",
    "n.d.",
    "n/d",
    "nd",
    "s/d",
    "s.d.",
    "sin dato",
    "desconocido",
    "desconhecido",
    "não informado",
    "k.a.",
    "k. a.",
    "ka",
    "keine angabe",
    "unbekannt",
    "entfällt",
    "nc",
    "n.c.",
    "nr",
    "n.r.",
    "inconnu",
    "non communiqué",
    "non renseigné",
    "sconosciuto",
)
"""Lower-case words that mean "no value" in a column of numbers or dates, but may be a category."""

INFINITE = ("inf", "-inf", "+inf", "infinity", "-infinity", "+infinity")

_CURRENCY = (
    rf"(?:[A-Z]{{0,3}} ?[$€£¥₹₽₺₩₪฿₫₴₦₱₸₼￥]|zł|Kč|[Kk]r\.?|Rs\.?|Rp\.?|RM|S/\.?|TL|Ft|lei|"
    rf"đ|vnđ|VNĐ|"
    rf"лв\.?|руб\.?|р\.?|грн\.?|円|元|원|﷼|ر\.?س\.?|د\.?إ\.?|ج\.?م\.?|د\.?ك\.?|د\.?م\.?|ريال|درهم|جنيه|"
    rf"دينار|ریال|تومان|रु\.?|৳|{CURRENCY_CODES})"
)
_GAP = "[ \u00a0\u202f]*"


def _decorated(body: str) -> str:
    affix = rf"(?:{_CURRENCY}|%)"
    sign, behind = "[-+\u2212]?", "[-\u2212]?"
    return rf"^\(?{sign}{_GAP}{_CURRENCY}?{_GAP}\(?{sign}({body}){_GAP}{affix}?{_GAP}{behind}\)?$"


_SPACED = "[0-9]{1,3}(?:[ '\u2019\u00a0\u202f][0-9]{3})+"
NO_CENTS = "[.,:][-\u2013\u2014\u2212]{1,2}"
"""What stands for the cents where there are none: ``25,-``, ``12.--``, ``25:-``. It is no minus."""
POINT_NUMBER = _decorated(
    rf"(?:[0-9]{{1,3}}(?:,[0-9]{{2,3}})*,[0-9]{{3}}|{_SPACED}|[0-9]+)(?:{NO_CENTS}|\.[0-9]*)?"
    rf"|\.[0-9]+"
)
"""``$1,234.50``, ``(1 234.5)``, ``12 %``: group 1 is the digits. Understood by Python and RE2."""
COMMA_NUMBER = _decorated(
    rf"(?:[0-9]{{1,3}}(?:\.[0-9]{{3}})+|{_SPACED}|[0-9]+)(?:{NO_CENTS}|,[0-9]*)?|,[0-9]+"
)
"""``1.234,50 €``: as :data:`POINT_NUMBER` with the decimal comma."""

_POINT = lazy_pattern(POINT_NUMBER)
_COMMA = lazy_pattern(COMMA_NUMBER)
_COMMA_FOR_CENTS = lazy_pattern(f"(?=,){NO_CENTS}")
_PLAIN = lazy_pattern(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WHOLE = lazy_pattern(r"[-+]?[0-9]+(?:\.0*)?")
_LEADING_ZERO = lazy_pattern(r"0[0-9]+")
_AFFIX = lazy_pattern(_CURRENCY)
THOUSANDTHS = lazy_pattern(r"KWD|BHD|OMR|TND|JOD|د\.?ك\.?")  # currencies of three decimals
_SAME_CURRENCY = {
    "$": "usd",
    "us$": "usd",
    "€": "eur",
    "£": "gbp",
    "₹": "inr",
    "rs": "inr",
    "zł": "pln",
    "kč": "czk",
}
_POINTED = lazy_pattern(r"[0-9]\.[0-9]")
_POINT_GROUPS = lazy_pattern(r"[-+]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
_WHOLE_ID = lazy_pattern(r"0|-?[1-9][0-9]{0,17}")
_WHOLE_ID_AS_FLOAT = lazy_pattern(r"(?:0|-?[1-9][0-9]{0,14})\.0")
_CODE = lazy_pattern(r"[A-Za-z]{1,3}[-_ ]?[0-9]{3,}|[0-9]{3,}[-_ ]?[A-Za-z]{1,3}")
_CODE_NAME = lazy_pattern(
    r"(?:^|[^A-Za-z])(?:id|code|sku|zip|postcode|invoice|phone|no|nr)(?:[^A-Za-z]|$)"
    r"|(?:Id|ID|Code|No|Nr|SKU)$|(?i:postal|invoiceno|stockcode|barcode)",
)


@dataclass(frozen=True, slots=True)
class Conversion:
    """How to convert a column of text.

    ``formats`` are strptime formats (dates); ``truth`` the word for true (booleans); ``ambiguous``
    says that no value settles the order of day and month, ``in_order`` that the order of the cells
    does.
    """

    kind: PlanKind
    formats: tuple[str, ...] = ()
    truth: str = ""
    currency: str | None = None
    currencies: tuple[str, ...] = ()  # all of them, where they are several
    percent: bool = False
    ambiguous: bool = False
    mixed: bool = False  # both orders of day and month occur
    rewrites: tuple[str, ...] = ()  # rules by which cells are rewritten before they are read
    guessed: bool = False  # the form of the dates is a guess
    in_order: bool = False

    @property
    def type(self) -> Literal["number", "text", "date", "boolean"]:
        """The type a person would say."""
        if self.kind in ("integer", "number", "point number", "comma number"):
            return "number"
        if self.kind == "date":
            return "date"
        return "boolean" if self.kind == "boolean" else "text"


TEXT = Conversion("text")


def guess(name: str, counts: Mapping[str, int], decimal_comma: bool = False) -> Conversion:
    """Return the plan that fits most values, if it fits at least half of them; else text.

    ``counts`` maps each distinct value to how often it occurs; ``decimal_comma`` says that other
    columns of the source have decimal commas. A column named like an id is a whole number only if
    every value is one in its plainest form: an id must be found again as it was written.

    >>> guess("Income", {"$84,835.00": 3, " $950.00 ": 1, "": 2}).kind
    'point number'
    >>> guess("Dt_Customer", {"04-09-2012": 1, "21-08-2013": 1}).formats
    ('%d-%m-%Y',)
    >>> guess("zip", {"01067": 1, "99084": 5}).kind
    'text'
    """
    values = Counter[str]()
    for value, count in counts.items():
        values[value.strip(" \t\r\n")] += count
    known = {
        value: count
        for value, count in values.items()
        if value not in MISSING and value.lower() not in EXTRA_MISSING
    }
    if not known:
        only_words = any(value not in MISSING for value in values)
        return TEXT if only_words else Conversion("empty")
    if id_like(name):
        ids = [value for value in values if value not in MISSING]
        whole = any(all(map(p.fullmatch, ids)) for p in (_WHOLE_ID, _WHOLE_ID_AS_FLOAT))
        return Conversion("integer") if whole else TEXT
    total = sum(known.values())
    boolean = _guess_boolean({value.lower() for value in values if value not in MISSING})
    if boolean is not None:
        return boolean
    ours = Counter[str]()
    for value, count in known.items():
        ours[in_our_digits(value)] += count
    signs = () if ours.keys() == known.keys() else (SIGNS,)
    settled = any(DECIMAL in value for value in known)  # a point stands before decimals
    number, number_share = _guess_number(ours, total, decimal_comma)
    pointed = [] if settled else [value for value in ours if "." in value]
    whole = number.kind in {"number", "integer"}  # 10.000 may be ten, or ten thousand
    if whole and pointed and all(map(_POINT_GROUPS.fullmatch, pointed)):
        if decimal_comma:
            number = Conversion("comma number")
        elif len(pointed) > 1:
            number = Conversion("number", ambiguous=True)
    if settled and number.type == "number":
        number = replace(number, ambiguous=False)
    number = replace(number, rewrites=signs) if number.type == "number" else number
    days = {value: count for value, count in known.items() if value.lower() not in NEVER}
    ours = Counter({value: n for value, n in ours.items() if value.lower() not in NEVER})
    if found := dates_in_numbers(name, ours):
        return _dated(replace(found, rewrites=(DIGITS,)) if signs else found)
    if number_share == 1.0:
        return number
    found = dates_in_words(name, days)
    if found is None or found.share <= number_share:
        return number if number_share >= 0.5 else TEXT
    return _dated(found) if found.share >= 0.5 else TEXT


def _dated(found: Dates) -> Conversion:
    return Conversion(
        "date",
        found.formats,
        ambiguous=found.ambiguous,
        mixed=found.mixed,
        rewrites=found.rewrites,
        guessed=found.guessed,
        in_order=found.in_order,
    )


def code_like(name: str, misfits: Mapping[str, int]) -> bool:
    """Whether the few non-numbers of a column show that it holds codes, not amounts.

    >>> code_like("InvoiceNo", {"C536379": 12})
    True
    >>> code_like("Income", {"58k": 1, "about 3": 1})
    False
    """
    if _CODE_NAME.search(name):
        return True
    total = sum(misfits.values())
    codes = sum(count for value, count in misfits.items() if _CODE.fullmatch(value.strip()))
    return total > 0 and codes > total / 2


def id_like(name: str) -> bool:
    """Whether a column's name says that it identifies the customer.

    >>> [id_like(name) for name in ("Customer", "ID", "Kundennummer", "Income")]
    [True, True, True, False]
    """
    return any(word.meaning == "id" for word, _ in readings(name))


def points_before_three(cells: Iterable[str]) -> bool:
    """Whether cells have points, each before three digits and behind no leading zero.

    >>> points_before_three(["Rp 22.000", "500", ""]), points_before_three(["0.250", "1.250"])
    (True, False)
    """
    found = False
    for cell in cells:
        if "." in cell and _POINTED.search(cell):
            amount = _COMMA.match(cell.strip())
            if amount is None or not _POINT_GROUPS.fullmatch(amount[1]):
                return False
            found = True
    return found


def _guess_boolean(words: set[str]) -> Conversion | None:
    for truth, lie in (("true", "false"), ("yes", "no"), ("y", "n")):
        if words == {truth, lie} or (truth == "true" and words <= {truth, lie}):
            return Conversion("boolean", truth=truth)
    return None


def _in_thousands(known: Mapping[str, int]) -> bool:
    """Whether a point always stands before three digits: of money, it parts thousands."""
    digits = [match[1] for value in known if (match := _COMMA.match(value)) and "." in value]
    return len(digits) > 1 and all(map(_POINT_GROUPS.fullmatch, digits))


def _guess_number(
    known: Mapping[str, int], total: int, decimal_comma: bool
) -> tuple[Conversion, float]:
    plain = whole = 0
    leading_zero = False
    others: dict[str, int] = {}
    for value, count in known.items():
        if value.lower() in INFINITE:
            plain += count
        elif _PLAIN.fullmatch(value):
            plain += count
            whole += count if _WHOLE.fullmatch(value) else 0
            leading_zero = leading_zero or _LEADING_ZERO.fullmatch(value) is not None
        else:
            others[value] = count
    point = comma = plain
    percent = False
    currencies = Counter[str]()
    if others:
        point = _fits(_POINT, known)
        comma = _fits(_COMMA, known)
    for value, count in others.items():
        if _POINT.match(value) or _COMMA.match(value):
            percent = percent or value.endswith("%")
            if affix := _AFFIX.search(value):
                currencies[affix.group().strip()] += count
    currency = currencies.most_common(1)[0][0] if currencies else None
    plainest = {sign: sign.lower().rstrip(".").replace(" ", "") for sign in currencies}
    different = {_SAME_CURRENCY.get(word, word): sign for sign, word in plainest.items()}
    several = tuple(sorted(different.values())) if len(different) > 1 else ()
    best = max(plain, point, comma)
    if best == 0:
        return TEXT, 0.0
    if leading_zero and plain == best:
        return TEXT, best / total
    if plain == best:
        infinite = sum(count for value, count in known.items() if value.lower() in INFINITE)
        return Conversion("integer" if whole == plain - infinite else "number"), best / total
    tie = point == comma
    told = tie and any(map(_COMMA_FOR_CENTS.search, others))  # a decimal comma stands there
    kind: PlanKind = "point number" if point == best and not told else "comma number"
    ambiguous = tie and not told and any("," in value for value in known)
    kind = "comma number" if ambiguous and decimal_comma else kind  # one file has one mark
    if (
        tie
        and not told
        and not ambiguous
        and currency
        and _in_thousands(known)
        and not (THOUSANDTHS.fullmatch(currency))
    ):
        kind, ambiguous = "comma number", not decimal_comma
    plan = Conversion(kind, (), "", currency, several, percent, ambiguous)
    return plan, best / total


def _fits(pattern: re.Pattern[str], known: Mapping[str, int]) -> int:
    return sum(
        count for value, count in known.items() if value.lower() in INFINITE or pattern.match(value)
    )
