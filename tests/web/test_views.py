"""What pages show of records: choices of K, names that people gave, plans, changes, receipts."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import report_example
from smartcart.core.counterfactuals import crossings
from smartcart.records import (
    Alternative,
    Alternatives,
    AlternativeSegment,
    Distribution,
    Flow,
    Migration,
    Turnover,
)
from smartcart.report import interactive, interactive_spread, view
from smartcart.report.migration_page import migration_part
from smartcart.store import with_names
from smartcart.web.kept_form import inside
from smartcart.web.views import choices, customer, inspection, over_time, progress, segment
from smartcart.workflows.counterfactuals import moves
from smartcart.workflows.customer_lookup import page as some
from smartcart.workflows.models import load
from smartcart.workflows.what_if import explain_values
from web.serving import RUN

FOUR = report_example.four()


def _alternatives() -> Alternatives:
    def one(k: int, names: list[str]) -> Alternative:
        segments = tuple(
            AlternativeSegment(i, name, 100 // k, 1 / k, None, (), "", "")
            for i, name in enumerate(names, start=1)
        )
        points = tuple(i % k + 1 for i in range(len(FOUR.picture.xyz)))
        return Alternative(k, segments, points)

    names = [s.segment for s in FOUR.segments]
    spread = Distribution("x", "X", "count", (0.0, 1.0, 2.0), (0.5, 0.5), ((0.9, 0.1),) * 4)
    return Alternatives(
        4, 4, 100, (one(3, ["Premium", "Steady", names[2]]), one(4, names)), (spread,)
    )


# How many segments ------------------------------------------------------------------------------


def test_each_choice_stands_beside_the_recommended() -> None:
    run = replace(FOUR, evidence=replace(FOUR.evidence, recommended=4))
    three, four = choices.choices(run, _alternatives())
    assert (three.tag, three.best, three.used) == ("fewer than recommended", False, False)
    assert (four.tag, four.best, four.used) == ("recommended", True, True)
    assert three.rows["small"] == ("33.3%", "with 4: 22.2%")  # of all customers: as on the cards
    assert four.rows["small"][1] == ""
    assert "Steady would be new" in three.words
    assert f"{FOUR.segments[1].segment} and" in three.words
    assert choices.choices(run, None) == ()


def test_a_run_is_seen_with_the_segments_of_another_k() -> None:
    before = repr(FOUR)
    columns = [f.name for f in FOUR.model.recipe.features]
    (three, _) = _alternatives().alternatives
    values = tuple(float(i) for i in range(len(columns)))
    gone = (None, *values[1:])
    segments = tuple(
        replace(s, value_share=0.5 / 3, means=gone if s.segment_id == 2 else values, effects=gone)
        for s in three.segments
    )
    seen = choices.seen_with(FOUR, replace(three, segments=segments))
    customers = sum(s.size for s in FOUR.segments)
    worth = sum(s.value_total or 0 for s in FOUR.segments)
    assert [s.segment for s in seen.segments] == [s.segment for s in three.segments]
    assert {s.size for s in seen.segments} == {round(customers / 3)}
    assert {s.value_total for s in seen.segments} == {worth * 0.5 / 3}
    lines = view.forming(seen)
    assert [line.column for line in lines] == columns[1:]  # of the first no effect is known
    for i, line in enumerate(lines, start=1):
        assert [cell and cell.effect for cell in line.cells] == [float(i)] * 3
    assert len(interactive.sizes(seen)["data"][0]["x"]) == 3
    assert view.forming(choices.seen_with(FOUR, three)) == ()
    assert repr(FOUR) == before


def test_sketches_leave_out_what_was_used() -> None:
    assert [k for k, _ in choices.sketches(FOUR, _alternatives())] == [3]


def test_every_choice_colours_every_point_of_the_picture() -> None:
    found = interactive.choices_3d(FOUR, _alternatives())
    assert [len(axis) for axis in found["picture"]] == [len(FOUR.picture.xyz)] * 3
    assert set(found["choices"]) == {"3", "4"}
    for one in found["choices"].values():
        assert len(one["points"]) == len(FOUR.picture.xyz)
        assert set(one["points"]) <= {trace["id"] for trace in one["traces"]}
    assert found["choices"]["4"]["points"] == list(FOUR.picture.segment_ids)


# Names -------------------------------------------------------------------------------------------


def test_names_of_people_are_shown_and_the_record_keeps_its_own() -> None:
    before = repr(FOUR)
    shown = with_names(FOUR, {1: "Best friends", 2: ""})
    assert [s.segment for s in shown.segments][:2] == ["Best friends", FOUR.segments[1].segment]
    assert {r.segment for o in shown.outcomes for r in o.rates if r.segment_id == 1} == {
        "Best friends"
    }
    assert shown.model.names == ("Best friends", *FOUR.model.names[1:])
    assert replace(shown.model, names=FOUR.model.names) == FOUR.model
    assert repr(FOUR) == before
    assert with_names(FOUR, {}) is FOUR


# One segment -------------------------------------------------------------------------------------


def test_a_segment_beside_another_is_the_difference_of_their_distances() -> None:
    shown = view.apart(FOUR, 0, 3)
    by_column = {line.column: line for line in view.lines(FOUR)}
    for one in shown:
        mine, its = by_column[one.line.column].cells[0], by_column[one.line.column].cells[3]
        assert mine is not None
        assert its is not None
        assert one.gap == pytest.approx(mine.effect - its.effect)
        assert one.other_text == its.text
    assert [abs(one.gap) for one in shown] == sorted((abs(o.gap) for o in shown), reverse=True)
    assert len(interactive.against(FOUR, 0, 3)["data"][0]["x"]) == len(shown)


def test_bins_and_shares_of_a_spread_stand_in_the_table_as_in_the_picture() -> None:
    (one,) = segment.spreads(FOUR, _alternatives(), 1)
    assert one["rows"] == [("up to 1", "90.0%", "50.0%"), ("over 1", "10.0%", "50.0%")]
    assert one["figure"]["data"][0]["y"] == [0.9, 0.1]
    flat = replace(_alternatives().distributions[0], edges=(0.0, 5.0), overall=(1.0,))
    assert interactive_spread.bins(flat, "") == ["0 to 5"]


# One customer ------------------------------------------------------------------------------------


def test_crossings_are_where_two_centroids_are_equally_near() -> None:
    rng = np.random.default_rng(3)
    centers = rng.normal(size=(5, 4))
    for _ in range(50):
        z = rng.normal(size=4)
        own = int(((z - centers) ** 2).sum(axis=1).argmin())
        changes, labels = crossings(z, centers)
        for j, change in enumerate(changes):
            if not np.isfinite(change):
                continue
            step = np.eye(4)[j]
            short = ((z + step * change * 0.999 - centers) ** 2).sum(axis=1).argmin()
            past = ((z + step * change * 1.001 - centers) ** 2).sum(axis=1).argmin()
            assert (short, past) == (own, labels[j])


def test_what_would_move_a_customer_does_move_them(finished: Path) -> None:
    folder = finished / "runs" / RUN
    model = load(folder)
    names = [f.name for f in model.recipe.features]
    told = 0
    for one in some(folder, limit=40):
        for move in moves(one.values, model):
            values = list(one.values)
            values[names.index(move.feature)] = move.value
            there = explain_values(model, one.customer_id, values).explanation.segment_id
            assert there == move.segment_id != one.segment_id
            told += 1
    assert told > 40


def test_shares_are_typed_in_per_cent() -> None:
    model = FOUR.model
    share = next(f for f in model.recipe.features if f.unit == "share")
    other = next(f for f in model.recipe.features if f.unit != "share")
    assert customer.typed(model, {share.name: 25.0, other.name: 25.0}) == {
        share.name: 0.25,
        other.name: 25.0,
    }
    values = [0.5 if f.unit == "share" else 12345.6 for f in model.recipe.features]
    fields = {f.name: f.value for f in customer.fields(model, values, "$")}
    assert (fields[share.name], fields[other.name]) == ("50", "12346")


# Over time ---------------------------------------------------------------------------------------


def _migration() -> Migration:
    def flow(a: int, b: int, n: int, change: bool = False) -> Flow:
        return Flow(a, b, n, n / 100, None, n, 0, 1.0, 2.0, change)

    return Migration(
        150,
        30,
        30,
        0,
        (flow(1, 1, 70), flow(1, 2, 30, True), flow(2, 2, 50)),
        (Turnover(2, 5, 0.1, None),),
        (Turnover(1, 7, 0.07, None),),
        10,
    )


def test_every_customer_of_a_migration_is_in_the_table_and_the_picture() -> None:
    names = {1: "A", 2: "B"}
    part = migration_part(_migration(), names, names, split=True)
    rows: Any = part["matrix"]
    table = [(head, [c["customers"] for c in cells], total) for head, cells, total, _ in rows]
    assert table == [("1 A", ["70", "30"], "100"), ("2 B", ["0", "50"], "50")]
    told = re.findall(r"<title>([^<]*): (\d+)</title>", str(part["picture"]))
    assert sum(int(n) for _, n in told) == 2 * (150 + 5 + 7)  # for a wide page and for a phone
    assert {text for text, _ in told} >= {"Joined the shop → 2 B", "1 A → Left the shop"}


def test_sizes_follow_the_runs_that_continue_one_another() -> None:
    class Entry:
        def __init__(self, name: str, parent: str | None, share: float) -> None:
            self.name = self.title = name
            self.made, self.parent = name, parent
            self.segments = (report_segment(1, share), report_segment(2, 1 - share))

    def report_segment(i: int, share: float) -> Any:
        return replace(FOUR.segments[0], segment_id=i, segment=f"S{i}", share=share)

    runs: list[Any] = [
        Entry("c", "b", 0.3),
        Entry("b", "a", 0.2),
        Entry("x", None, 0.9),
        Entry("a", None, 0.1),
    ]
    line = over_time.chain(runs, "c", None)
    assert [one.name for one in line] == ["a", "b", "c"]
    found = over_time.series(line, {"c": {1: "Mine"}}, True)
    assert found is not None
    assert found.shares[1] == [0.1, 0.2, 0.3]
    assert found.names[1] == "Mine"
    assert over_time.series(line[:1], {}, True) is None


# Jobs, forms -------------------------------------------------------------------------------------


def _job(**given: Any) -> Any:
    from smartcart.web.jobs import Job

    shown = {
        "id": "1",
        "kind": "run",
        "state": "running",
        "title": "",
        "result": "",
        "message": "",
        "user": "",
        "made": "",
        "began": None,
        "ended": None,
    }
    return Job(**(shown | given))


def test_progress_is_told_in_words() -> None:
    assert progress.state(_job(step="choose K")) == "Trying different numbers of segments …"
    told = progress.state(_job(step="assign and profile", done=500, total=2000))
    assert told == "Giving every customer a segment: 500 of 2,000 rows"
    places = [progress.value(_job(step=step)) for step in ("read", "look", "choose K", "report")]
    assert places == sorted(places)
    assert progress.value(_job(state="waiting")) is None
    assert "started again" in progress.state(_job(state="interrupted"))
    now = dt.datetime(2026, 1, 1, 0, 1, tzinfo=dt.UTC)
    assert progress.seconds(_job(began="2026-01-01T00:00:00+00:00"), now) == 60


def test_wishes_keep_what_was_said_before() -> None:
    before = {"Age": {"role": "forms"}}
    said = inspection.wishes([("Income", "dropped", "describes")], False, before)
    assert said == {"Age": {"role": "forms"}, "Income": {"role": "dropped"}}
    assert before == {"Age": {"role": "forms"}}
    assert inspection.wishes([("x", "dropped", "amount")], True, {}) == {"x": {"role": "dropped"}}


@pytest.mark.parametrize("target", ["//evil.test", "https://evil.test", "/\\evil.test", "", "x"])
def test_the_login_leads_nowhere_else(target: str) -> None:
    assert inside(target) == "/"
