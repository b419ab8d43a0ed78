"""A plan without a revenue of one's own: what the forecast expects, segment by segment."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import smartcart
from smartcart.cli.main import app
from smartcart.core import plan as core_plan
from smartcart.errors import UsageError
from smartcart.report import campaign, campaign_section
from smartcart.store import read_run
from smartcart.workflows.plan import make_plan
from test_future import log


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> smartcart.Segmentation:
    found = smartcart.segment(log(400), k=3)
    found.save(tmp_path_factory.mktemp("value") / "run")
    return found


@pytest.fixture(scope="module")
def folder(made: smartcart.Segmentation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("plans") / "run"
    made.save(target)
    return target


def spend_of(folder: Path) -> dict[int, float]:
    """What a customer of each segment is expected to spend, from the files of the run."""
    both = pd.read_parquet(folder / "future.parquet").merge(
        pd.read_parquet(folder / "segments.parquet"), on="customer_id"
    )
    return both.groupby("segment_id").expected_spend.mean().to_dict()


def test_a_response_brings_what_its_segment_is_expected_to_spend(folder: Path) -> None:
    expected = spend_of(folder)
    found = make_plan(read_run(folder), cost=2.0, rate=0.05).plan
    assert found.revenue_horizon == 90
    for one in found.segments:
        assert one.revenue == pytest.approx(expected[one.segment_id], rel=1e-6)
        assert one.outlook.revenue == pytest.approx(
            0.05 * one.customers * expected[one.segment_id], rel=1e-6
        )
        assert (one.contacts > 0) == (0.05 * expected[one.segment_id] > 2.0)
    assert 0 < found.chosen.contacts < found.everybody.contacts
    every = pd.read_parquet(folder / "future.parquet").expected_spend.mean()
    assert found.revenue == pytest.approx(every, rel=1e-6)


def test_the_plan_says_where_the_figure_is_from(folder: Path) -> None:
    found = make_plan(read_run(folder), cost=2.0, rate=0.05)
    basis = " ".join(campaign.basis(found, "€"))
    assert "expected to spend within 90 days by the forecast of this run" in basis
    low = min(spend_of(folder).values())
    assert f"€{low:.2f} to €" in basis or f"€{low:,.0f} to €" in basis
    head = campaign.plan_rows(found.plan, "€")[0]
    assert "a response brings" in head
    shown = campaign_section.campaign(found, "€")
    assert shown is not None
    assert shown["rows"] == campaign.plan_rows(found.plan, "€")
    given = make_plan(read_run(folder), cost=2.0, revenue=30.0, rate=0.05)
    assert given.plan.revenue_horizon is None
    assert "forecast" not in " ".join(campaign.basis(given, "€"))
    assert "a response brings" not in campaign.plan_rows(given.plan, "€")[0]


def test_a_contact_dearer_than_what_a_segment_spends_never_pays(folder: Path) -> None:
    least, most = min(spend_of(folder).values()), max(spend_of(folder).values())
    dear = make_plan(read_run(folder), cost=most * 1.01, rate=0.5)
    assert "Not even a response of everybody would pay" in " ".join(campaign.basis(dear))
    assert campaign.advice(dear.plan).startswith("Contact nobody: no segment earns")
    some = make_plan(read_run(folder), cost=(least + most) / 2, rate=0.99)
    assert "segments never" in " ".join(campaign.basis(some))
    assert some.plan.chosen.contacts > 0


def test_python_and_the_command_line_say_the_same(
    made: smartcart.Segmentation, folder: Path
) -> None:
    mine = made.plan(cost=2.0, rate=0.05)
    line = ["plan", str(folder), "--cost", "2", "--rate", "0.05", "--json"]
    told = json.loads(CliRunner().invoke(app, line).stdout)["plan"]
    assert told["revenue_horizon"] == mine.revenue_horizon == 90
    assert [one["revenue"] for one in told["segments"]] == pytest.approx(
        [one.revenue for one in mine.segments]
    )
    assert told["chosen"]["profit"] == pytest.approx(mine.chosen.profit)


def test_without_a_forecast_of_money_the_revenue_is_asked_for(folder: Path) -> None:
    saved = read_run(folder)
    without = replace(saved, told={**saved.told, "future": None})
    with pytest.raises(UsageError, match="--revenue is not given") as bare:
        make_plan(without, cost=2.0, rate=0.05)
    assert "foretell" not in str(bare.value)
    refused = {**saved.told["future"], "segments": [], "refused": "Too short, so none is made."}
    with pytest.raises(UsageError, match=r"does not foretell it \(Too short, so none is made"):
        make_plan(replace(saved, told={**saved.told, "future": refused}), cost=2.0, rate=0.05)
    assert make_plan(without, cost=2.0, revenue=9.0, rate=0.5).plan.revenue == 9.0


# The mathematics, on figures of one's own.


def test_the_budget_goes_where_a_contact_brings_most() -> None:
    found = core_plan.allocate([0.4, 0.2], [100, 100], cost=1, revenue=[5, 20], budget=100)
    assert found.tolist() == [0, 100]
    assert core_plan.allocate([0.4, 0.2], [100, 100], cost=1, revenue=5, budget=100).tolist() == [
        100,
        0,
    ]


def test_one_revenue_for_all_is_the_same_as_equal_ones() -> None:
    past = {"positives": [30, 5], "trials": [100, 100], "cost": 1.0, "seed": 3}
    one = core_plan.make_plan(["A", "B"], [500, 900], revenue=10.0, **past)
    two = core_plan.make_plan(["A", "B"], [500, 900], revenue=[10.0, 10.0], **past)
    assert one == two


def test_an_uncertain_revenue_widens_the_interval_and_not_the_mean() -> None:
    past = {"positives": [30, 15], "trials": [100, 100], "cost": 1.0, "seed": 3}
    sure = core_plan.make_plan(["A", "B"], [500, 900], revenue=[10.0, 20.0], **past)
    wide = core_plan.make_plan(
        ["A", "B"], [500, 900], revenue=[10.0, 20.0], revenue_error=[0.3, 0.3], **past
    )
    assert wide.chosen.profit == sure.chosen.profit
    assert wide.chosen.responses_low == sure.chosen.responses_low
    width = [(one.chosen.profit_high or 0) - (one.chosen.profit_low or 0) for one in (sure, wide)]
    assert width[1] > 1.5 * width[0]
    middle = ((wide.chosen.profit_high or 0) + (wide.chosen.profit_low or 0)) / 2
    assert middle == pytest.approx(wide.chosen.profit, rel=0.1)


@pytest.mark.parametrize("revenue", [[1.0, -1.0], [np.nan, 1.0], [1.0], 0.0, [0.0, 0.0]])
def test_impossible_revenues_are_refused(revenue: object) -> None:
    with pytest.raises(UsageError, match="--revenue is"):
        core_plan.make_plan(["A", "B"], [10, 10], cost=1, revenue=revenue, assumed=0.5)  # type: ignore[arg-type]
