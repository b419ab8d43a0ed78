"""A campaign plan as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smartcart.records import Backtest, Outlook, Plan, Run
from smartcart.report import outcomes, words

__all__ = ["Line", "between", "headline", "holdout", "lines", "offers", "risk", "tried"]


@dataclass(frozen=True, slots=True)
class Line:
    """One segment in the plan."""

    segment_id: int
    segment: str
    customers: str
    rate: str
    rate_span: str
    profit: str
    profit_span: str
    contacts: str
    chosen: bool


def offers(run: Run) -> list[tuple[str, str]]:
    """Return the outcomes whose rates a plan can use, as (column, words)."""
    return [
        (o.column, f"{outcomes.label(run, o)} ({words.share(o.rate)} of all)")
        for o in run.outcomes
    ]  # fmt: skip


def between(low: float | None, high: float | None, currency: str) -> str:
    """Return an interval of money in words, nothing where there is none."""
    if low is None or high is None:
        return ""
    return f"{words.money(low, currency)} to {words.money(high, currency)}"


def lines(plan: Plan, names: Mapping[int, str], currency: str) -> list[Line]:
    """Return the segments of a plan."""
    found = []
    for one in plan.segments:
        look = one.outlook
        contacts = words.count(one.contacts) if one.contacts else "no"
        if one.contacts == one.customers:
            contacts = f"all {words.count(one.contacts)}"
        found.append(
            Line(
                one.segment_id, names.get(one.segment_id, one.segment), words.count(one.customers),
                words.share(one.rate),
                words.span(one.rate_low, one.rate_high) if one.rate_low is not None else "",
                words.money(look.profit, currency),
                between(look.profit_low, look.profit_high, currency),
                contacts, bool(one.contacts),
            )
        )  # fmt: skip
    return found


def headline(plan: Plan, names: Mapping[int, str], currency: str) -> tuple[str, str]:
    """Return what to do in a line, and what it brings."""
    chosen = plan.chosen
    if not chosen.contacts:
        return (
            "Contact nobody",
            "No segment earns what a contact costs: it pays from a response rate of "
            f"{words.share(plan.break_even)}.",
        )
    named = words.listing(
        names.get(one.segment_id, one.segment) for one in plan.segments if one.contacts
    )
    return f"Contact {words.count(chosen.contacts)} customers: {named}", _brings(chosen, currency)


def _brings(look: Outlook, currency: str) -> str:
    span = between(look.profit_low, look.profit_high, currency)
    sure = f" (likely {span})" if span else ""
    return (
        f"It costs {words.money(look.cost, currency)} and earns a profit of "
        f"{words.money(look.profit, currency)}{sure}."
    )


def risk(plan: Plan, currency: str) -> list[tuple[str, str, str]]:
    """Return the plan beside contacting everybody and nobody: name, contacts, profit."""
    rows = [("This plan", plan.chosen), ("Everybody", plan.everybody)]
    shown = []
    for name, look in rows:
        span = between(look.profit_low, look.profit_high, currency)
        profit = words.money(look.profit, currency) + (f" ({span})" if span else "")
        shown.append((name, words.count(look.contacts), profit))
    return [*shown, ("Nobody", "0", words.money(0, currency))]


def tried(found: Backtest | None, currency: str) -> str:
    """Return how such plans did on customers they were not made of, or nothing."""
    if found is None:
        return ""
    gain = words.money(found.over_everybody, currency)
    return (
        f"Such plans were made on one half of the customers and tried on the other, "
        f"{words.count(found.repeats)} times: they earned {gain} more per 1,000 customers than "
        f"contacting everybody, and were better in {words.share(found.over_everybody_share)} of "
        "the trials."
    )


def holdout(plan: Plan) -> str:
    """Return how many to leave alone, and why, or nothing."""
    found: Any = plan.holdout
    if found is None or not found.size:
        return ""
    text = (
        f"Leave {words.count(found.size)} of them alone ({words.share(found.share)}), chosen by "
        "chance. Only the difference between those contacted and those left alone tells what the "
        "campaign changed."
    )
    if not found.reached:
        text += " There are few customers, so only a large difference will show."
    return text
