"""What a column of text holds: number, date, boolean or text, judged from its values.

Pure Python on a sample of distinct values with their counts; the caller then converts every cell
by the plan and counts those that do not fit, so a plan is a hypothesis, never the last word.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from smartcart.tables.vocabulary import readings

__all__ = [
    "COMMA_NUMBER",
    "EXTRA_MISSING",
    "INFINITE",
    "MISSING",
    "POINT_NUMBER",
    "Plan",
    "code_like",
    "guess",
    "id_like",
]

PlanKind = Literal[
    "empty", "integer", "number", "point number", "comma number", "date", "boolean", "text"
]

MISSING = (
    "", "-", "?", "#N/A", "<NA>", "N/A", "NA", "NULL", "NaN", "NaT", "None", "Null", "n/a", "nan",
    "null",
)  # fmt: skip
EXTRA_MISSING = (
    "n.a.", "n/a", "na", "none", "nil", "null", "nan", "nat", "unknown", "missing", "undefined",
    "not available", "(blank)", "(null)", "--", "---", ".", "#value!", "#ref!", "#div/0!",
    "#num!", "#name?", "#null!",
    "n.d.", "n/d", "nd", "s/d", "s.d.", "sin dato", "desconocido", "desconhecido", "não informado",
    "k.a.", "k. a.", "ka", "keine angabe", "unbekannt", "entfällt", "nc", "n.c.", "nr", "n.r.",
    "inconnu", "non communiqué", "non renseigné", "sconosciuto",
)  # fmt: skip
"""Lower-case words that mean "no value" in a column of numbers or dates, but may be a category."""

INFINITE = ("inf", "-inf", "+inf", "infinity", "-infinity", "+infinity")

_CODES = (
    "USD|EUR|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|INR|CNY|JPY|KRW|AUD|NZD|CAD|MXN|"
    "BRL|ARS|CLP|COP|PEN|ZAR|NGN|KES|EGP|AED|SAR|ILS|SGD|HKD|TWD|THB|IDR|MYR|PHP|VND"
)
_CURRENCY = rf"(?:[A-Z]{{0,2}}[$€£¥₹₽₺₩₪฿₫₴₦₱]|zł|Kč|[Kk]r\.?|Rs\.?|{_CODES})"
_GAP = "[ \u00a0\u202f]*"


def _decorated(body: str) -> str:
    affix = rf"(?:{_CURRENCY}|%)"
    return rf"^\(?[-+]?{_GAP}{_CURRENCY}?{_GAP}[-+]?({body}){_GAP}{affix}?{_GAP}-?\)?$"


_SPACED = "[0-9]{1,3}(?:[ '\u2019\u00a0\u202f][0-9]{3})+"
POINT_NUMBER = _decorated(
    rf"(?:[0-9]{{1,3}}(?:,[0-9]{{2,3}})*,[0-9]{{3}}|{_SPACED}|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+"
)
"""``$1,234.50``, ``(1 234.5)``, ``12 %``: group 1 is the digits. Understood by Python and RE2."""
COMMA_NUMBER = _decorated(
    rf"(?:[0-9]{{1,3}}(?:\.[0-9]{{3}})+|{_SPACED}|[0-9]+)(?:,[0-9]*)?|,[0-9]+"
)
"""``1.234,50 €``: as :data:`POINT_NUMBER` with the decimal comma."""

_POINT = re.compile(POINT_NUMBER)
_COMMA = re.compile(COMMA_NUMBER)
_PLAIN = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"[-+]?[0-9]+(?:\.0*)?")
_LEADING_ZERO = re.compile(r"0[0-9]+")
_AFFIX = re.compile(_CURRENCY)
_SAME_CURRENCY = {"$": "usd", "us$": "usd", "€": "eur", "£": "gbp", "₹": "inr", "rs": "inr",
                  "zł": "pln", "kč": "czk"}  # fmt: skip
_POINT_GROUPS = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
_WHOLE_ID = re.compile(r"0|-?[1-9][0-9]{0,17}")
_WHOLE_ID_AS_FLOAT = re.compile(r"(?:0|-?[1-9][0-9]{0,14})\.0")
_TIME = (
    r"(?:([T ] ?)([0-9]{1,2}):([0-9]{2})(:[0-9]{2})?(\.[0-9]{1,9})?"
    r"( ?[AaPp][Mm])?(Z| ?[-+][0-9]{2}(?::?[0-9]{2})?| (?:UTC|GMT))?)?"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _TIME)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})" + _TIME)
_WORDS = re.compile(
    r"(?:([0-9]{1,2})([-/ ])([A-Za-z]{3,9})\2([0-9]{4}|[0-9]{2})"
    r"|([A-Za-z]{3,9}) ([0-9]{1,2})(,?) ([0-9]{4}))" + _TIME
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DATE_NAME = re.compile(
    r"date|(?:^|[^a-z])(?:dt|day|since|joined|created|birth|dob|signup|registered|time|on|at)"
    r"(?:[^a-z]|$)",
    re.IGNORECASE,
)
_CODE = re.compile(r"[A-Za-z]{1,3}[-_ ]?[0-9]{3,}|[0-9]{3,}[-_ ]?[A-Za-z]{1,3}")
_CODE_NAME = re.compile(
    r"(?:^|[^A-Za-z])(?:id|code|sku|zip|postcode|invoice|phone|no|nr)(?:[^A-Za-z]|$)"
    r"|(?:Id|ID|Code|No|Nr|SKU)$|(?i:postal|invoiceno|stockcode|barcode)",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to convert a column of text.

    ``formats`` are strptime formats (dates); ``truth`` the word for true (booleans); ``ambiguous``
    says that no value settles the order of day and month.
    """

    kind: PlanKind
    formats: tuple[str, ...] = ()
    truth: str = ""
    currency: str | None = None
    currencies: tuple[str, ...] = ()  # all of them, where they are several
    percent: bool = False
    ambiguous: bool = False
    mixed: bool = False  # both orders of day and month occur

    @property
    def type(self) -> Literal["number", "text", "date", "boolean"]:
        """The type a person would say."""
        if self.kind in ("integer", "number", "point number", "comma number"):
            return "number"
        if self.kind == "date":
            return "date"
        return "boolean" if self.kind == "boolean" else "text"


TEXT = Plan("text")
SURE_DAYS = 5  # distinct days from which eight digits are dates whatever the column's name


def guess(name: str, counts: Mapping[str, int], decimal_comma: bool = False) -> Plan:
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
        return TEXT if only_words else Plan("empty")
    if id_like(name):
        ids = [value for value in values if value not in MISSING]
        whole = any(all(map(p.fullmatch, ids)) for p in (_WHOLE_ID, _WHOLE_ID_AS_FLOAT))
        return Plan("integer") if whole else TEXT
    total = sum(known.values())
    boolean = _guess_boolean({value.lower() for value in values if value not in MISSING})
    if boolean is not None:
        return boolean
    number, number_share = _guess_number(known, total)
    pointed = [value for value in known if "." in value]
    if number.kind == "number" and pointed and all(map(_POINT_GROUPS.fullmatch, pointed)):
        if decimal_comma:
            number = Plan("comma number")
        elif len(pointed) > 1:
            number = Plan("number", ambiguous=True)
    few = len(known) < SURE_DAYS and not _DATE_NAME.search(name)
    if not few and (compact := _guess_compact(known)) is not None:
        return compact
    if number_share == 1.0:
        return number
    date, date_share = _guess_date(known, total)
    best, share = (date, date_share) if date_share > number_share else (number, number_share)
    return best if share >= 0.5 else TEXT


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


def _guess_boolean(words: set[str]) -> Plan | None:
    for truth, lie in (("true", "false"), ("yes", "no"), ("y", "n")):
        if words == {truth, lie} or (truth == "true" and words <= {truth, lie}):
            return Plan("boolean", truth=truth)
    return None


def _guess_number(known: Mapping[str, int], total: int) -> tuple[Plan, float]:
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
                currencies[affix.group()] += count
    currency = currencies.most_common(1)[0][0] if currencies else None
    plainest = {sign: sign.lower().rstrip(".") for sign in currencies}
    different = {_SAME_CURRENCY.get(word, word): sign for sign, word in plainest.items()}
    several = tuple(sorted(different.values())) if len(different) > 1 else ()
    best = max(plain, point, comma)
    if best == 0:
        return TEXT, 0.0
    if leading_zero and plain == best:
        return TEXT, best / total
    if plain == best:
        infinite = sum(count for value, count in known.items() if value.lower() in INFINITE)
        return Plan("integer" if whole == plain - infinite else "number"), best / total
    kind: PlanKind = "point number" if point == best else "comma number"
    ambiguous = point == comma and any("," in value for value in known)
    plan = Plan(kind, (), "", currency, several, percent, ambiguous)
    return plan, best / total


def _fits(pattern: re.Pattern[str], known: Mapping[str, int]) -> int:
    return sum(
        count for value, count in known.items() if value.lower() in INFINITE or pattern.match(value)
    )


def _guess_compact(known: Mapping[str, int]) -> Plan | None:
    """``20120904``: only if every value is a day of the calendar.

    Under a name that says nothing of dates several different days are asked for (``SURE_DAYS``):
    of eight-digit numbers that begin with 19 or 20, one in thirty is a day.
    """
    for value in known:
        if not (len(value) == 8 and value.isascii() and value.isdigit()):
            return None
        if not 1900 <= int(value[:4]) <= 2100:
            return None
        try:
            dt.date(int(value[:4]), int(value[4:6]), int(value[6:]))
        except ValueError:
            return None
    return Plan("date", formats=("%Y%m%d",))


def _guess_date(known: Mapping[str, int], total: int) -> tuple[Plan, float]:
    fixed = Counter[str]()  # formats that need no decision
    open_order = Counter[tuple[str, str, str]]()  # (separator, year, time) of d-m-y or m-d-y
    first_large = second_large = 0
    for value, count in known.items():
        if match := _YEAR_FIRST.fullmatch(value):
            separator = match[2]
            fixed[f"%Y{separator}%m{separator}%d" + _time_format(match, 5)] += count
        elif match := _YEAR_LAST.fullmatch(value):
            a, b = int(match[1]), int(match[3])
            if not (1 <= a <= 31 and 1 <= b <= 31 and min(a, b) <= 12):
                continue
            year = "%Y" if len(match[4]) == 4 else "%y"
            open_order[match[2], year, _time_format(match, 5)] += count
            first_large += count if a > 12 else 0
            second_large += count if b > 12 else 0
        elif (match := _WORDS.fullmatch(value)) and (month := _month(match[3] or match[5])):
            if match[3]:
                separator = match[2]
                year = "%Y" if len(match[4]) == 4 else "%y"
                form = f"%d{separator}{month}{separator}{year}"
            else:
                form = f"{month} %d{match[7]} %Y"
            fixed[form + _time_format(match, 9)] += count
    fits = fixed.total() + open_order.total()
    if not fits:
        return TEXT, 0.0
    day_first = first_large > second_large
    ambiguous = bool(open_order) and first_large == second_large == 0
    if ambiguous:
        day_first = open_order.most_common(1)[0][0][0] != "/"
    for (separator, year, time), count in open_order.items():
        order = ("%d", "%m") if day_first else ("%m", "%d")
        fixed[separator.join((*order, year)) + time] += count
    if open_order:
        fits -= min(first_large, second_large)
    formats = tuple(form for form, _ in sorted(fixed.items(), key=lambda item: (-item[1], item[0])))
    mixed = min(first_large, second_large) > 0
    return Plan("date", formats=formats, ambiguous=ambiguous, mixed=mixed), fits / total


def _time_format(match: re.Match[str], group: int) -> str:
    """The strptime format of the time of day that starts at ``group``; "" for none."""
    gap, _, _, seconds, fraction, half, zone = match.groups()[group - 1 : group + 6]
    if gap is None:
        return ""
    hour = "%I" if half else "%H"
    seconds = ":%S" if seconds else ""
    fraction = ".%f" if fraction else ""
    half = " %p" if half and half.startswith(" ") else "%p" if half else ""
    offset = ""
    if zone:
        offset = zone if zone[-1] in "CT" else f"{' ' if zone.startswith(' ') else ''}%z"
    return f"{gap}{hour}:%M{seconds}{fraction}{half}{offset}"


def _month(word: str) -> str | None:
    word = word.lower()
    if word in _MONTHS and word != "may":
        return "%B"
    return "%b" if len(word) == 3 and any(name.startswith(word) for name in _MONTHS) else None
