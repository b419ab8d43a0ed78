"""Whether a column holds days, and in which forms: judged from a sample of its values."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise
from typing import Literal

from smartcart.tables.date_words import (
    BUDDHIST,
    REWRITES,
    in_buddhist_year,
    rewritten,
    says_date,
    says_month,
    says_time,
)
from smartcart.tables.patterns import lazy_pattern

__all__ = [
    "BIRTHS",
    "EPOCHS",
    "MONTH",
    "SECONDS",
    "SERIAL",
    "SURE_DAYS",
    "ZERO",
    "Dates",
    "dates_in_numbers",
    "dates_in_words",
]

ORDERED_DAYS = 12  # distinct days from which their order tells day from month
IN_ORDER = 0.01  # of neighbours at most stand against the order,
OUT_OF_ORDER = 0.1  # and at least so many under the other reading
SURE_DAYS = 5  # distinct days from which digits are dates whatever the column's name
SERIAL = "Excel day number"
EPOCHS = {
    "epoch seconds": 1,
    "epoch milliseconds": 10**3,
    "epoch microseconds": 10**6,
    "epoch nanoseconds": 10**9,
}
"""Numbers since the start of 1970 in UTC: how many make a second."""
MONTH, COMPACT = "%Y%m", "%Y%m%d"
SERIALS = (20_000, 60_000)  # Excel's days from 1954 to 2064
BIRTHS = (7_000, 60_000)  # ... and from 1919, of births
SECONDS = (6.3e8, 4.1e9)  # since 1970: from 1990 to 2099
NEARLY_ALL = 0.99  # share of the numbers that must be days
PROBE = 100  # frequent values, and others, that tell whether days are among them
FEW = 16  # frequent values, and others: where none is a day, days are no half of the cells
LONGEST = 80  # characters of a day and time in words
ZERO = ("0", "-1", "0.0", "-1.0")  # "never", where days are counted

_TIME = (
    r"(?:([T ] ?)([0-9]{1,2}):([0-9]{2})(:[0-9]{2})?(\.[0-9]{1,9})?"
    r"( ?[AaPp][Mm])?(Z| ?[-+][0-9]{2}(?::?[0-9]{2})?| (?:UTC|GMT))?)?"
)
_YEAR = "([0-9]{4}|[0-9]{2})"
_YEAR_FIRST = lazy_pattern(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _TIME)
_YEAR_LAST = lazy_pattern(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2" + _YEAR + _TIME)
_DAY_WORD = lazy_pattern(rf"([0-9]{{1,2}})([-/ ])([A-Za-z]{{3,9}})\2{_YEAR}{_TIME}")
_WORD_DAY = lazy_pattern(rf"([A-Za-z]{{3,9}})([-/ ])([0-9]{{1,2}})(, ?|\2){_YEAR}{_TIME}")
_YEAR_WORD = lazy_pattern(rf"([0-9]{{4}})([-/ ])([A-Za-z]{{3,9}})\2([0-9]{{1,2}}){_TIME}")
_MONTH_ONLY = lazy_pattern(r"([0-9]{4})([-/])(?:0?[1-9]|1[0-2])")
_WORD_MONTH = lazy_pattern(r"([A-Za-z]{3,9})([-/ ])([0-9]{4})")
_NAMES = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_NUMBER = lazy_pattern(r"-?[0-9]+(?:\.[0-9]*)?")


@dataclass(frozen=True, slots=True)
class Dates:
    """The forms in which a column holds days, the most frequent first.

    ``rewrites`` are the rules by which its cells are rewritten before they are read; ``ambiguous``
    says that no value settles the order of day and month, ``in_order`` that the order of the cells
    does, ``mixed`` that both orders occur, ``guessed`` that the form itself is a guess; ``share``
    is that of the cells that fit.
    """

    formats: tuple[str, ...]
    share: float
    rewrites: tuple[str, ...] = ()
    ambiguous: bool = False
    mixed: bool = False
    guessed: bool = False
    in_order: bool = False


# Numbers ---------------------------------------------------------------------------------------


def dates_in_numbers(name: str, known: Mapping[str, int]) -> Dates | None:
    """Return the form in which numbers are days, where nearly all are plausible ones.

    Days of eight digits and months of six are known under a name that says so, or where several
    different ones are all of the calendar (of eight-digit numbers that begin with 19 or 20, one in
    thirty is a day; of six-digit ones, one in eight is a month). Excel's numbers of days and times
    since 1970 are believed under a name that says date or time only.

    >>> dates_in_numbers("order_date", {"45292": 1, "45293": 1}).formats
    ('Excel day number',)
    >>> dates_in_numbers("visits", {"45292": 1}) is None
    True
    """
    numbers = {value: count for value, count in known.items() if value not in ZERO}
    if not numbers or not all(map(_NUMBER.fullmatch, numbers)):
        return None
    many = len(numbers) >= SURE_DAYS
    whole = [value.removesuffix(".0") for value in numbers]
    if (many or says_date(name) or says_time(name)) and all(map(_is_day, whole)):
        return Dates((COMPACT,), 1.0)
    if (many or says_month(name)) and all(map(_is_month, whole)):
        return Dates((MONTH,), 1.0, guessed=True)
    amounts = {float(value): count for value, count in numbers.items()}
    if says_date(name) and len(amounts) > 1:  # the same number everywhere says nothing
        low, high = BIRTHS if re.search("birth|dob|geb|nasc|nac|nais", name, re.I) else SERIALS
        if share := _within(amounts, low, high):
            return Dates((SERIAL,), share, guessed=True)
    if says_time(name):
        for form, parts in EPOCHS.items():
            if share := _within(amounts, SECONDS[0] * parts, SECONDS[1] * parts):
                return Dates((form,), share, guessed=True)
    return None


def _within(amounts: Mapping[float, int], low: float, high: float) -> float:
    """Return the share of amounts within bounds; 0 where it is less than nearly all."""
    total = sum(amounts.values())
    fits = sum(count for amount, count in amounts.items() if low <= amount <= high)
    return fits / total if fits >= NEARLY_ALL * total else 0.0


def _is_day(value: str) -> bool:
    if not (len(value) == 8 and value.isascii() and value.isdigit()):
        return False
    if not 1900 <= int(value[:4]) <= 2100:
        return False
    try:
        dt.date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return False
    return True


def _is_month(value: str) -> bool:
    return (
        len(value) == 6
        and value.isascii()
        and value.isdigit()
        and 1990 <= int(value[:4]) <= 2100
        and 1 <= int(value[4:]) <= 12
    )


# Words -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Form:
    """How one cell is read; with ``order`` the first two of its numbers are day and month."""

    fixed: str = ""
    order: tuple[str, str, str] = ("", "", "")  # separator, year, time
    first: int = 0
    second: int = 0
    last: int = 0


def dates_in_words(name: str, known: Mapping[str, int]) -> Dates | None:
    """Return the forms of the cells that are days, written with signs or words; None for none.

    >>> dates_in_words("Kaufdatum", {"3. März 2024": 2, "12. Mai 2024": 1}).formats
    ('%d %b %Y',)
    """
    total = sum(known.values())
    values = list(known)
    frequent = nlargest(PROBE, known, key=known.__getitem__)
    spread = values[:: max(1, len(values) // PROBE)]
    first = [v for v in (*frequent[:FEW], *spread[:: max(1, len(spread) // FEW)]) if _may_be(v)]
    if len(first) >= FEW and not any(map(_day_or_month, first)):
        return None  # of half of the cells some would be days here: names, addresses, codes
    probed = [v for v in (*frequent, *spread) if _may_be(v)]
    rules = _rules(probed)
    if not rules and not any(_form(v) or _month_form(v) for v in probed):
        return None
    forms = {value: _form(value) for value in known}
    others = [value for value, form in forms.items() if form is None and _may_be(value)]
    rules = _rules(others) if rules else ()
    if rules:
        forms = {value: _form(rewritten(value, rules)[0]) for value in known}
    months = says_month(name)
    if months:
        plain = {value: rewritten(value, rules)[0] for value, f in forms.items() if f is None}
        forms |= {value: _month_form(text) for value, text in plain.items()}
    found = {value: form for value, form in forms.items() if form is not None}
    if not found:
        return None
    if all(in_buddhist_year(rewritten(value, rules)[0]) for value in found):
        rules = (*rules, BUDDHIST)
    counted = Counter[str]()
    open_order = Counter[tuple[str, str, str]]()
    first_large = second_large = 0
    year_first = _year_first([form for form in found.values() if not form.fixed])
    for value, form in found.items():
        count = known[value]
        if form.fixed:
            counted[form.fixed] += count
        else:
            open_order[form.order] += count
            first_large += count if form.first > 12 else 0
            second_large += count if form.second > 12 else 0
    day_first = first_large > second_large
    ambiguous = bool(open_order) and first_large == second_large == 0
    sorted_by = _sorted_by([form for form in found.values() if form.order[0]]) if ambiguous else ""
    if ambiguous:
        day_first = sorted_by == "day" or (
            not sorted_by and open_order.most_common(1)[0][0][0] != "/"
        )
    fits = counted.total() + open_order.total()
    for (separator, year, time), count in open_order.items():
        order = ("%d", "%m", year) if day_first else ("%m", "%d", year)
        if year_first:
            order = ("%y", "%m", "%d")
        counted[separator.join(order) + time] += count
    if open_order and not year_first:
        fits -= min(first_large, second_large)
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return Dates(
        tuple(form for form, _ in ranked),
        fits / total,
        rules,
        ambiguous and not year_first,
        min(first_large, second_large) > 0 and not year_first,
        year_first,
        bool(sorted_by),
    )


def _day_or_month(value: str) -> bool:
    """Return whether a cell is a day or a month by some of the rules, or by none."""
    text, _ = rewritten(value)
    return any(form(cell) is not None for cell in (value, text) for form in (_form, _month_form))


def _may_be(value: str) -> bool:
    return 5 < len(value) <= LONGEST and any(map(str.isdigit, value))


def _rules(values: list[str]) -> tuple[str, ...]:
    """Return the rules that make days of some of the values that are none, in their order."""
    used: set[str] = set()
    for value in values:
        if _form(value) is None:
            text, names = rewritten(value)
            if names and (_form(text) or _month_form(text)):
                used |= set(names)
    return tuple(name for name in REWRITES if name in used)


def _form(value: str) -> _Form | None:
    """Return how a cell is read as a day, or None."""
    if match := _YEAR_FIRST.fullmatch(value):
        sign = match[2]
        return _timed(f"%Y{sign}%m{sign}%d", match, 5)
    if match := _YEAR_LAST.fullmatch(value):
        a, b = int(match[1]), int(match[3])
        time = _time_format(match, 5)
        if time is None or not (1 <= a <= 31 and 1 <= b <= 31 and min(a, b) <= 12):
            return None
        year = "%Y" if len(match[4]) == 4 else "%y"
        return _Form(order=(match[2], year, time), first=a, second=b, last=int(match[4]))
    if (match := _DAY_WORD.fullmatch(value)) and (month := _month(match[3])):
        return _timed(match[2].join(("%d", month, _year(match[4]))), match, 5)
    if (match := _WORD_DAY.fullmatch(value)) and (month := _month(match[1])):
        return _timed(f"{month}{match[2]}%d{match[4]}{_year(match[5])}", match, 6)
    if (match := _YEAR_WORD.fullmatch(value)) and (month := _month(match[3])):
        return _timed(match[2].join(("%Y", month, "%d")), match, 5)
    return None


def _month_form(value: str) -> _Form | None:
    """Return how a cell is read as a month, or None."""
    if match := _MONTH_ONLY.fullmatch(value):
        return _Form(fixed=f"%Y{match[2]}%m")
    if (match := _WORD_MONTH.fullmatch(value)) and (month := _month(match[1])):
        return _Form(fixed=f"{month}{match[2]}%Y")
    return None


def _year_first(open_forms: Iterable[_Form]) -> bool:
    """Return whether two digits before month and day are a year: always above 12, and few of them.

    The days of a month are about 30, of which two in five are up to 12; years are few.
    """
    forms = [form for form in open_forms if form.order[1] == "%y" and form.order[0] != "/"]
    if len(forms) < SURE_DAYS or not all(f.first > 12 and 1 <= f.last <= 31 for f in forms):
        return False
    years, days = {form.first for form in forms}, {form.last for form in forms}
    return len(days) > 2 * len(years)


def _sorted_by(forms: Sequence[_Form]) -> Literal["day", "month", ""]:
    """Return which of the first two numbers is the day, where only so the cells are in order.

    ``forms`` are those of the different cells, as they first appear; later to earlier is an order,
    too. ``""`` where both or neither make one.
    """
    disorder = {
        "day": _disorder([(f.last, f.second, f.first) for f in forms]),
        "month": _disorder([(f.last, f.first, f.second) for f in forms]),
    }
    if len({(f.last, f.first, f.second) for f in forms}) < ORDERED_DAYS:
        return ""
    first: Literal["day", "month"] = "day" if disorder["day"] < disorder["month"] else "month"
    other = disorder["month" if first == "day" else "day"]
    return first if disorder[first] <= IN_ORDER and other >= OUT_OF_ORDER else ""


def _disorder(days: Sequence[tuple[int, int, int]]) -> float:
    """Return the share of neighbours that stand against the order of the others."""
    pairs = [(one, other) for one, other in pairwise(days) if one != other]
    falling = sum(one > other for one, other in pairs)
    return min(falling, len(pairs) - falling) / max(1, len(pairs))


def _year(digits: str) -> str:
    return "%Y" if len(digits) == 4 else "%y"


def _timed(form: str, match: re.Match[str], group: int) -> _Form | None:
    time = _time_format(match, group)
    return None if time is None else _Form(fixed=form + time)


def _time_format(match: re.Match[str], group: int) -> str | None:
    """The strptime format of the time of day that starts at ``group``; "" for none.

    None where an hour of 24 stands beside AM or PM.
    """
    gap, hours, _, seconds, fraction, half, zone = match.groups()[group - 1 : group + 6]
    if gap is None:
        return ""
    if half and not 1 <= int(hours) <= 12:
        return None
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
    if word in _NAMES and word != "may":
        return "%B"
    return "%b" if len(word) == 3 and any(name.startswith(word) for name in _NAMES) else None
