"""Campaigns of several arms: rates and money against who was left alone."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from command_line import smartcart
from smartcart.core.effects import FEW_CUSTOMERS, FEW_HITS, compare_arms, ledger, welch
from smartcart.core.proportions import newcombe
from smartcart.errors import DataError, UsageError
from smartcart.records import ArmOutcome, Effects
from smartcart.workflows.results import earned, measure_arms

HILLSTROM = Path(__file__).parents[2] / "shared" / "data" / "hillstrom.csv.gz"
PUBLISHED = {  # men's, women's, none
    "visit": (0.1828, 0.1514, 0.1062),
    "conversion": (0.0125, 0.0088, 0.0057),
    "spend": (1.42, 1.08, 0.65),
}
ARMS = ("Mens E-Mail", "Womens E-Mail")


@pytest.fixture(scope="module")
def hillstrom() -> Effects:
    if not HILLSTROM.exists():
        pytest.skip("shared data file hillstrom.csv.gz is absent")
    return measure_arms(HILLSTROM)


def test_hillstrom_gives_its_published_figures(hillstrom: Effects) -> None:
    assert hillstrom.control == "No E-Mail"
    assert hillstrom.arms == ARMS
    assert hillstrom.customers == 64_000
    assert dict(zip(hillstrom.outcomes, hillstrom.kinds, strict=True)) == {
        "visit": "rate",
        "conversion": "rate",
        "spend": "amount",
    }
    for outcome, (men, women, none) in PUBLISHED.items():
        places = 2 if outcome == "spend" else 4
        told = [hillstrom.of(outcome, arm) for arm in ARMS]
        assert [round(one.mean or 0, places) for one in told] == [men, women]
        assert {round(one.control_mean or 0, places) for one in told} == {none}
        assert {one.said for one in told} == {"more"}


def test_intervals_are_those_of_newcombe_and_welch(hillstrom: Effects) -> None:
    table = pd.read_csv(HILLSTROM)
    for arm in ARMS:
        a, b = (table[table["segment"] == one] for one in (arm, "No E-Mail"))
        one = hillstrom.of("spend", arm)
        test = stats.ttest_ind(a["spend"], b["spend"], equal_var=False)
        low, high = test.confidence_interval(0.9)
        assert (one.low, one.high) == pytest.approx((low, high), rel=1e-9)
        one = hillstrom.of("visit", arm)
        want = newcombe(int(a["visit"].sum()), len(a), int(b["visit"].sum()), len(b), 0.9)
        assert (one.low, one.high) == pytest.approx(want)


def test_the_command_says_the_same(hillstrom: Effects) -> None:
    done = smartcart("results", HILLSTROM, "--arm", "segment")
    assert done.returncode == 0, done.stderr
    for figure in ("18.28%", "15.14%", "10.62%", "1.25%", "0.88%", "0.57%", "1.42", "1.08", "0.65"):
        assert figure in done.stdout
    as_json = smartcart("results", HILLSTROM, "--json")
    assert as_json.returncode == 0, as_json.stderr
    told: dict[str, Any] = json.loads(as_json.stdout)
    assert told["effects"][0]["mean"] == pytest.approx(hillstrom.effects[0].mean)


def cells(n: int, hits: int, m: int, alone: int, number: int = 0) -> list[ArmOutcome]:
    return [
        ArmOutcome("y", number, "mail", n, hits, hits, hits),
        ArmOutcome("y", number, "control", m, alone, alone, alone),
    ]


def told(n: int, hits: int, m: int, alone: int) -> str:
    found = compare_arms(cells(n, hits, m, alone), {}, "control", {"y": "rate"})
    return found.effects[0].said


def test_too_few_is_told_on_both_sides_of_its_limits() -> None:
    assert told(FEW_CUSTOMERS, 20, FEW_CUSTOMERS, 2) == "more"
    assert told(FEW_CUSTOMERS - 1, 20, FEW_CUSTOMERS, 2) == "too small"
    assert told(1000, FEW_HITS, 1000, 0) == "more"
    assert told(1000, FEW_HITS - 1, 1000, 0) == "too small"
    assert told(1000, 100, 1000, 100) == "unsure"
    assert told(1000, 50, 1000, 100) == "less"
    assert told(0, 0, 1000, 100) == "too small"


def test_money_of_one_customer_has_no_interval() -> None:
    assert welch((1, 5.0, 25.0, 1), (9, 9.0, 18.0, 5)) == (-math.inf, math.inf)
    rows = [ArmOutcome("y", 0, "a", 1, 5, 25, 1), ArmOutcome("y", 0, "b", 40, 40, 80, 20)]
    one = compare_arms(rows, {}, "b", {"y": "amount"}).effects[0]
    assert (one.difference, one.low, one.said) == (4.0, None, "too small")


def test_segments_split_differently_do_not_bend_the_whole() -> None:
    """Simpson: contact does nothing in either segment, but the better one is contacted more."""
    rows = cells(900, 450, 100, 50, 1) + cells(100, 10, 900, 90, 2)
    found = compare_arms(rows, {1: "A", 2: "B"}, "control", {"y": "rate"})
    assert found.weighted
    assert found.of("y", "mail").difference == pytest.approx(0)
    assert found.of("y", "mail").said == "unsure"


def test_segments_of_a_run_and_numbers_of_rows(tmp_path: Path) -> None:
    from smartcart import segment
    from smartcart.datasets import write_customers

    write_customers(tmp_path / "shop.csv", 300, seed=3)
    table = pd.read_csv(tmp_path / "shop.csv")
    rng = np.random.default_rng(0)
    first = table.columns[0]
    sent = pd.DataFrame({first: table[first], "group": rng.choice(["A", "B", "control"], 300)})
    sent["money"] = rng.exponential(10, 300) * (1 + (sent["group"] == "A"))
    sent.to_csv(tmp_path / "sent.csv", index=False)
    handle = segment(tmp_path / "shop.csv", k=3, k_max=3)
    found = handle.results(tmp_path / "sent.csv", outcomes=["money"])
    assert found.control == "control"
    assert found.strangers == 0
    names = [one.segment for one in found.effects if one.arm == "A"]
    assert names == [*handle.model.names, "all segments"]
    assert (
        sum(e.customers for e in found.effects if e.arm == "A" and e.segment_id)
        == found.of("money", "A").customers
    )
    with pytest.raises(UsageError, match="no arm is 'nobody'"):
        handle.results(tmp_path / "sent.csv", outcomes=["money"], control="nobody")
    with pytest.raises(UsageError, match="there is no column 'cash'"):
        handle.results(tmp_path / "sent.csv", outcomes=["cash"])
    twice = pd.concat([sent, sent.head(1)])
    twice.to_csv(tmp_path / "twice.csv", index=False)
    with pytest.raises(DataError, match="occurs more than once"):
        handle.results(tmp_path / "twice.csv", outcomes=["money"])
    sent["money"] = "a lot"
    sent.to_csv(tmp_path / "words.csv", index=False)
    with pytest.raises(DataError, match="'a lot'"):
        handle.results(tmp_path / "words.csv", outcomes=["money"])


def test_earned_is_the_sum_over_arms_and_the_ledger_adds_up(hillstrom: Effects) -> None:
    middle, low, high = earned(hillstrom)
    assert middle is not None
    assert low is not None
    assert high is not None
    arms = sum(hillstrom.of("spend", arm).total or 0 for arm in ARMS)
    assert middle == pytest.approx(arms)
    assert low < middle < high
    assert earned(hillstrom, margin=0.5)[0] == pytest.approx(middle / 2)
    found = ledger(
        [
            ("a", "1", middle, low, high, 1000.0),
            ("b", "2", None, None, None, 50.0),
            ("c", "3", 100.0, 50.0, 150.0, 0.0),
        ]
    )
    assert [one.earned for one in found] == [middle - 1000, None, 100]
    assert found[-1].so_far == pytest.approx(middle - 1000 + 100)
    assert found[-1].so_far_high - found[-1].so_far == pytest.approx(math.hypot(high - middle, 50))
    assert found[1].so_far == found[0].so_far
