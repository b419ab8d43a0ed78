"""Whether the value at risk moved between two runs: a sentence from a tenth on, both sides."""

from __future__ import annotations

import pytest

from smartcart.records import Future, FutureSegment
from smartcart.workflows.value_at_risk import risk_notice


def future(*at_risk: float | None, horizon: int = 90, currency: str = "€") -> Future:
    segments = tuple(
        FutureSegment(i, f"S{i}", 100, 80.0, 50.0, 40.0, 60.0, 900.0, 800.0, 1000.0, 0.5, one, 3)
        for i, one in enumerate(at_risk, start=1)
    )
    return Future(horizon, None, segments=segments, currency=currency)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ((100.0, 119.99), "rose by 10"),
        ((100.0, 119.9), ""),
        ((100.0, 80.1), ""),
        ((100.0, 79.9), "fell by 10"),
    ],
)
def test_a_tenth_is_told_and_less_is_not(now: tuple[float, float], words: str) -> None:
    then = future(100.0, 100.0)
    now_ = future(now[0], now[1] + (0.02 if words.startswith("rose") else 0.0))
    found = risk_notice(then, now_)
    if not words:
        assert found is None
        return
    assert found is not None
    assert words in found.message
    assert "most of it in S2, from €100 to" in found.message


def test_what_cannot_be_compared_is_not() -> None:
    then, much = future(100.0), future(500.0)
    assert risk_notice(then, much) is not None
    assert risk_notice(then, future(500.0, horizon=180)) is None
    assert risk_notice(then, future(500.0, currency="$")) is None
    assert risk_notice(then, future(None)) is None
    assert risk_notice(future(), much) is None
    assert risk_notice(future(0.0), much) is None


def test_a_new_segment_counts_from_nothing() -> None:
    found = risk_notice(future(100.0), future(100.0, 60.0))
    assert found is not None
    assert "rose by 60.0%" in found.message
    assert "most of it in S2, from €0 to €60" in found.message


def test_without_a_forecast_nothing_is_said() -> None:
    assert risk_notice(future(100.0), future(500.0)) is not None
    assert risk_notice(None, future(500.0)) is None
    assert risk_notice(future(100.0), None) is None
