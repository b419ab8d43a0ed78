"""What a run keeps for those who look at it: other K, and where each customer is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from smartcart import workflows
from smartcart.core import kmeans, prepare
from smartcart.datasets import write_customers
from smartcart.errors import DataError, UsageError
from smartcart.records import Run
from smartcart.store import read_run
from smartcart.workflows import customer_lookup
from smartcart.workflows.explain import explain
from smartcart.workflows.what_if import explain_values, start_values, what_if


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    folder = tmp_path_factory.mktemp("run")
    shop = folder / "shop.csv"
    write_customers(shop, 900, seed=4)
    run = folder / "run"
    run.mkdir()
    found = workflows.segment(str(shop), run, k_max=5, k=4)
    workflows.finish(found, run)
    return run, found


def test_a_run_is_read_back_as_it_was(made: tuple[Path, Run]) -> None:
    folder, run = made
    again = read_run(folder).run
    for name in Run.__dataclass_fields__:
        then, now = getattr(run, name), getattr(again, name)
        if name == "profile":
            assert (now.labels, now.units) == (then.labels, then.units)
            pairs = list(zip(now.rows, then.rows, strict=True))
            assert all(a.column == b.column and a.segment == b.segment for a, b in pairs)
            np.testing.assert_allclose([a.mean for a, _ in pairs], [b.mean for _, b in pairs])
        elif name == "contract":
            assert now == then
        else:
            assert _rounded(now) == _rounded(then), name


def _rounded(value: Any) -> Any:
    from smartcart import store

    return store.plain(value)


def test_a_damaged_run_is_told_in_one_sentence(made: tuple[Path, Run], tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(made[0], tmp_path / "run"))
    (copy / "evidence.csv").write_text("k\nx\n", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read back"):
        _ = read_run(copy).run
    (copy / "alternatives.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read back"):
        _ = read_run(copy).alternatives


def test_every_k_is_there_as_a_run_of_it_would_give(made: tuple[Path, Run]) -> None:
    folder, run = made
    found = read_run(folder).alternatives
    assert [one.k for one in found.alternatives] == [1, 2, 3, 4, 5]
    assert (found.k, found.rows) == (4, 900)
    own = found.alternatives[3]
    assert [(s.segment_id, s.segment, s.size) for s in own.segments] == [
        (s.segment_id, s.segment, s.size) for s in run.segments
    ]
    assert own.points == run.picture.segment_ids
    for one in found.alternatives:
        assert sum(s.size for s in one.segments) == 900
        assert sum(s.value_share or 0 for s in one.segments) == pytest.approx(1)
        assert len({s.segment for s in one.segments}) == one.k
        assert len(one.points) == len(run.picture.xyz)
        assert set(one.points) <= {s.segment_id for s in one.segments}
    shop = folder.parent / "shop.csv"
    other = folder.parent / "three"
    other.mkdir(exist_ok=True)
    three = workflows.segment(str(shop), other, k_max=5, k=3)
    assert [(s.segment, s.size) for s in found.alternatives[2].segments] == [
        (s.segment, s.size) for s in three.segments
    ]
    assert found.alternatives[2].points == three.picture.segment_ids
    rows = {(r.segment_id, r.column): r for r in three.profile.rows}
    for s in found.alternatives[2].segments:
        profile = [rows[s.segment_id, f.name] for f in three.model.recipe.features]
        assert s.means == pytest.approx([r.mean for r in profile])
        assert s.effects == pytest.approx([r.effect for r in profile])


def test_distributions_are_shares_of_known_values(made: tuple[Path, Run]) -> None:
    folder, run = made
    found = read_run(folder).alternatives.distributions
    assert [one.column for one in found] == [f.name for f in run.model.recipe.features]
    sizes = np.array([s.share for s in run.segments])
    for one in found:
        assert list(one.edges) == sorted(set(one.edges))
        assert len(one.edges) == len(one.overall) + 1
        assert sum(one.overall) == pytest.approx(1, abs=1e-4)
        mixed = sizes @ np.array(one.by_segment)
        np.testing.assert_allclose(mixed, one.overall, atol=0.01)


def test_the_lookup_says_what_segments_parquet_says(
    made: tuple[Path, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made[0]
    monkeypatch.setattr(customer_lookup, "GROUP_ROWS", 128)
    with pytest.raises(DataError, match="not indexed yet"):
        customer_lookup.find(folder, "1")
    shop = str(folder.parent / "shop.csv")
    assert customer_lookup.write_lookup(folder, shop) == 900
    rows = pq.read_table(folder / "segments.parquet").to_pylist()
    truth = {str(row["customer_id"]): row for row in rows}
    pages: list[customer_lookup.Customer] = []
    while page := customer_lookup.page(folder, pages[-1].customer_id if pages else None, 97):
        pages += page
    assert [one.customer_id for one in pages] == sorted(truth)
    for one in pages:
        row = truth[one.customer_id]
        assert (one.segment_id, one.segment) == (row["segment_id"], row["segment"])
        assert one.distance == pytest.approx(row["distance"])
        assert one.confidence == pytest.approx(row["confidence"])
        assert customer_lookup.find(folder, one.customer_id) == one
    assert customer_lookup.find(folder, "nobody") is None
    assert customer_lookup.find(folder, "") is None
    assert customer_lookup.find(folder, "\uffff") is None
    second = [one for one in pages if one.segment_id == 2]
    assert customer_lookup.page(folder, None, 1_000, 2) == second
    assert customer_lookup.page(folder, second[4].customer_id, 3, 2) == second[5:8]


def test_a_customer_is_found_without_reading_the_others(
    made: tuple[Path, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = made
    monkeypatch.setattr(customer_lookup, "GROUP_ROWS", 128)
    customer_lookup.write_lookup(folder, str(folder.parent / "shop.csv"))
    file = pq.ParquetFile(folder / "lookup.parquet")
    wanted = file.read_row_group(0)["customer_id"][0].as_py()
    customer_lookup.find(folder, wanted)  # the footer is read
    read: list[int] = []
    whole = pq.ParquetFile.read_row_group

    def counted(self: Any, group: int, *args: Any, **kwargs: Any) -> Any:
        read.append(self.metadata.row_group(group).num_rows)
        return whole(self, group, *args, **kwargs)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", counted)
    assert customer_lookup.find(folder, wanted) is not None
    assert len(read) == 1
    assert read[0] <= 2_048  # DuckDB's smallest group


def test_many_may_look_at_once(made: tuple[Path, Run]) -> None:
    """A reader of Parquet serves one thread: shared by several, it fails now and then."""
    folder, _ = made
    customer_lookup.write_lookup(folder, str(folder.parent / "shop.csv"))
    ids = [one.customer_id for one in customer_lookup.page(folder, None, 100)]

    def look(turn: int) -> str:
        found = customer_lookup.find(folder, ids[turn % len(ids)])
        assert found is not None
        return found.customer_id

    with ThreadPoolExecutor(16) as several:
        assert list(several.map(look, range(3_000))) == [ids[i % 100] for i in range(3_000)]


def test_a_source_that_has_changed_is_refused(made: tuple[Path, Run], tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    write_customers(other, 300, seed=5)
    with pytest.raises(DataError, match="the source now holds 300 customers"):
        customer_lookup.write_lookup(made[0], str(other))


def test_why_and_what_if_agree_with_the_model(made: tuple[Path, Run]) -> None:
    folder, run = made
    shop = str(folder.parent / "shop.csv")
    customer_lookup.write_lookup(folder, shop)
    one = customer_lookup.page(folder, None, 1)[0]
    told = explain_values(run.model, one.customer_id, one.values)
    assert told.explanation == explain(shop, run.model, [one.customer_id])[0]
    assert told.distances[0].segment_id == one.segment_id
    assert told.distances[0].distance == pytest.approx(one.distance)
    for segment_id in run.model.ids:
        values = start_values(run.model, segment_id)
        X = np.array([[np.nan if v is None else v for v in values]])
        Z = prepare.apply_recipe(X, run.model.recipe)
        label = kmeans.assign(Z, np.array(run.model.centroids))[0][0]
        found = what_if(run.model, {}, start=values)
        assert found.explanation.segment_id == run.model.ids[label]
    spend = run.model.recipe.features[0].name
    rich = what_if(run.model, {spend: 1e6}, start=one.values)
    assert rich.values[0] == 1e6
    assert rich.explanation.contributions  # and it is capped, not refused
    against = run.model.names[-1]
    assert what_if(run.model, {spend: 900.0}, other=against).explanation.other_id is not None


@pytest.mark.parametrize(
    ("values", "said"),
    [({"spent": 1.0}, "Did you mean 'spend'"), ({"spend": float("inf")}, "finite number")],
)
def test_what_cannot_be_a_value(
    made: tuple[Path, Run], values: dict[str, float], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        what_if(made[1].model, values)
    with pytest.raises(UsageError, match="there is no segment 'x'"):
        what_if(made[1].model, {}, other="x")
