"""The second process that draws: same pictures, and no harm where it fails."""

from __future__ import annotations

import multiprocessing

import pytest

import report_example
from smartcart import workflows
from smartcart.report import figures
from smartcart.report.artist import Artist


@pytest.fixture
def run():
    return report_example.four()


def test_the_artist_draws_what_this_process_would_draw(run, tmp_path):
    with Artist() as artist:
        assert artist.draw(run, tmp_path / "there")
        assert artist.wait()
    for path in figures.draw_all(run, tmp_path / "here"):
        assert (tmp_path / "there" / path.name).read_bytes() == path.read_bytes()
    assert not multiprocessing.active_children()


def test_a_killed_artist_is_replaced(run, tmp_path):
    with Artist() as artist:
        for child in multiprocessing.active_children():
            child.kill()
            child.join()
        workflows.finish(run, tmp_path, artist)
    assert sorted(p.stem for p in (tmp_path / "plots").iterdir()) == sorted(figures.FIGURES)


def test_a_fault_in_drawing_is_met_by_the_caller(run, tmp_path):
    (tmp_path / "plots").write_text("not a folder")
    with Artist() as artist:
        assert not artist.draw(run, tmp_path / "plots")
        assert not artist.wait()
