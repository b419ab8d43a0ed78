"""Progress of a command: what it says on standard error."""

from __future__ import annotations

import pytest

from smartcart.cli import progress as module
from smartcart.cli.progress import RATE_SECONDS, Progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0, "assign: 900 of 1,800 rows\n"),
        (RATE_SECONDS / 2, "assign: 900 of 1,800 rows\n"),
        (RATE_SECONDS, "assign: 900 of 1,800 rows, 4,500/s, 0 s left\n"),
        (90.0, "assign: 900 of 1,800 rows, 10/s, 90 s left\n"),
    ],
)
def test_a_rate_is_told_only_of_a_step_that_has_gone_on_for_a_while(
    clock, capsys, seconds, told
) -> None:
    said = Progress()
    clock[0] = 0.0
    said("assign", 0, 1800)  # too early to be said
    clock[0] = seconds
    said._last = said._start = -9.0
    said("assign", 900, 1800)
    assert capsys.readouterr().err == told


def test_nothing_is_said_about_what_takes_less_than_two_seconds(clock, capsys) -> None:
    said = Progress()
    clock[0] = module.QUIET_SECONDS - 0.1
    said("read", 1, 2)
    assert capsys.readouterr().err == ""
    clock[0] = module.QUIET_SECONDS + 0.1
    said("read", 1, 2)
    assert capsys.readouterr().err.startswith("read: 1 of 2 rows")
