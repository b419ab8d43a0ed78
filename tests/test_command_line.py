"""A forked command ends as one in a new interpreter does: words, exit code, and what it leaves."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

import command_line
from command_line import FORKS, begin, smartcart
from smartcart.datasets import write_customers

needs_forks = pytest.mark.skipif(not FORKS, reason="commands are not forked on this system")


@needs_forks
@pytest.mark.parametrize(
    "words",
    [
        ("run", "--help"),
        ("nosuch",),
        ("nosuch", "--json"),
        ("check", "shop.csv"),
        ("check", "nowhere.csv", "--json"),
        ("run", "shop.csv", "-o", "shop.csv"),
    ],
    ids=" ".join,
)
def test_it_says_the_same(words: tuple[str, ...], tmp_path: Path) -> None:
    write_customers(tmp_path / "shop.csv", 60, seed=2)
    fresh, forked = (smartcart(*words, cwd=tmp_path, fresh=one) for one in (True, False))
    assert forked.returncode == fresh.returncode
    assert forked.stdout == fresh.stdout
    assert forked.stderr == fresh.stderr


@needs_forks
def test_its_input_and_its_environment_are_its_own(tmp_path: Path) -> None:
    words = ("user", "ann", "--role", "admin", "--workspace", tmp_path / "w")
    done = smartcart(*words, given="correct horse 1\n")
    assert (done.returncode, done.stdout) == (0, "ann may log in as admin.\n")
    wide, narrow = (
        smartcart("run", "--help", env=command_line.ENV | {"COLUMNS": columns}).stdout
        for columns in ("120", "60")
    )
    assert max(map(len, narrow.splitlines())) <= 60 < max(map(len, wide.splitlines()))


def test_a_signal_ends_it_and_no_other(tmp_path: Path) -> None:
    write_customers(tmp_path / "shop.csv", 600, seed=2)
    with (
        begin("run", tmp_path / "shop.csv", "-o", tmp_path / "a") as one,
        begin("run", tmp_path / "shop.csv", "-o", tmp_path / "b", "--k-max", "3") as other,
    ):
        one.send_signal(signal.SIGKILL)
        assert one.wait(60) == -signal.SIGKILL
        one.send_signal(signal.SIGKILL)  # it has ended: nobody gets it
        assert other.wait(300) == 0
    assert "run.json" in os.listdir(tmp_path / "b")
    assert not (tmp_path / "a").exists()
