"""A run read back: each part with its type when it is asked for, and a sentence where it cannot."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from report_example import four
from smartcart import store, workflows
from smartcart.datasets import write_orders
from smartcart.errors import DataError, UsageError
from smartcart.records import GivenName, Run, RunFile
from smartcart.store import StoredRun
from smartcart.workflows.runs import runs


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    place = tmp_path_factory.mktemp("made")
    write_orders(place / "orders.csv", 4_000, seed=3)
    run = workflows.segment(place / "orders.csv", place, k=3, k_max=3)
    store.write_run(place, run)
    return place, run


@pytest.fixture
def folder(written: tuple[Path, Run], tmp_path: Path) -> Path:
    return Path(shutil.copytree(written[0], tmp_path / "run"))


@pytest.fixture(scope="module")
def run(written: tuple[Path, Run]) -> Run:
    return written[1]


def change(folder: Path, **parts: object) -> None:
    """Put other parts into the run.json of a folder; None takes one out."""
    path = folder / "run.json"
    told = json.loads(path.read_text(encoding="utf-8")) | parts
    told = {name: part for name, part in told.items() if part is not None}
    path.write_text(json.dumps(told), encoding="utf-8")


def test_a_run_in_memory_reads_as_from_its_folder(folder: Path, run: Run) -> None:
    read, held = store.read_run(folder), store.run_in_memory(run, folder)
    for name in ("ids", "names", "sizes", "segments", "outcomes", "rulebook", "rfm", "future"):
        assert getattr(read, name) == getattr(held, name), name
    assert (held.source, held.currency) == (run.source, run.currency)
    assert held.future == run.future
    assert held.outcomes == run.outcomes


def test_what_is_listed_is_what_was_written(folder: Path, run: Run) -> None:
    read = store.read_run(folder)
    assert read.kind == "orders"
    assert read.k == run.evidence.k == len(read.segments)
    assert read.recommended_k == run.evidence.recommended
    assert read.verdict == run.evidence.verdict
    assert read.customers == run.ledger.segmented
    assert read.value_label == run.value_label
    assert [(one.share, one.value_total, one.value_share) for one in read.segments] == [
        (one.share, one.value_total, one.value_share) for one in run.segments
    ]


def test_a_part_is_read_once_and_the_record_is_frozen(folder: Path, run: Run) -> None:
    read = store.read_run(folder)
    assert read.run is read.run
    assert read.future is read.future
    for file in ("evidence.csv", "profile.csv", "model.json"):
        (folder / file).unlink()  # what was read stays
    assert read.run.segments == run.segments
    with pytest.raises(FrozenInstanceError):
        read.folder = folder.parent  # type: ignore[misc]


def test_names_that_people_gave_are_everywhere_and_the_own_ones_too(folder: Path, run: Run) -> None:
    number, own = run.segments[0].segment_id, run.segments[0].segment
    store.write_names(folder, [GivenName(number, "Best friends", "ann", "2026-01-01")])
    read = store.read_run(folder)
    assert read.names[0] == "Best friends"
    assert read.segments[0].own_name == own
    assert read.run.segments[0].segment == read.run.model.names[0] == "Best friends"
    assert read.own_run.segments[0].segment == own


Ask = Callable[[StoredRun], Any]
DESCRIBES = "does not describe a run"
BACK = "the run 'run' cannot be read back"


@pytest.mark.parametrize(
    ("damage", "ask", "sentence"),
    [
        ({"segments": [{"segment": "A", "size": 1}]}, lambda r: r.ids, DESCRIBES),
        ({"segments": [{"segment_id": "one", "segment": "A", "size": 1}]}, lambda r: r.names, "."),
        ({"segments": ["A"]}, lambda r: r.sizes, DESCRIBES),
        ({"outcomes": [{"column": "Response"}]}, lambda r: r.outcomes, DESCRIBES),
        ({"rulebook": {"rules": 3}}, lambda r: r.rulebook, DESCRIBES),
        ({"identity": {"matches": 3}}, lambda r: r.identity, DESCRIBES),
        ({"future": {"horizon": "soon"}}, lambda r: r.future, "'future' in the run.json of"),
        ({"ledger": {"rows": "many"}}, lambda r: r.run, BACK),
        ({"ledger": None}, lambda r: r.run, rf"{BACK} \(TypeError\)"),
        ({"seed": None}, lambda r: r.own_run, rf"{BACK} \(KeyError\)"),
        ({"metrics": 3}, lambda r: r.run, BACK),
    ],
)
def test_a_damaged_part_is_told_where_it_is_asked_for(
    folder: Path, run: Run, damage: dict[str, object], ask: Ask, sentence: str
) -> None:
    change(folder, **damage)
    read = store.read_run(folder)
    assert read.source == run.source  # the rest is there
    with pytest.raises(DataError, match=sentence):
        ask(read)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "it is not whole"),
        ("[]", "it holds something else"),
        ('{"segments": 3}', "it holds something else"),
        ('{"package": "another"}', "it holds something else"),
    ],
)
def test_what_is_no_run_is_refused_at_once(folder: Path, text: str, reason: str) -> None:
    (folder / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=rf"cannot be read \({reason}\)"):
        store.read_run(folder)
    with pytest.raises(DataError, match=reason):
        store.find_run(folder)


def test_a_folder_without_a_run_is_refused_and_a_model_alone_is_none(folder: Path) -> None:
    (folder / "run.json").unlink()
    with pytest.raises(DataError, match="No such file"):
        store.read_run(folder)
    assert store.find_run(folder) is None
    assert store.find_run(folder / "model.json") is None


def test_a_model_of_a_later_version_is_told(folder: Path) -> None:
    path = folder / "model.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(told | {"version": 10_000}), encoding="utf-8")
    with pytest.raises(DataError, match="version"):
        _ = store.read_run(folder).run


def test_an_earlier_run_says_less_and_is_read(folder: Path) -> None:
    change(folder, future=None, identity=None, rfm=None, made=None, verdict=None, reading=None)
    read = store.read_run(folder)
    assert (read.future, read.identity, read.rfm, read.made, read.verdict) == (None,) * 5
    assert read.table_name == "customers"
    assert runs(folder)[0].verdict is None


def test_rfm_that_cannot_be_read_is_none(folder: Path) -> None:
    change(folder, rfm={"cuts": "none"})
    assert store.read_run(folder).rfm is None


def test_the_table_is_named_as_its_source(folder: Path) -> None:
    change(folder, source="data/shop.csv", reading={"format": "csv"})
    assert store.read_run(folder).table_name == "shop"


def test_a_folder_holds_files_with_names_of_their_own(folder: Path) -> None:
    assert {file.name for file in folder.iterdir()} - {"orders.csv"} <= set(RunFile)
    assert store.is_run(folder)
    assert not store.is_run(folder.parent)
    assert store.made_at(folder) == (folder / "run.json").stat().st_mtime_ns
    with pytest.raises(FileNotFoundError):
        store.made_at(folder.parent)


def test_a_run_has_changed_once_its_names_or_its_summary_have(folder: Path) -> None:
    first = store.changed(folder)
    assert store.changed(folder) == first
    assert not store.has_names(folder)
    store.write_names(folder, [GivenName(1, "Best friends", "ann", "2026-01-01")])
    named = store.changed(folder)
    assert store.has_names(folder)
    os.utime(folder / "run.json", ns=(1, 1))
    assert len({first, named, store.changed(folder)}) == 3
    assert store.changed(folder.parent) == (0, 0)


def test_who_has_no_segment_is_read_row_by_row(folder: Path) -> None:
    (folder / "rejected.csv").write_text('customer_id,reason\n"7, old",no day\n', encoding="utf-8")
    assert list(store.rejected_rows(folder)) == [{"customer_id": "7, old", "reason": "no day"}]
    (folder / "rejected.csv").unlink()
    assert list(store.rejected_rows(folder)) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"contract": {"id_column": "Konto"}}', "Konto"),
        ('{"contract": {"id_column": null}}', None),
        ('{"contract": {"id_column": "Konto", "log": {"customer": "Buyer"}}}', "Buyer"),
        ('{"contract": [1]}', None),
        ("[]", None),
        ("{", None),
    ],
)
def test_the_ids_had_a_name_in_the_source(tmp_path: Path, text: str, told: str | None) -> None:
    assert store.id_column_of(tmp_path) is None
    (tmp_path / "model.json").write_text(text, encoding="utf-8")
    assert store.id_column_of(tmp_path) == told


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00+00:00"),
        ("2026-03-01T10:00:00", None),  # of no place
        ("yesterday", None),
        (17, None),
    ],
)
def test_when_it_was_made_is_in_utc(folder: Path, made: object, told: str | None) -> None:
    change(folder, made=made)
    assert store.read_run(folder).made == told


def test_an_outcome_that_is_no_answer_is_not_chosen(tmp_path: Path) -> None:
    run = four()
    read = store.run_in_memory(run, tmp_path)
    assert read.outcome("response") == read.outcome(None)
    with pytest.raises(UsageError, match="no outcome of this run"):
        read.outcome("Nonsense")
