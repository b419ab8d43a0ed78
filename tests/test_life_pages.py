"""Pages and pictures of segments that live, and a history that stays whole."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import time
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import smartcart
from command_line import begin
from command_line import smartcart as command_line
from smartcart import store, workflows
from smartcart.cli.main import app
from smartcart.datasets import write_customers
from smartcart.errors import UsageError
from smartcart.records import Chain, Flow, History, Migration, RunPoint, SegmentPoint, Turnover
from smartcart.report import history_page, migration_page, svg
from smartcart.report.figure_history import history_png
from smartcart.workflows.history import history
from smartcart.workflows.migrate import migrate
from smartcart.workflows.runs import runs

EVIL = "<script>alert('x')</script> & Co"


def command(*words: object) -> int:
    try:
        app([str(word) for word in words], standalone_mode=False)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def fitted(source: object, folder: Path, **options: object) -> Path:
    folder.mkdir(parents=True)
    store.write_run(folder, workflows.segment(source, folder, **{"k": 3, "k_max": 3} | options))
    return folder


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Path:
    """Return three runs, each continuing the last, and a branch and a stranger beside them."""
    folder = tmp_path_factory.mktemp("workspace")
    shop = folder / "shop.csv"
    write_customers(shop, 600, seed=3)
    frame = pd.read_csv(shop)
    kept = folder / "runs"
    first = fitted(shop, kept / "1-may")
    frame.head(550).to_csv(folder / "june.csv", index=False)
    second = fitted(folder / "june.csv", kept / "2-june", previous=first)
    fitted(shop, kept / "3-july", previous=second, k=2)
    fitted(frame.tail(500), kept / "4-branch", previous=first)
    fitted(shop, kept / "5-stranger")
    (kept / "6-broken").mkdir()
    (kept / "6-broken" / "run.json").write_text("{", encoding="utf-8")
    for place, name in enumerate(sorted(os.listdir(kept)), start=1):  # made in this order
        path = kept / name / "run.json"
        if not name.endswith("broken"):
            told = json.loads(path.read_text(encoding="utf-8"))
            told["made"] = f"2026-0{place}-01T00:00:00+00:00"
            path.write_text(json.dumps(told), encoding="utf-8")
    return kept


class Page(HTMLParser):
    """Checks that tags are closed, and gathers text, tags and attributes."""

    VOID = frozenset({"meta", "link", "br", "img", "input", "hr", "rect", "circle", "line", "path"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.text += data


def safe(html: str) -> Page:
    found = Page(html)
    assert "http:" not in html
    assert "https:" not in html
    assert "script" not in [tag for tag, _ in found.tags]
    policy = next(a["content"] for t, a in found.tags if t == "meta" and "http-equiv" in a)
    assert policy.startswith("default-src 'none'")
    assert not re.search(r"\b(nan|inf|None)\b", found.text)
    return found


# Who moved -------------------------------------------------------------------------------------


@pytest.fixture
def moved() -> Migration:
    def flow(a: int, b: int, n: int, change: bool = False) -> Flow:
        return Flow(a, b, n, n / 100, 12.5 * n, n, 0, 1.0, 2.0, change)

    flows = (flow(1, 1, 90), flow(1, 2, 10, True), flow(2, 2, 97), flow(2, 1, 3))
    return Migration(
        200, 13, 13, 0, flows, (Turnover(2, 5, 0.05, 70.0),), (Turnover(1, 7, 0.07, None),), 100
    )


def test_the_page_of_a_migration_shows_what_the_record_holds(moved) -> None:
    html = migration_page.migration_page(
        moved, {1: EVIL, 2: "B"}, {1: EVIL, 2: "B"}, old_run="a/may", new_run="a/june", split=True
    )
    page = safe(html)
    assert EVIL in page.text
    assert "10 customers went from" in page.text
    for cell in ("90", "97", "10", "1,125", "10.0%", "100 refits"):
        assert cell in page.text
    pictures = [a for tag, a in page.tags if tag == "svg" and a.get("role") == "img"]
    assert len(pictures) == 2  # wide, and for a phone
    assert all(one["aria-label"] for one in pictures)


def test_the_diagram_draws_every_flow_as_high_as_it_is_large(moved) -> None:
    picture = str(svg.sankey(moved, {1: "A", 2: "B"}, {1: "A", 2: "B"}, "moved"))
    wide = picture.partition("</svg>")[0]
    bands = re.findall(
        r'<path d="M\S+ (\S+?)C.*?V(\S+?)C.*?fill-opacity:(\S+?)"><title>(.*?)<', wide
    )
    assert len(bands) == len(moved.flows) + 2
    told = {title: (float(top), float(foot), float(shade)) for top, foot, shade, title in bands}
    assert {
        "1 A → 1 A: 90",
        "1 A → 2 B: 10",
        "Joined the shop → 2 B: 5",
        "1 A → Left the shop: 7",
    } <= set(told)
    assert told["1 A → 2 B: 10"][2] > 0.8 > told["1 A → 1 A: 90"][2]  # a change is strong
    heights = {}
    for path in re.findall(r'<path d="(.*?)".*?<title>(.*?)<', wide):
        end = re.search(r" (\S+)V(\S+)C", path[0])
        heights[path[1]] = float(end[2]) - float(end[1])
    assert heights["1 A → 1 A: 90"] / heights["1 A → 2 B: 10"] == pytest.approx(9, rel=0.05)


def test_migrate_writes_page_and_table_on_the_command_line(workspace, tmp_path) -> None:
    page, table = tmp_path / "moved.html", tmp_path / "moved.csv"
    old, new = workspace / "1-may", workspace / "2-june"
    assert command("migrate", old, new, "-o", table, "--report", page, "--quiet") == 0
    found = safe(page.read_text(encoding="utf-8"))
    assert f"{migrate(old, new, resamples=0).migration.customers:,} customers" in found.text
    assert "Left the shop" in found.text
    assert len(pd.read_csv(table)) == 600
    with pytest.raises(UsageError, match=r"ends in \.html"):
        command("migrate", old, new, "--report", tmp_path / "page.pdf")
    with pytest.raises(UsageError, match="exists already"):
        command("migrate", old, new, "--report", page)


# Over time -------------------------------------------------------------------------------------


def test_runs_that_continue_one_another_are_one_chain(workspace) -> None:
    found = history(workspace)
    names = [[Path(run.folder).name for run in chain.runs] for chain in found.chains]
    # the stranger has the same model as the first run, but is later than what continues that
    assert names == [["5-stranger"], ["1-may", "4-branch"], ["1-may", "2-june", "3-july"]]
    assert [Path(folder).name for folder, _ in found.problems] == ["6-broken"]
    line = next(one for one in found.chains if len(one.runs) == 3)
    for run in line.runs:
        table = pd.read_parquet(Path(run.folder) / "segments.parquet")
        sizes = table["segment_id"].value_counts().to_dict()
        assert {s.segment_id: s.size for s in run.segments} == sizes
        shop = pd.read_csv(workspace.parent / "shop.csv").set_index("ID")
        spend = shop.filter(like="Mnt").sum(axis=1)
        for s in run.segments:
            mine = table["customer_id"][table["segment_id"] == s.segment_id]
            assert s.value == pytest.approx(spend.loc[mine].sum())
            assert s.value_mean == pytest.approx(spend.loc[mine].mean())
            rate = dict(s.rates)["Response"]
            if rate is not None:
                assert rate == pytest.approx(shop["Response"].loc[mine].mean())
    assert line.value_label == "spend"


def test_small_groups_are_not_told_by_a_rate(workspace, tmp_path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(workspace / "1-may", folder)
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    response = next(one for one in told["outcomes"] if one["column"] == "Response")
    response["rates"][0]["positives"] = 3
    (folder / "run.json").write_text(json.dumps(told), encoding="utf-8")
    (chain,) = history(folder).chains
    assert dict(chain.runs[0].segments[0].rates)["Response"] is None


def test_the_page_of_a_history_shows_every_figure(workspace, tmp_path) -> None:
    page = tmp_path / "history.html"
    assert command("runs", workspace, "-o", page, "--quiet") == 0
    html = page.read_text(encoding="utf-8")
    found = safe(html)
    for title in ("Customers", "Share of customers", "Spend per customer", "Rate of Response"):
        assert title in found.text
    for chain in history(workspace).chains:
        for run in chain.runs:
            assert Path(run.folder).name in found.text
            if len(chain.runs) > 1:
                assert all(f"{s.size:,}" in found.text for s in run.segments)
    assert "6-broken" in found.text
    with pytest.raises(UsageError, match=r"\.html or \.png"):
        command("runs", workspace, "-o", tmp_path / "history.pdf")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UsageError, match="no run that can be read"):
        command("runs", empty, "-o", tmp_path / "none.html")
    assert not (tmp_path / "none.html").exists()


def test_a_history_is_a_picture_too(workspace, tmp_path) -> None:
    target = tmp_path / "history.png"
    assert command("runs", workspace, "-o", target, "--quiet") == 0
    assert target.read_bytes().startswith(b"\x89PNG")
    line = max(history(workspace).chains, key=lambda one: len(one.runs))
    assert history_png(line) == target.read_bytes()


def made_up(values: list[dict[int, float]]) -> Chain:
    runs = tuple(
        RunPoint(
            f"w/{i}",
            f"2026-01-0{i + 1}T00:00:00+00:00",
            None,
            10,
            "useful partition",
            tuple(SegmentPoint(one, EVIL, int(v), v / 10, None, None) for one, v in row.items()),
        )
        for i, row in enumerate(values)
    )
    return Chain(runs)


def test_a_segment_that_comes_and_goes_is_drawn_where_it_is() -> None:
    chain = made_up([{1: 5, 2: 5}, {1: 6}, {1: 7, 3: 3}])
    assert history_page.history_ticks(chain) == ["2026-01-01", "2026-01-02", "2026-01-03"]
    title, lines, say = history_page.history_lines(chain)[0]
    assert title == "Customers"
    assert [line.values for line in lines] == [(5, 6, 7), (5, None, None), (None, None, 3)]
    wide = str(svg.timeline(lines, ["a", "b", "c"], say, "x")).partition("</svg>")[0]
    assert wide.count("<circle") == 5
    assert wide.count("stroke-width:2.5") == 2  # only between neighbours
    safe(history_page.history_page(History("w", (chain,), ((EVIL, EVIL),))))
    assert history_png(chain).startswith(b"\x89PNG")


# Two at once, one killed -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1])
def test_two_runs_at_once_of_which_one_is_killed_leave_a_whole_history(
    workspace, tmp_path, seed
) -> None:
    rng = random.Random(seed)
    kept = tmp_path / "kept"
    shutil.copytree(workspace / "1-may", kept / "0-before")
    shop = workspace.parent / "shop.csv"
    words = ["run", shop, "--quiet", "--k-max", "3", "--previous", kept / "0-before", "-o"]
    with begin(*words, kept / "1-lives") as one, begin(*words, kept / "2-killed") as other:
        try:
            time.sleep(rng.uniform(0.1, 2.5))
            other.kill()  # no chance to clean up
            other.wait(timeout=120)
            assert one.wait(timeout=240) == 0
        finally:
            for process in (one, other):
                process.kill()
    found = runs(kept)
    names = {Path(entry.folder).name for entry in found}
    assert {"0-before", "1-lives"} <= names <= {"0-before", "1-lives", "2-killed"}
    assert all(entry.problem == "" and entry.k for entry in found)
    for entry in found:
        folder = Path(entry.folder)
        model = smartcart.load(folder)
        table = pd.read_parquet(folder / "segments.parquet")
        assert len(table) == entry.customers == 600
        assert set(table["segment_id"]) == set(model.record.ids)
    told = history(kept)
    assert told.problems == ()
    assert {Path(r.folder).name for chain in told.chains for r in chain.runs} <= names
    # the next run sweeps what the killed one left, and can take its name
    if "2-killed" not in names:
        done = command_line(*words, kept / "2-killed")
        assert done.returncode == 0
        assert not [p.name for p in kept.iterdir() if p.name.endswith(".part")]
