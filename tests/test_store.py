"""Run folders are whole or absent, and nothing that is not SmartCart's is replaced."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import smartcart
from smartcart import store
from smartcart.datasets import write_customers
from smartcart.errors import UsageError


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_folder_appears_whole_with_the_rights_of_the_user(tmp_path) -> None:
    with store.new_folder(tmp_path / "out") as part:
        (part / "run.json").write_text("{}")
        assert not (tmp_path / "out").exists()
    assert names(tmp_path) == {"out"}
    assert (tmp_path / "out").stat().st_mode & 0o500 == 0o500


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OSError])
def test_a_failure_leaves_nothing(tmp_path, error) -> None:
    with (
        pytest.raises((error, UsageError)),
        store.new_folder(tmp_path / "out") as part,
    ):
        (part / "run.json").write_text("{")
        raise error
    assert names(tmp_path) == set()


def test_a_failed_overwrite_keeps_the_old_run(tmp_path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text("old")
    with pytest.raises(RuntimeError), store.new_folder(out, overwrite=True):
        raise RuntimeError
    assert (out / "run.json").read_text() == "old"
    with store.new_folder(out, overwrite=True) as part:
        (part / "run.json").write_text("new")
    assert (out / "run.json").read_text() == "new"
    assert names(tmp_path) == {"out"}


def test_a_folder_made_meanwhile_is_not_replaced(tmp_path) -> None:
    out = tmp_path / "out"
    with pytest.raises(UsageError, match="exists already"), store.new_folder(out) as part:
        (part / "run.json").write_text("{}")
        out.mkdir()
        (out / "mine.txt").write_text("precious")
    assert (out / "mine.txt").read_text() == "precious"
    assert names(tmp_path) == {"out"}


def test_foreign_files_in_a_run_folder_are_not_replaced(tmp_path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text("{}")
    (out / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt"):
        store.refuse_target(out, overwrite=True)


def test_the_source_is_never_in_the_folder_to_write(tmp_path) -> None:
    (tmp_path / "rf").mkdir()
    source = tmp_path / "rf" / "shop.csv"
    source.write_text("ID\n1\n")
    with pytest.raises(UsageError, match="lies in the folder to write"):
        store.refuse_source_inside(tmp_path / "rf", [f"{source}::Sheet 1"])
    store.refuse_source_inside(tmp_path / "other", [str(source)])


@pytest.mark.parametrize("name", ["a**b", "a[b", "x" * 250 + ".out", "dot."])
def test_odd_names_are_written_or_refused_in_a_sentence(tmp_path, name) -> None:
    try:
        with store.new_folder(tmp_path / name) as part:
            (part / "run.json").write_text("{}")
    except UsageError as error:
        assert "cannot be written" in str(error)
        assert names(tmp_path) == set()
    else:
        assert (tmp_path / name / "run.json").exists()


def test_leftovers_of_killed_runs_are_removed(tmp_path) -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    )
    left = tmp_path / f".out.{gone.stdout.strip()}-abc.part"
    left.mkdir()
    with store.new_folder(tmp_path / "out"):
        pass
    assert names(tmp_path) == {"out"}


def test_lines_that_cannot_be_read_are_rejected_by_id(tmp_path) -> None:
    path = tmp_path / "shop.csv"
    write_customers(path, 300, dirt=False)
    lines = path.read_text().splitlines()
    lines[7] += ",9,9"
    path.write_text("\n".join(lines) + "\n")
    lost = lines[7].split(",")[0]
    s = smartcart.segment(path, k_max=3)
    out = s.save(tmp_path / "run")
    rejected = pd.read_csv(out / "rejected.csv", dtype=str)
    assert rejected["customer_id"].tolist() == [lost]
    assert int(lost) not in set(s.customers["customer_id"])
    ledger = s.record.ledger
    assert (ledger.rows_read, ledger.segmented, ledger.rejected) == (300, 299, 1)


def test_a_wild_date_does_not_move_the_as_of_day(tmp_path) -> None:
    path = tmp_path / "shop.csv"
    write_customers(path, 300, dirt=False)
    table = pd.read_csv(path)
    table.loc[4, "Dt_Customer"] = "31-12-9999"
    found = smartcart.check(table)
    assert str(found.contract.as_of) <= "2014-06-29"
    assert any("Dt_Customer above 2200" in e.sentence for e in found.ledger.entries)


def test_an_early_as_of_day_is_warned_about(tmp_path) -> None:
    path = tmp_path / "shop.csv"
    write_customers(path, 300, dirt=False)
    found = smartcart.check(path, as_of="2013-06-30")
    assert any(n.code == "later than as-of" and n.count for n in found.notices)


@pytest.mark.parametrize(
    "wrong", [{"k": "many"}, {"k": 3.5}, {"seed": -1}, {"roles": ["x"]}, {"as_of": "soon"}]
)
def test_wrong_arguments_end_in_one_sentence(tmp_path, wrong) -> None:
    with pytest.raises(UsageError, match="expected"):
        smartcart.segment(pd.DataFrame({"x": [1.0, 2.0]}), **wrong)
