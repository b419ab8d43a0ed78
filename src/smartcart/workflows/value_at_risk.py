"""Whether the value at risk moved from one run to the next, in a sentence."""

from __future__ import annotations

from smartcart.records import Future, Notice
from smartcart.report.words import money, share

__all__ = ["risk_notice"]

MOVED = 0.10  # of the earlier value at risk: less is not told


def risk_notice(then: Future | None, now: Future | None) -> Notice | None:
    """Return a notice where the value at risk rose or fell by a tenth or more.

    None where one of both has no forecast, or none of money, or they look ahead for other spans or
    in another currency: then they are not to be compared. Segments are matched by their ids.
    """
    if then is None or now is None:
        return None
    same = then.horizon == now.horizon and then.currency == now.currency
    old = {one.segment_id: one.at_risk for one in then.segments if one.at_risk is not None}
    new = {one.segment_id: one.at_risk for one in now.segments if one.at_risk is not None}
    before, after = sum(old.values()), sum(new.values())
    if not same or not old or not new or before <= 0:
        return None
    change = after / before - 1.0
    if abs(change) < MOVED:
        return None
    way = "rose" if change > 0 else "fell"
    names = {one.segment_id: one.segment for one in (*then.segments, *now.segments)}
    most = max(
        sorted(names),
        key=lambda number: (
            (new.get(number, 0.0) - old.get(number, 0.0)) * (1 if change > 0 else -1)
        ),
    )
    cash = now.currency
    return Notice(
        "value at risk",
        f"The value at risk within {now.horizon} days {way} by {share(abs(change))}, from "
        f"{money(before, cash)} to {money(after, cash)}; most of it in {names[most]}, from "
        f"{money(old.get(most, 0.0), cash)} to {money(new.get(most, 0.0), cash)}.",
    )
