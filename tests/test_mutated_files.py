"""Broken files: every one ends in a whole result or in one sentence, never in a traceback.

80 cases by default, as many as ``SMARTCART_MUTATIONS`` says otherwise. Each is made from its seed:
``pytest tests/test_mutated_files.py -k case17-`` repeats case 17, and ``python tests/mutations.py
17 folder`` writes its file.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest

from mutations import MUTATIONS, Case, case
from smartcart.cli.main import main

CASES = int(os.environ.get("SMARTCART_MUTATIONS", "80"))
FILES = {
    "run.json",
    "model.json",
    "report.html",
    "segments.parquet",
    "segments.csv",
    "evidence.csv",
    "profile.csv",
    "rejected.csv",
    "plots",
}
PLOTS = {"elbow.png", "clusters_3d.png", "segment_sizes.png"}
FIRST = list(MUTATIONS)


@pytest.fixture
def places(tmp_path, monkeypatch) -> tuple[Path, Path]:
    """A folder to work in and one for temporary files; the handler of SIGTERM is put back."""
    work, temporary = tmp_path / "work", tmp_path / "temporary"
    work.mkdir()
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.chdir(work)
    before = signal.getsignal(signal.SIGTERM)
    yield work, temporary
    signal.signal(signal.SIGTERM, before)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "seed", range(CASES), ids=lambda seed: f"case{seed}-{FIRST[seed % len(FIRST)]}"
)
def test_a_broken_file_ends_well(seed: int, places, capsys, monkeypatch) -> None:
    work, temporary = places
    made = case(seed)
    (work / made.name).write_bytes(made.content)
    arguments = [made.command, made.name]
    if made.command == "run":
        arguments += ["-o", "out", "--k-max", "4"]
    arguments += [made.mode] if made.mode else []
    monkeypatch.setattr(sys, "argv", ["smartcart", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    code = end.value.code or 0
    out, err = capsys.readouterr()
    faults = [file.read_text() for file in temporary.glob("smartcart-fault-*")]
    assert code in {0, 2, 3}, "\n".join([str(made), err, *faults])
    left = {path.name for path in work.iterdir()} - {made.name}
    sentences = [line for line in err.splitlines() if line.startswith("smartcart: ")]
    if code:
        assert len(sentences) == 1, f"{made}\n{err}"
        assert err.splitlines()[-1] == sentences[0], f"{made}\n{err}"
        assert "Traceback" not in err + out, f"{made}\n{err}"
        assert left == set(), str(made)
        assert list(temporary.iterdir()) == [], str(made)
        if made.mode == "--json":
            assert json.loads(out)["exit_code"] == code
    else:
        assert not sentences, f"{made}\n{err}"
        assert left == ({"out"} if made.command == "run" else set()), str(made)
        if made.mode == "--json":
            assert isinstance(json.loads(out, parse_constant=_refuse), dict), str(made)
        if made.command == "run":
            check_run(work / "out", made)


def _refuse(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


def check_run(folder: Path, made: Case) -> None:
    """All files are there, and every customer is in segments or in rejected, not in both."""
    assert {path.name for path in folder.iterdir()} >= FILES, str(made)
    assert {path.name for path in (folder / "plots").iterdir()} >= PLOTS, str(made)
    assert all(path.stat().st_size for path in folder.rglob("*")), str(made)
    summary = json.loads((folder / "run.json").read_text(), parse_constant=_refuse)
    segments = pd.read_parquet(folder / "segments.parquet")
    rejected = pd.read_csv(folder / "rejected.csv", dtype=str, keep_default_na=False)
    ledger = summary["ledger"]
    assert ledger["segmented"] == len(segments), str(made)
    ids = segments["customer_id"].astype(str)
    assert ids.is_unique, str(made)
    assert segments["confidence"].between(0, 1).all(), str(made)
    assert not set(ids) & set(rejected["customer_id"]), str(made)
    assert ledger["rejected"] == len(rejected), str(made)
    if summary["kind"] == "customers":
        assert ledger["rows_read"] == len(segments) + len(rejected), str(made)
    if made.ids is not None and summary["kind"] == made.base:
        held = {_plain(word) for word in [*ids, *rejected["customer_id"]]}
        assert {_plain(word) for word in made.ids} == held, str(made)


def _plain(word: str) -> str:
    return word.removesuffix(".0").strip()


def test_a_case_is_the_same_every_time() -> None:
    for seed in range(0, 3 * len(MUTATIONS), 9):
        assert case(seed) == case(seed)


def test_every_mutation_takes_part() -> None:
    first = {case(seed).mutations[0] for seed in range(len(MUTATIONS))}
    assert first == set(MUTATIONS)
    cases = [case(seed) for seed in range(2 * len(MUTATIONS))]
    assert {made.base for made in cases} == {"customers", "orders"}
    assert 0.1 < sum(made.command == "run" for made in cases) / len(cases) < 0.35
