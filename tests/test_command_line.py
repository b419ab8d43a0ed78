"""A forked command ends as one in a new interpreter does: words, exit code, and what it leaves."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

import command_line
from command_line import FORKS, Forked, smartcart
from smartcart.datasets import write_customers

needs_forks = pytest.mark.skipif(not FORKS, reason="commands are not forked on this system")


@needs_forks
@pytest.mark.parametrize(
    "words",
    [
        ("run", "--help"),
        ("nosuch", "--json"),
        ("check", "shop.csv"),
        ("check", "nowhere.csv", "--json"),
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


@needs_forks
def test_what_takes_too_long_is_killed_and_no_other(tmp_path: Path) -> None:
    write_customers(tmp_path / "shop.csv", 600, seed=2)
    with open(os.devnull, "r+b") as nothing:
        words = ("run", tmp_path / "shop.csv", "--k-max", "3", "-o")
        streams = [nothing.fileno()] * 3
        with (
            Forked("smartcart", (*words, tmp_path / "a"), streams) as one,
            Forked("smartcart", (*words, tmp_path / "b"), streams) as other,
        ):
            with pytest.raises(subprocess.TimeoutExpired):
                one.wait(0.01)
            one.kill()
            assert one.wait() == -signal.SIGKILL
            assert other.wait(300) == 0
    assert "run.json" in os.listdir(tmp_path / "b")
    assert not (tmp_path / "a").exists()
