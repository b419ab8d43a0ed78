"""What a page shows of a campaign, before and after it, and of customers who were asked about."""

from __future__ import annotations

from collections.abc import Sequence

from smartcart.records import Campaign, Explanation, Plan, Reason, Run, Uplift
from smartcart.report import campaign as told
from smartcart.report import reasons
from smartcart.report.bars import BarRow, Chart, chart
from smartcart.report.words import count, money, share, value

__all__ = ["campaign", "explained", "uplift", "why"]

_STRONG = (0.04, 0.12, 0.25, 0.4)  # parts of a reason from which its shade grows darker


def campaign(
    found: Campaign | None, currency: str = "", way: str = " (--baseline 0.05)"
) -> dict[str, object] | None:
    """Return what the section on a campaign shows; nothing where none was planned.

    ``way`` is where the reader can say the rate without contact.
    """
    if found is None:
        return None
    plan = found.plan
    ways = [
        BarRow(
            name,
            look.profit,
            look.profit_low,
            look.profit_high,
            money(look.profit, currency),
            strong=strong,
        )
        for name, look, strong in (
            ("The plan", plan.chosen, True),
            ("Everybody", plan.everybody, False),
        )
    ]
    ways.append(BarRow("Nobody", 0.0, None, None, money(0, currency)))
    segments = [
        BarRow(
            f"{one.segment_id}  {one.segment}",
            one.outlook.profit,
            one.outlook.profit_low,
            one.outlook.profit_high,
            money(one.outlook.profit, currency),
            one.segment_id,
            strong=one.contacts > 0,
        )
        for one in plan.segments
    ]
    chosen = plan.chosen
    after = [*told.risk(plan, currency)]
    return {
        "basis": list(told.basis(found, currency)),
        "assumed": plan.assumed,
        "advice": told.advice(plan),
        "brings": _sentence(told.brings(chosen, currency, added=plan.measured))
        if chosen.contacts
        else "",
        "risk": after if chosen.contacts else [],
        "ways": chart(ways),
        "segments": chart(segments),
        "level": f"{plan.level:.0%}",
        "rows": told.plan_rows(plan, currency),
        "way_rows": _ways(plan, currency),
        "tried": list(told.tried(found.backtest, currency)),
        "gains": _gains(found, currency),
        "holdout": list(told.holdout(plan.holdout, way)),
    }


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ways(plan: Plan, currency: str) -> list[tuple[str, ...]]:
    def cash(x: float | None) -> str:
        return money(x, currency)

    head = ("whom", "contacts", "cost", "responses", "revenue", "profit")
    rows = [head]
    for name, look in (("The plan", plan.chosen), ("Everybody", plan.everybody)):
        interval = told.between(cash, look.profit_low, look.profit_high)
        rows.append(
            (
                name,
                count(look.contacts),
                cash(look.cost),
                count(round(look.responses)),
                cash(look.revenue),
                f"{cash(look.profit)} {interval}".strip(),
            )
        )
    nothing = cash(0)
    return [*rows, ("Nobody", "0", nothing, "0", nothing, nothing)]


def _gains(found: Campaign, currency: str) -> Chart | None:
    """Return what plans of one half gained on the other, per 1,000 customers, as a chart."""
    one = found.backtest
    if one is None:
        return None
    rows = []
    for name, x, low, high in (
        (
            "over contacting everybody",
            one.over_everybody,
            one.over_everybody_low,
            one.over_everybody_high,
        ),
        ("over contacting nobody", one.over_nobody, one.over_nobody_low, one.over_nobody_high),
    ):
        rows.append(BarRow(name, x, low, high, money(x, currency), strong=True))
    return chart(rows)


def uplift(found: Sequence[Uplift], strangers: int, currency: str = "") -> dict[str, object]:
    """Return what a page shows of what a campaign changed."""
    rows = [
        BarRow(
            one.segment,
            one.uplift,
            one.low,
            one.high,
            f"{one.uplift * 100:+.1f}",
            one.segment_id,
            strong=not one.segment_id,
            first=not one.segment_id,
        )
        for one in found
        if one.uplift is not None
    ]
    unused = ""
    if strangers:
        unused = f"{count(strangers)} rows name customers that are not in this run: not used."
    return {
        "verdict": told.verdict(found),
        "chart": chart(rows) if rows else None,
        "rows": told.uplift_rows(found, currency),
        "unused": unused,
    }


def why(run: Run) -> dict[str, object] | None:
    """Return what puts customers where they are: features by segments, and a sentence for each."""
    if not run.reasons:
        return None
    order = sorted(
        range(len(run.reasons[0].parts)),
        key=lambda j: -max(abs(one.parts[j].share) for one in run.reasons),
    )
    lines = [(run.reasons[0].parts[j].label, [_part(one, j) for one in run.reasons]) for j in order]
    return {"reasons": run.reasons, "lines": lines}


def _part(one: Reason, j: int) -> tuple[str, int]:
    x = one.parts[j].share
    step = sum(abs(x) >= limit for limit in _STRONG)
    text = f"{x * 100:+.0f}%".replace("-", "−")
    return text if abs(x) >= 0.005 else "0%", step if x > 0 else -step


def explained(found: Sequence[Explanation], currency: str = "") -> list[dict[str, object]]:
    """Return what a page shows of each customer that was asked about."""
    shown = []
    for one in found:
        rows = [
            BarRow(part.label, part.share, None, None, reasons.part(part))
            for part in one.contributions
        ]
        table = [
            (
                part.label,
                reasons.figure(part, currency),
                value(part.own_mean, part.unit, currency),
                value(part.other_mean, part.unit, currency),
                reasons.part(part),
            )
            for part in one.contributions
        ]
        shown.append(
            {
                "customer": one.customer_id,
                "segment": one.segment,
                "segment_id": one.segment_id,
                "other": one.other,
                "confidence": share(one.confidence),
                "sentence": one.sentence,
                "chart": chart(rows) if rows else None,
                "rows": table,
                "lead": reasons.lead(one) if rows else "",
            }
        )
    return shown
