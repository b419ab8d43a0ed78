"""How a forecast is told: its track record first, then segments, then who is late."""

from __future__ import annotations

from collections.abc import Sequence

from smartcart.records import Future, FutureSegment, Track, TrackRow
from smartcart.report import words
from smartcart.report.withheld import SMALL_GROUP

__all__ = [
    "FIGURES",
    "horizon",
    "lead",
    "orders",
    "record_rows",
    "rough",
    "segment_rows",
    "text_lines",
]

FIGURES = ("Still customers", "Orders", "Money", "Share of it", "At risk", "Late")  # of a segment
SHOWN = 10  # late customers on the page and the command line


def rough(x: float | None) -> str:
    """Return a sum as people say it.

    >>> rough(1653.4), rough(0.42), rough(None)
    ('1,653', '0.42', '–')
    """
    if x is None:
        return "–"
    return f"{x:,.0f}" if abs(x) >= 10 else f"{x:.2g}"


def horizon(future: Future) -> str:
    """Return the days ahead in words."""
    return f"{future.horizon} days"


def orders(one: FutureSegment) -> str:
    """Return the orders of a segment with their interval."""
    return f"{rough(one.orders)} ({rough(one.orders_low)} to {rough(one.orders_high)})"


def spend(one: FutureSegment, currency: str) -> str:
    """Return the money of a segment with its interval."""
    if one.spend is None:
        return "–"
    low, high = words.money(one.spend_low, currency), words.money(one.spend_high, currency)
    return f"{words.money(one.spend, currency)} ({low} to {high})"


def late(one: FutureSegment) -> str:
    """Return how many of a segment are late; few are not told."""
    return f"under {SMALL_GROUP}" if 0 < one.late < SMALL_GROUP else words.count(one.late)


def segment_rows(future: Future) -> list[tuple[FutureSegment, tuple[str, ...]]]:
    """Return segments, each with its ``FIGURES`` in words."""
    return [
        (
            one,
            (
                words.share(one.alive / one.customers if one.customers else None),
                orders(one),
                spend(one, future.currency),
                words.share(one.spend_share),
                words.money(one.at_risk, future.currency) if one.at_risk is not None else "–",
                late(one),
            ),
        )
        for one in future.segments
    ]


def record_rows(track: Track) -> list[tuple[TrackRow, str, str, str, str, str]]:
    """Return ways with kind, total, miss, error and AUC in words, the smallest error first."""
    return [
        (
            row,
            "simple rule" if row.simple else "model",
            rough(row.total),
            f"{row.miss:+.0%}".replace("-0%", "0%").replace("+0%", "0%"),
            f"{row.error:.3f}",
            "–" if row.auc is None else f"{row.auc:.2f}",
        )
        for row in sorted(track.rows, key=lambda row: row.error)
    ]


def lead(future: Future) -> str:
    """Return what comes next in a sentence: orders and money of all, and who is late."""
    total = sum(one.orders for one in future.segments)
    text = f"Within {horizon(future)} after {words.date(future.as_of)}, {rough(total)} orders"
    money = [one.spend for one in future.segments if one.spend is not None]
    if money:
        text += f" worth {words.money(sum(money), future.currency)}"
    number = words.people(future.late_count)
    verb = "is" if future.late_count == 1 else "are"
    return (
        f"{text} are expected of these customers. {number[:1].upper() + number[1:]} {verb} "
        "late: silent for longer than nine in ten who stay would be at their rhythm."
    )


def text_lines(future: Future) -> list[str]:
    """Return the forecast for a terminal."""
    lines = [lead(future), "", future.sentence]
    if future.spend_refused:
        lines.append(future.spend_refused)
    track = future.track
    if track is not None:
        lines += ["", f"Tried on {track.days} days, {track.actual:,.0f} orders came:"]
        for row, kind, total, miss, error, auc in record_rows(track):
            mark = "*" if row.name == track.chosen else " "
            lines.append(
                f"{mark} {row.name} ({kind}): {total} ({miss}), off by {error} each, AUC {auc}"
            )
        lines.append("* is used")
    lines += ["", f"Segment: {', '.join(FIGURES).lower()}"]
    for one, figures in segment_rows(future):
        lines.append(f"{one.segment_id} {one.segment}: {', '.join(figures)}")
    if future.value is not None:
        lines += [
            "",
            f"Worth {words.money(future.value, future.currency)} at a margin of "
            f"{future.margin:.0%}, discounted by {future.discount_rate:.1%} a year.",
        ]
    return [*lines, *_late_lines(future)]


def _late_lines(future: Future) -> Sequence[str]:
    if not future.late and future.late_count:
        return ("", f"Late: {future.late_count:,}, listed in late.parquet.")
    if not future.late:
        return ()
    shown = future.late[:SHOWN]
    head = f"Late, most at stake first ({len(shown)} of {future.late_count:,}):"
    what = "" if future.spend_refused else future.currency
    return [
        "",
        head,
        *(
            f"  {one.customer_id} ({one.segment}): due by {words.date(one.next_order_by)}, "
            f"{one.p_alive:.0%} still a customer, "
            + (
                f"{rough(one.at_stake)} orders at stake"
                if future.spend_refused
                else f"{words.money(one.at_stake, what)} at stake"
            )
            for one in shown
        ),
    ]
