"""What a look at a table asks: which reading, which column, and what the shop's own figures say."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from smartcart.errors import DataError, ReadingQuestion, SmartCartError
from smartcart.records import Column, JsonObject, OtherReading, ReadingReceipt
from smartcart.report import receipt

__all__ = [
    "EXPECTED",
    "Choice",
    "chosen",
    "columns_of",
    "offers",
    "others",
    "sentence",
    "shown_figure",
    "wish_of",
]

NEAR = 0.005  # as SmartCart holds what was read against what was expected
EXPECTED = {
    "orders": ("Orders", "The number of orders"),
    "customers": ("Customers", "The number of customers"),
    "revenue": ("Revenue", "The revenue"),
}
SAYS = {
    "amount": "Money from {}",
    "customer": "Who bought, from {}",
    "order": "Orders by {}",
    "date": "The day from {}",
    "unit_price": "Price of one piece from {}",
    "row_type": "Sales are the rows whose {}",
}
KINDS = {
    "customers": "Each row is a customer",
    "orders": "Each row is an order, or a line of one",
}
_CHOOSE = re.compile(
    r"""columns:\ \{('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"):
    \ \{(role|meaning):\ (\w+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\}\}""",
    re.X,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to go on: what it says, the totals it gives, and what a form sends to take it."""

    label: str
    figures: str
    value: str  # JSON: {"columns": {name: {"meaning": ...}}} or {"kind": ...}
    fits: bool = False  # it gives the figures that the shop's own dashboard shows


def wish_of(choose: str) -> dict[str, dict[str, str]]:
    """Return what a line of configuration says of a column; nothing where it says none.

    >>> wish_of("columns: {'Amount Paid': {meaning: amount}}")
    {'Amount Paid': {'meaning': 'amount'}}
    >>> wish_of("columns: {'Type': {meaning: 'row_type:Sale'}}")
    {'Type': {'meaning': 'row_type:Sale'}}
    """
    return dict(_wishes_of(choose))


def _wishes_of(choose: str) -> list[tuple[str, dict[str, str]]]:
    """Return what each line of configuration in a text says, of the same column again, too."""
    return [
        (str(ast.literal_eval(name)), {what: _unquoted(value)})
        for name, what, value in _CHOOSE.findall(choose)
    ]


def _unquoted(value: str) -> str:
    return str(ast.literal_eval(value)) if value[0] in "'\"" else value


def columns_of(error: SmartCartError | None) -> tuple[Column, ...]:
    """Return the columns of a table that was refused, as far as they are known."""
    found = error.columns if isinstance(error, DataError) else ()
    return tuple(column for column in found if isinstance(column, Column))


def offers(error: SmartCartError | None) -> list[Choice]:
    """Return the ways out of a failed look that are one step each."""
    if not isinstance(error, DataError):
        return []
    found = _readings(error)
    if not found:
        wishes = [(n, w) for n, w in _wishes_of(error.way_out) if "meaning" in w]
        found = [Choice(_label(name, wish), "", _value(name, wish)) for name, wish in wishes]
    return found + [
        Choice(label, "", json.dumps({"kind": kind}))
        for kind, label in KINDS.items()
        if f"--kind {kind}" in error.way_out
    ]


def _readings(error: DataError) -> list[Choice]:
    """Return the readings between which SmartCart asks."""
    given = error.readings if isinstance(error, ReadingQuestion) else ()
    readings = [one for one in given if isinstance(one, OtherReading)]
    names = {column.name for column in columns_of(error)}
    wishes = [wish_of(one.choose) for one in readings]
    told = {name for wish in wishes for name in wish if name in names}
    found = []
    for one, wish in zip(readings, wishes, strict=True):
        figures = receipt.totals(one)
        name = next(iter(wish), "")
        if name in names or not names:
            label = _label(name, wish[name]) if wish else one.differs_in
            found.append(Choice(label, figures, json.dumps({"columns": wish})))
        else:  # no column tells it: those of the other readings do not, either
            none = {other: {"role": "dropped"} for other in sorted(told)}
            label = "All that a customer bought on a day is one order"
            found.append(Choice(label, figures, json.dumps({"columns": none})))
    return found


def others(told: ReadingReceipt | None, expect: Mapping[str, float], currency: str) -> list[Choice]:
    """Return the other readings of a file that was read; those that give what is expected first."""
    found = [
        Choice(
            one.differs_in,
            receipt.totals(one, currency),
            json.dumps({"columns": wish_of(one.choose)}) if wish_of(one.choose) else "",
            _fits(one, expect),
        )
        for one in (told.alternatives if told is not None else ())
    ]
    return sorted(found, key=lambda one: not one.fits)


def _fits(one: OtherReading, expect: Mapping[str, float]) -> bool:
    got = {name: getattr(one, name) for name in EXPECTED if name in expect}
    return bool(got) and all(
        value is not None and abs(value - expect[name]) <= NEAR * abs(expect[name])
        for name, value in got.items()
    )


def _label(name: str, wish: Mapping[str, str]) -> str:
    if wish.get("role") == "dropped":
        return f"Without {name}"
    part, _, kind = wish.get("meaning", "").partition(":")
    if (part, kind) == ("amount", "line"):
        return f"{SAYS[part].format(name)} of each line"
    return SAYS.get(part, "{}").format(name) + (f" is {kind}" if kind else "")


def _value(name: str, wish: Mapping[str, str]) -> str:
    return json.dumps({"columns": {name: wish}})


def _plain(wish: JsonObject) -> str | None:
    """Return the meaning of a column, whether an amount is of each line or not."""
    meaning = str(wish.get("meaning") or "")
    return "amount" if meaning == "amount:line" else meaning or None


def chosen(wishes: JsonObject, choice: str) -> dict[str, object]:
    """Return the wishes once a choice is taken: it replaces what was said of the same part.

    >>> before = {"columns": {"Total": {"meaning": "amount"}}, "k": 4}
    >>> chosen(before, '{"columns": {"Paid": {"meaning": "amount"}}}')
    {'columns': {'Paid': {'meaning': 'amount'}}, 'k': 4}

    Raises ``ValueError`` where it is none.
    """
    taken = json.loads(choice)
    if not isinstance(taken, dict) or not set(taken) <= {"columns", "kind"}:
        raise ValueError(choice)
    found = dict(wishes)
    if "kind" in taken:  # a part of an order says nothing of a customer, and the reverse
        found.pop("columns", None)
        return found | {"kind": str(taken["kind"])}
    new = taken.get("columns", {})
    if not isinstance(new, dict) or not all(isinstance(wish, dict) for wish in new.values()):
        raise ValueError(choice)
    parts = {_plain(wish) for wish in new.values()} - {None}
    before = found.get("columns")
    kept = {
        name: wish
        for name, wish in (before if isinstance(before, dict) else {}).items()
        if not (isinstance(wish, dict) and _plain(wish) in parts)
    }
    return found | {"columns": kept | new}


def sentence(
    error: SmartCartError, choices: Iterable[Choice], fits: bool, names: tuple[str, str] = ("", "")
) -> SmartCartError:
    """Return an error with the ways out that stand on the page, in place of a configuration's.

    ``fits`` is whether another reading gives the figures that were expected; ``names`` are the
    file's name here and its user's.
    """
    if not isinstance(error, DataError):
        return error
    choices, way_out = list(choices), error.way_out
    message = str(error).removesuffix(f": {way_out}") if way_out else str(error)
    if names[0]:
        message = message.replace(repr(names[0]), repr(names[1]))
    known = bool(choices or columns_of(error))
    if "(as --expect says)" in message:
        message = message.replace("(as --expect says)", "(your own figure)")
        way_out = (
            "Another reading gives it: it is marked under “What was read” below, to be chosen."
            if fits
            else way_out.replace(
                "('smartcart check' tells what was left out)",
                "(“What was read” tells what was left out)",
            )
        )
    elif known and ("configuration" in way_out or "--kind" in way_out):
        way_out = "Choose below; nothing is taken in silence."
        if columns_of(error) and not _readings(error):
            way_out = "Say below what is right, or what each column does, and look again."
    found = DataError(message)
    found.way_out = way_out
    return found


def shown_figure(value: float) -> str:
    """Return a figure as it can be typed again, without doubt.

    >>> shown_figure(1083.0), shown_figure(147311.64), shown_figure(108.125)
    ('1083', '147311.64', '108.1250')
    """
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text
