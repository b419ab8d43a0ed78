"""What comes next, as the pages of a segment, of a customer and of who is late show it."""

from __future__ import annotations

from smartcart.records import Future, Run
from smartcart.report import future as told
from smartcart.report import words
from smartcart.workflows.foretold import Foretold, Late

__all__ = ["customer_lines", "late_rows", "segment_lines"]


def _there(run: Run) -> Future | None:
    found = run.future
    return None if found is None or found.refused else found


def segment_lines(run: Run, segment_id: int) -> dict[str, object] | None:
    """Return what a segment is expected to bring; None without a forecast."""
    future = _there(run)
    if future is None:
        return None
    for one, figures in told.segment_rows(future):
        if one.segment_id == segment_id:
            rows = zip(told.FIGURES, figures, strict=True)
            return {
                "rows": [(name, text) for name, text in rows if text != words.MISSING],
                "late": one.late > 0,
                "horizon": told.horizon(future),
                "as_of": words.date(future.as_of),
                "sentence": future.sentence,
                "simple": future.simple,
                "no_money": future.spend_refused,
            }
    return None


def customer_lines(run: Run, found: Foretold | None) -> dict[str, object] | None:
    """Return what is foretold of a customer; None without a forecast.

    Who ordered once has no rhythm, and no day by which the next order is due.
    """
    future = _there(run)
    if future is None or found is None:
        return None
    rows = [
        ("Still a customer", words.share(found.p_alive)),
        (f"Orders within {told.horizon(future)}", f"{found.expected_orders:.2f}"),
    ]
    if found.expected_spend is not None:
        rows.append(("Money in that time", words.money(found.expected_spend, future.currency)))
    due = found.next_order_by
    rows.append(
        ("Next order by", words.date(due) if due else "no rhythm yet: one day with an order")
    )
    return {
        "rows": rows,
        "late": found.late,
        "simple": future.simple,
        "as_of": words.date(future.as_of),
        "due": words.date(due),
    }


def late_rows(run: Run, found: list[Late]) -> list[dict[str, object]]:
    """Return late customers in words."""
    future = run.future
    assert future is not None
    names = {one.segment_id: one.segment for one in run.segments}
    return [
        {
            "id": one.customer_id,
            "segment_id": one.segment_id,
            "segment": names.get(one.segment_id, ""),
            "alive": words.share(one.p_alive),
            "due": words.date(one.next_order_by),
            "at_stake": f"{told.rough(one.at_stake)} orders"
            if future.spend_refused
            else words.money(one.at_stake, future.currency),
        }
        for one in found
    ]
