"""The second process: the same figures and pictures, and no harm where it fails."""

from __future__ import annotations

import importlib.util
import multiprocessing
import sys
import time

import pytest

import report_example
from smartcart import workflows
from smartcart.background_process import HelperProcess, LostError
from smartcart.cli.run import NOT_THERE, THERE
from smartcart.datasets import write_customers
from smartcart.report import figures


@pytest.fixture
def run():
    return report_example.four()


@pytest.fixture
def shop(tmp_path):
    write_customers(tmp_path / "shop.csv", 400)
    return tmp_path / "shop.csv"


def kill_children() -> None:
    for child in multiprocessing.active_children():
        child.kill()
        child.join()


def shout(word, tell):
    tell(word.upper())
    return len(word)


def fail(tell):
    raise ValueError


def loaded(name, tell):
    time.sleep(0.01)
    return name in sys.modules


def test_it_answers_and_sends_words():
    heard: list[str] = []
    with HelperProcess() as helper:
        helper.ask(shout, "shop")
        helper.ask(shout, "cart!")
        found = [helper.answer(heard.append, ["smartcart.core.rfm"]), helper.answer()]
    assert found == [4, 5]
    assert "smartcart.core.rfm" in sys.modules
    assert heard == ["SHOP"]
    assert not multiprocessing.active_children()


def found(name, tell):
    return importlib.util.find_spec(name) is not None


def test_it_does_without_a_package_and_finds_the_rest():
    with HelperProcess(without=["pandas"]) as helper:
        for name in ("json", "pandas"):
            helper.ask(found, name)
        assert helper.answer() is True
        with pytest.raises(LostError):
            helper.answer()
    assert found("pandas", None)


def test_it_loads_ahead_while_nothing_is_asked():
    with HelperProcess("smartcart.core.rfm", "smartcart.core.naming") as helper:
        for _ in range(1000):
            helper.ask(loaded, "smartcart.core.naming")
            if helper.answer():
                return
    raise AssertionError("the module was not loaded")


def test_a_helper_that_fails_is_lost():
    with HelperProcess() as helper:
        helper.ask(fail)
        with pytest.raises(LostError):
            helper.answer()
        with pytest.raises(LostError):
            helper.ask(shout, "again")
            helper.answer()
    with pytest.raises(LostError):
        HelperProcess().ask(fail)  # never started
    with pytest.raises(LostError):
        HelperProcess().answer()


def test_with_a_single_core_there_is_no_helper(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    with HelperProcess() as helper, pytest.raises(LostError):
        helper.ask(shout, "shop")


def test_helped_pictures_are_the_same(run, tmp_path):
    for name in ("helped", "alone"):
        (tmp_path / name).mkdir()
    with HelperProcess("smartcart.report.figures", without=NOT_THERE) as helper:
        workflows.finish(run, tmp_path / "helped", helper)
    workflows.finish(run, tmp_path / "alone")
    names = sorted(path.relative_to(tmp_path / "alone") for path in (tmp_path / "alone").rglob("*"))
    assert {f"{name}.png" for name in figures.drawable(run)} <= {name.name for name in names}
    for name in names:
        if (tmp_path / "alone" / name).is_file():
            assert (tmp_path / "helped" / name).read_bytes() == (
                tmp_path / "alone" / name
            ).read_bytes(), name


def test_a_killed_helper_is_replaced(run, shop, tmp_path):
    with HelperProcess() as helper:
        kill_children()
        found = workflows.segment(shop, tmp_path, k_max=4, helper=helper)
        workflows.finish(run, tmp_path, helper)
    here = workflows.segment(shop, tmp_path, k_max=4)
    assert (found.evidence, found.outcomes) == (here.evidence, here.outcomes)
    assert sorted(p.stem for p in (tmp_path / "plots").iterdir()) == sorted(figures.drawable(run))


def test_the_evidence_of_a_helper_is_the_same(shop, tmp_path):
    words: list[str] = []
    with HelperProcess(*THERE, without=NOT_THERE) as helper:
        there = workflows.segment(
            shop,
            tmp_path,
            k_max=4,
            helper=helper,
            progress=lambda step, done, total: words.append(step),
        )
    here = workflows.segment(shop, tmp_path, k_max=4)
    assert there.evidence == here.evidence
    assert there.model == here.model
    assert there.outcomes == here.outcomes
    assert all(one.p_holm is not None for one in here.outcomes)
    assert here.outcomes
    assert "choose K: resampling" in words
