"""A campaign in words: the plan as a table of text, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from smartcart.records import Backtest, Holdout, Outlook, Plan, Receipt, SegmentPlan, Uplift
from smartcart.report.words import count, money, share

__all__ = ["plan_lines", "receipt_lines", "uplift_lines"]


def plan_lines(plan: Plan, backtest: Backtest | None, currency: str = "") -> list[str]:
    """Return a plan as lines for a terminal: the segments, the choice, how sure, the holdout."""
    return [*_head(plan, currency), *_rows(plan, currency), "", *_choice(plan, currency),
            *_tried(backtest, currency), *_holdout(plan.holdout)]  # fmt: skip


def _head(plan: Plan, currency: str) -> Iterator[str]:
    what = (
        "the response rate that you assume; no figure of the data stands behind it"
        if plan.assumed
        else f"the rate of {plan.column} in each segment"
    )
    yield f"Planned from {what}."
    yield (
        f"A contact costs {money(plan.cost, currency)}, a response brings "
        f"{money(plan.revenue, currency)}: it pays from a rate of {share(plan.break_even)}."
    )
    if plan.budget is not None:
        yield f"At most {money(plan.budget, currency)} may be spent."
    yield ""


def _rows(plan: Plan, currency: str) -> Iterator[str]:
    level = f"{plan.level:.0%}"
    head = ("segment", "customers", "rate", f"({level})", "profit if all are contacted", "contact")
    rows = [head, *(_row(one, currency) for one in plan.segments)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  " + "  ".join(cells).rstrip()


def _row(one: SegmentPlan, currency: str) -> tuple[str, ...]:
    def cash(x: float | None) -> str:
        return money(x, currency)

    look = one.outlook
    profit = f"{cash(look.profit)} {_between(cash, look.profit_low, look.profit_high)}"
    return (
        one.segment,
        count(one.customers),
        share(one.rate),
        _between(share, one.rate_low, one.rate_high),
        profit.strip(),
        count(one.contacts) if one.contacts else "no",
    )


def _between(words: Any, low: float | None, high: float | None) -> str:
    return f"({words(low)} to {words(high)})" if low is not None and high is not None else ""


def _choice(plan: Plan, currency: str) -> Iterator[str]:
    chosen, all_of_them = plan.chosen, plan.everybody
    if not chosen.contacts:
        yield "Contact nobody: no segment earns what a contact costs."
    else:
        named = ", ".join(one.segment for one in plan.segments if one.contacts)
        yield f"Contact {count(chosen.contacts)} customers: {named}."
        yield f"  {_brings(chosen, currency)}"
        if chosen.shortfall is not None and chosen.loss_chance is not None:
            yield (
                f"  Chance of a loss: {share(chosen.loss_chance)}; in the worst 5% of futures "
                f"{money(chosen.shortfall, currency)} is lost on average."
            )
    yield f"Everybody ({count(all_of_them.contacts)}): {_brings(all_of_them, currency)}"
    yield "Nobody: nothing is spent, and nothing earned."


def _brings(look: Outlook, currency: str) -> str:
    def cash(x: float | None) -> str:
        return money(x, currency)

    return (
        f"cost {cash(look.cost)}, expected responses {count(round(look.responses))} "
        f"{_between(lambda x: count(round(x)), look.responses_low, look.responses_high)}".rstrip()
        + f", revenue {cash(look.revenue)}, profit {cash(look.profit)} "
        f"{_between(cash, look.profit_low, look.profit_high)}".rstrip()
        + "."
    )


def _tried(backtest: Backtest | None, currency: str) -> Iterator[str]:
    if backtest is None:
        return
    yield (
        f"Such a plan from one half of the customers, tried on the other ({backtest.repeats} "
        f"times): {money(backtest.over_everybody, currency)} more per 1,000 customers than "
        f"contacting everybody "
        f"{_between(lambda x: money(x, currency), backtest.over_everybody_low, backtest.over_everybody_high)}, "  # noqa: E501
        f"better in {share(backtest.over_everybody_share)} of the trials."
    )


def _holdout(found: Holdout | None) -> Iterator[str]:
    if found is None or not found.size:
        return
    against = "the least uplift that pays" if found.baseline_assumed else "the uplift expected"
    yield (
        f"Leave {count(found.size)} of them alone ({share(found.share)}) as a holdout: it shows "
        f"{against} with a power of {share(found.power)}"
        + ("." if found.reached else "; there are too few customers for the power wished.")
    )


def uplift_lines(found: Sequence[Uplift], strangers: int, currency: str = "") -> list[str]:
    """Return what a campaign changed as lines for a terminal."""
    lines = []
    for one in found:
        who = f"{one.segment}: {count(one.treated)} contacted, {count(one.holdout)} held out"
        if one.uplift is None or one.low is None or one.high is None:
            lines.append(f"{who}: one of the arms is empty, so nothing can be said.")
            continue
        lines.append(
            f"{who}: {_points(one.uplift)} ({_points(one.low)} to {_points(one.high)}), "
            f"profit {money(one.profit, currency)} "
            f"({money(one.profit_low, currency)} to {money(one.profit_high, currency)})"
        )
    if strangers:
        lines.append(f"{count(strangers)} rows name customers that are not in this run: not used.")
    return lines


def _points(x: float) -> str:
    return f"{x * 100:+.1f} points"


def receipt_lines(receipt: Receipt) -> list[str]:
    """Return what went into an audience file as lines for a terminal."""
    lines = [f"{count(receipt.written)} of {count(receipt.customers)} customers: {receipt.output}"]
    split = receipt.by_change or receipt.by_segment
    lines += [f"  {name}: {count(size)}" for name, size in split.items()]
    if receipt.left_out:
        lines.append("Left out:")
        lines += [f"  {reason}: {count(size)}" for reason, size in receipt.left_out.items()]
    if receipt.escaped_cells:
        lines.append(
            f"{count(receipt.escaped_cells)} cells have an apostrophe before them, so that no "
            "spreadsheet runs them as formulas."
        )
    lines += [f"Note: {notice.message}" for notice in receipt.notices]
    return lines
