"""Results of a campaign in words: arms side by side, by outcome and segment."""

from __future__ import annotations

from collections.abc import Sequence

from smartcart.records import ArmEffect, Effects, Ledgered
from smartcart.report.bars import BarRow, chart
from smartcart.report.over_time import table_lines
from smartcart.report.words import MISSING, count, money

__all__ = [
    "effect_rows",
    "ledger_lines",
    "ledger_rows",
    "notes",
    "results_lines",
    "results_shown",
    "said",
]

_SAID = {
    "more": "more, beyond chance",
    "less": "less, beyond chance",
    "unsure": "cannot be told from chance",
    "too small": "too few to say",
}


def said(one: ArmEffect) -> str:
    """Return in words what an effect says."""
    return _SAID[one.said]


def _value(x: float | None, one: ArmEffect, currency: str) -> str:
    if x is None:
        return MISSING
    return f"{x:.2%}" if one.kind == "rate" else money(x, currency)


def _gap(x: float | None, one: ArmEffect, currency: str) -> str:
    if x is None:
        return MISSING
    if one.kind == "rate":
        return f"{x * 100:+.2f} points".replace("-", "\u2212")
    return f"{'+' if x > 0 else ''}{money(x, currency)}"


def _between(low: str, high: str) -> str:
    return "" if MISSING in (low, high) else f" ({low} to {high})"


def effect_rows(found: Effects, outcome: str, currency: str = "") -> list[tuple[str, ...]]:
    """Return one outcome as rows of text, head first: arms by segment, all together last."""
    head = (
        "segment",
        "arm",
        "customers",
        "result",
        f"without ({found.control})",
        f"difference ({found.level:.0%} interval)",
        "in all",
        "what it says",
    )
    rows: list[tuple[str, ...]] = [head]
    own = [one for one in found.effects if one.outcome == outcome]
    for one in sorted(own, key=lambda e: (e.segment_id == 0, e.segment_id)):
        ends = [_gap(x, one, currency).removesuffix(" points") for x in (one.low, one.high)]
        total = MISSING
        if one.total is not None:
            total = count(one.total) if one.kind == "rate" else money(one.total, currency)
        gap = _gap(one.difference, one, currency) + _between(*ends)
        results = (_value(one.mean, one, currency), _value(one.control_mean, one, currency))
        rows.append((one.segment, one.arm, count(one.customers), *results, gap, total, said(one)))
    return rows


def results_lines(found: Effects, currency: str = "") -> list[str]:
    """Return the results as lines for a terminal."""
    lines = [f"Against {found.control!r}, who were left alone; {count(found.customers)} customers."]
    for outcome, kind in zip(found.outcomes, found.kinds, strict=True):
        unit = "share of customers" if kind == "rate" else "per customer"
        lines += ["", f"{outcome} ({unit}):", *table_lines(effect_rows(found, outcome, currency))]
    return [*lines, "", *notes(found)]


def notes(found: Effects) -> list[str]:
    """Return what is to be known of the results, a sentence each."""
    told = []
    if found.weighted:
        told.append("All segments together: each weighs by its contacted customers.")
    if found.strangers:
        told.append(f"{count(found.strangers)} rows name customers that are not in this run.")
    if found.armless:
        told.append(f"{count(found.armless)} rows say no arm and are not used.")
    small = sum(one.said == "too small" for one in found.effects)
    if small:
        told.append(
            f"{count(small)} comparisons have too few customers or responses to say anything."
        )
    return told


def results_shown(found: Effects, currency: str = "") -> list[dict[str, object]]:
    """Return what a page shows of each outcome: a chart of all customers, and the table."""
    shown: list[dict[str, object]] = []
    for outcome, kind in zip(found.outcomes, found.kinds, strict=True):
        scale = 100.0 if kind == "rate" else 1.0
        whole = [found.of(outcome, arm) for arm in found.arms]
        bars = [
            BarRow(
                one.arm,
                one.difference * scale,
                None if one.low is None else one.low * scale,
                None if one.high is None else one.high * scale,
                _gap(one.difference, one, currency),
                strong=one.said in ("more", "less"),
            )
            for one in whole
            if one.difference is not None
        ]
        means = [(one.arm, count(one.customers), _value(one.mean, one, currency)) for one in whole]
        first = whole[0]
        alone = _value(first.control_mean, first, currency)
        means.append((found.control, count(first.control_customers), alone))
        shown.append(
            {
                "outcome": outcome,
                "unit": "in percentage points" if kind == "rate" else "per customer",
                "means": means,
                "chart": chart(bars) if bars else None,
                "rows": effect_rows(found, outcome, currency),
                "said": [(one.arm, said(one)) for one in whole],
            }
        )
    return shown


def ledger_rows(found: Sequence[Ledgered], currency: str = "") -> list[tuple[str, ...]]:
    """Return the ledger as rows of text, head first, the oldest campaign first."""

    def cash(x: float | None) -> str:
        return money(x, currency)

    rows: list[tuple[str, ...]] = [
        ("campaign", "cost", "earned (90% interval)", "so far (90% interval)")
    ]
    for one in found:
        own = "its results say nothing of money"
        if one.earned is not None:
            own = cash(one.earned) + _between(cash(one.low), cash(one.high))
        so_far = cash(one.so_far) + _between(cash(one.so_far_low), cash(one.so_far_high))
        rows.append((one.name, cash(one.cost), own, so_far))
    return rows


def ledger_lines(found: Sequence[Ledgered], planned: int, currency: str = "") -> list[str]:
    """Return the ledger as lines for a terminal; ``planned`` campaigns have no results yet."""
    lines = [] if found else ["No campaign has results yet."]
    if found:
        lines = [
            "What each campaign earned beyond those left alone, after the cost of its contacts:",
            "",
            *table_lines(ledger_rows(found, currency)),
        ]
    if planned:
        lines += ["", f"Planned, without results yet: {count(planned)}."]
    return lines
