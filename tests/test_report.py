"""The report shows what the record holds: no more, no less, and nothing that could run."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import struct
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

import report_example
from smartcart.api import Plots
from smartcart.cli import show
from smartcart.core.rfm import digits
from smartcart.errors import DataError, UsageError
from smartcart.records import Fact, GoldenRow, Inspection, Run
from smartcart.report import (
    figure_k,
    figures,
    interactive,
    markdown,
    notebook,
    order_log,
    page,
    palette,
    rfm,
    view,
    words,
)

PNG = b"\x89PNG\r\n\x1a\n"
RUNS = {
    "four": report_example.four,
    "one": report_example.one,
    "ten": report_example.ten,
    "orders": report_example.orders,
}
VOID = {"meta", "img", "input", "br", "circle", "link"}


def bare() -> Run:
    """Return a run with as little in it as a record allows."""
    run = report_example.one()
    return replace(
        run,
        contract=replace(run.contract, as_of=None, as_of_source="no dates", columns=()),
        ledger=replace(run.ledger, entries=()),
        evidence=replace(run.evidence, rows=run.evidence.rows[:1], picks={}, extras={}),
        segments=(replace(run.segments[0], value_total=None, value_share=None),),
        profile=replace(run.profile, rows=()),
        picture=replace(run.picture, xyz=(), segment_ids=(), explained=(), axes=()),
        notices=(),
        metrics={},
        seconds={},
        versions={},
        rfm=None,
        outcomes=(),
        fairness=None,
    )


class Page(HTMLParser):
    """Reads a page: tags with attributes, text per table row, headings, and scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.scripts: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in VOID:
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and "tr" in self.open:
            self.rows[-1].append("")
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open, f"</{tag}> closes nothing"
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "script" in self.open:
            self.scripts[-1] += data
        elif "style" not in self.open:
            self.text.append(data)
            if "td" in self.open or "th" in self.open:
                self.rows[-1][-1] += data

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.scripts[0])

    def row(self, head: str) -> list[list[str]]:
        return [row for row in self.rows if row and row[0] == head]


@pytest.fixture(scope="module")
def rendered() -> dict[str, str]:
    return {name: page.render(make(), b"") for name, make in RUNS.items()}


@pytest.fixture(scope="module")
def pages(rendered: dict[str, str]) -> dict[str, Page]:
    return {name: Page(text) for name, text in rendered.items()}


# pictures


@pytest.mark.parametrize("name", ["one", "ten", "orders"])
def test_draw_all_writes_the_named_pictures(name: str, tmp_path: Path) -> None:
    paths = figures.draw_all(RUNS[name](), tmp_path / "plots")
    assert [p.name for p in paths] == [
        "elbow.png",
        "clusters_3d.png",
        "segment_sizes.png",
        "profile_heatmap.png",
        "segment_vs_average.png",
        "evidence.png",
        *(["rfm.png"] if RUNS[name]().rfm else []),
        *(["outcomes.png"] if name == "ten" else []),
    ]
    for path in paths:
        content = path.read_bytes()
        width, height = struct.unpack(">II", content[16:24])
        assert content.startswith(PNG)
        assert min(width, height) > 300
        assert len(content) > 8_000


def test_pictures_are_the_same_bytes_again_and_show_in_a_notebook() -> None:
    run = report_example.four()
    first = figures.png(figures.segment_sizes(run))
    assert figures.png(figures.segment_sizes(run)) == first
    assert figure_k.elbow(run)._repr_png_().startswith(PNG)


def _texts(figure: Any) -> str:
    own = [t.get_text() for t in figure.texts]
    for axes in figure.axes:
        labels = [*axes.get_xticklabels(), *axes.get_yticklabels(), *axes.texts]
        own += [t.get_text() for t in labels]
        own += [axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()]
    return "\n".join(own)


def test_elbow_marks_the_k_used_and_what_the_rule_would_pick() -> None:
    run = report_example.four()
    texts = _texts(figure_k.elbow(run))
    assert "4 used" in texts
    assert "3 picked" in texts
    assert "The elbow rule alone would pick K = 3" in texts
    agreeing = replace(run, evidence=replace(run.evidence, picks={"elbow": 4}))
    texts = _texts(figure_k.elbow(agreeing))
    assert "4 used and picked" in texts
    assert "3 picked" not in texts


def test_clusters_3d_says_how_much_each_axis_and_all_three_show() -> None:
    figure = figures.clusters_3d(report_example.four())
    axes = figure.axes[0]
    labels = [axes.get_xlabel(), axes.get_ylabel(), axes.get_zlabel()]
    for label, share in zip(labels, ("34.1%", "15.8%", "12.4%"), strict=True):
        assert share in label
    assert "62.3% of the variance" in _texts(figure)


def test_heatmap_annotates_the_effects_of_the_record() -> None:
    run = report_example.four()
    axes = figures.profile_heatmap(run).axes[0]
    shown = [t.get_text() for t in axes.texts]
    assert shown == [words.effect(c.effect) for line in view.forming(run) for c in line.cells if c]
    assert [t.get_text() for t in axes.get_yticklabels()] == [
        f.label for f in run.model.recipe.features
    ]


def test_no_word_of_an_axis_is_cut_in_the_3d_picture() -> None:
    run = report_example.four()
    axes = (
        "Days since the last order, less Orders",
        "less Share bought by catalogue, Days as a customer",
        "Wines share of spend, less Days since the last purchase",
    )
    long = replace(run.segments[0], segment="Low engagement / potential churn")
    run = replace(
        run,
        picture=replace(run.picture, axes=axes),
        segments=(long, *run.segments[1:], replace(long, segment_id=5)),
    )
    drawn = figures.clusters_3d(run)
    solid = drawn.axes[0]
    for label, words_ in zip(
        (solid.get_xlabel(), solid.get_ylabel(), solid.get_zlabel()), axes, strict=True
    ):
        assert words_ in " ".join(label.split())
        assert max(len(row) for row in label.splitlines()) <= 36
    names = [" ".join(t.get_text().split()) for t in drawn.legends[0].get_texts()]
    assert names[0] == "1 Low engagement / potential churn"


# RFM


def test_rfm_cuts_say_which_values_get_which_digit() -> None:
    r, f, m = rfm.cuts(report_example.four())
    assert (r.digits, r.label) == ((5, 4, 3, 2, 1), "Days since last purchase")
    assert r.texts == (
        "up to 19 days",
        "over 19, up to 39 days",
        "over 39, up to 59.5 days",
        "over 59.5, up to 79 days",
        "more than 79 days",
    )
    assert f.texts[0] == "more than 20"
    assert m.texts == (
        "more than $1,174",
        "over $635, up to $1,174",
        "over $195, up to $635",
        "over $55, up to $195",
        "up to $55",
    )
    assert rfm.ties(report_example.four()) == ""


def test_rfm_cuts_that_coincide_leave_digits_that_nobody_gets() -> None:
    """The same customers that core gives a digit are in the words for that digit."""
    run = report_example.orders()
    assert run.rfm is not None
    f = rfm.cuts(run)[1]
    assert f.texts == ("more than 2", "over 1, up to 2", "nobody", "nobody", "up to 1")
    given = digits([1, 2, 3], run.rfm.frequency_cuts).tolist()
    assert [f.texts[5 - d] for d in given] == ["up to 1", "over 1, up to 2", "more than 2"]
    assert "many customers are equal in Purchases, so nobody gets F 2 or F 3" in rfm.ties(run)
    late = replace(run.rfm, recency_cuts=(0.0, 0.0, 30.0, 90.0))
    r = rfm.cuts(replace(run, rfm=late))[0]
    assert r.texts == (
        "up to 0 days",
        "nobody",
        "over 0, up to 30 days",
        "over 30, up to 90 days",
        "more than 90 days",
    )
    assert r.empty == (4,)
    given = digits([0, 1, 91], late.recency_cuts, low_is_best=True).tolist()
    assert [r.texts[5 - d] for d in given] == [r.texts[0], r.texts[2], r.texts[4]]


def test_different_cuts_never_look_alike() -> None:
    run = report_example.four()
    assert run.rfm is not None
    near = replace(run.rfm, monetary_cuts=(1000.1, 1000.2, 1000.3, 2000.0))
    assert rfm.cuts(replace(run, rfm=near))[2].texts[3] == "over 1,000.1, up to 1,000.2"


def test_rfm_section_is_the_record(pages: dict[str, Page]) -> None:
    run, got = report_example.four(), pages["four"]
    assert run.rfm is not None
    crossed = [row for row in got.rows if row and row[0] == "Champions"]
    assert crossed == [["Champions", "58%290", "38%190", "4%20", "0%"]]
    for s in run.rfm.segments:
        row = [
            f"{s.segment}{s.rule}",
            words.count(s.size),
            words.share(s.share),
            words.share(s.monetary_share),
            s.sentence,
        ]
        assert row in got.rows
    assert ["5 best", "up to 19 days", "more than 20", "more than $1,174"] in got.rows
    assert (
        "Of RFM segments with at least 5% of the customers, 93% of Lost are Low engagement, 66% "
        "of At Risk are Moderate engagement and 60% of Loyal Customers are Discount-sensitive. "
        "Of Champions, 58% are Premium. The other way round, 57% of Premium are Champions."
    ) in got.words
    assert "of a sample" not in got.words
    assert ("a", {"href": "#rfm"}) in got.tags


def test_few_customers_of_a_crossing_are_not_shown_nor_what_gives_them_away() -> None:
    run = report_example.four()
    assert run.rfm is not None
    first, second, *rest = run.rfm.segments
    third = rest[0]
    first = replace(first, size=310, by_segment=(300, 7, 3, 0))
    third = replace(third, size=313, by_segment=(300, 3, 10, 0))
    rest = [third, *rest[1:]]
    second = replace(second, size=9, by_segment=(9, 0, 0, 0))
    run = replace(run, rfm=replace(run.rfm, segments=(first, second, *rest)))
    got = Page(page.render(run, b""))
    rows = [row for row in got.rows if row and row[0] == first.segment]
    assert rows == [[first.segment, "97%", "<4%", "<4%", "0%"]]
    rows = [row for row in got.rows if row and row[0] == second.segment]
    assert rows == [[second.segment, "few", "0%", "0%", "0%"]]
    # 300 and 10 of 313 would tell of the three
    rows = [row for row in got.rows if row and row[0] == third.segment]
    assert rows == [[third.segment, "96%", "<4%", "–", "0%"]]
    about = next(row for row in got.rows if row and row[0] == f"{second.segment}{second.rule}")
    assert about[1:4] == ["under 10", "–", "–"]
    bars, heat = figures.FIGURES["rfm"](run).axes
    assert [t.get_text() for t in heat.texts[:8]] == [
        "97%",
        "<4%",
        "<4%",
        "0%",
        "few",
        "0%",
        "0%",
        "0%",
    ]
    assert bars.texts[1].get_text() == "few"


def test_a_cell_that_is_left_out_is_not_told_in_words_either() -> None:
    run = report_example.four()
    assert run.rfm is not None
    first = replace(run.rfm.segments[0], size=62, share=0.5, by_segment=(60, 1, 1, 0))
    cells = rfm.crossing(replace(run.rfm, segments=(first,)))[0]
    assert [cell.text for cell in cells] == ["–", "few", "few", "0%"]
    told = rfm.agreement(replace(run, rfm=replace(run.rfm, segments=(first,))))
    assert f"of {first.segment} are" not in told


def test_rfm_from_a_sample_says_so_and_without_rfm_there_is_no_section(
    pages: dict[str, Page],
) -> None:
    assert "The cuts are those of a sample of the customers." in pages["orders"].words
    assert "RFM" not in pages["ten"].words
    assert "How they meet the segments" not in pages["one"].words
    assert "The RFM segments" in pages["one"].words
    with pytest.raises(UsageError, match="this run has no RFM"):
        figures.FIGURES["rfm"](report_example.ten())


def test_rfm_picture_shows_the_shares_and_shades_of_the_record() -> None:
    run = report_example.four()
    assert run.rfm is not None
    bars, heat = figures.FIGURES["rfm"](run).axes
    assert [t.get_text() for t in heat.texts] == [
        cell.text for row in rfm.crossing(run.rfm) for cell in row
    ]
    told = [t.get_text() for t in bars.texts]
    assert told == [words.share(s.share) for s in run.rfm.segments] + [
        words.share(s.monetary_share) for s in run.rfm.segments
    ]


def test_plots_of_a_run_are_those_that_can_be_drawn() -> None:
    assert "rfm" in dir(Plots(report_example.four()))
    without = Plots(report_example.ten())
    assert "rfm" not in dir(without)
    with pytest.raises(DataError, match="nothing to draw 'rfm'"):
        without.rfm()


# an order log


def test_lines_of_an_order_log_are_accounted_for(pages: dict[str, Page]) -> None:
    run, got = report_example.orders(), pages["orders"]
    text = got.words
    steps = order_log.flow(run.ledger)
    figures_ = [int(figure.replace(",", "")) for _, _, figure in steps]
    assert [sign for sign, *_ in steps] == ["", "minus", "minus", "equals"]
    assert figures_[0] - sum(figures_[1:-1]) == figures_[-1] == 21_000
    for part in ("25,905", "8,800", "£1,357,000", "12 more customers have no completed order"):
        assert part in text
    assert ["Lines of cancelled orders", "1,288", "905", "left out"] in got.rows
    returned = next(row for row in got.rows if row[0].startswith("Returned lines"))
    assert returned[1:] == ["1,626", "0", "taken by an earlier rule"]
    assert order_log.FIRST_RULE in text
    for kpi in ("Customers 2,240", "Orders 8,800", "Revenue £1,357,000", "As of 9 December 2011"):
        assert kpi in text
    assert "Order lines were added up to orders, and orders to customers" in text
    assert "rows read" not in text.lower()


def test_columns_of_an_order_log_are_shown_with_their_part(pages: dict[str, Page]) -> None:
    got = pages["orders"]
    price = ["UnitPrice", "unit price", "the price of one piece", "number", "7", "300"]
    assert price in got.rows
    assert got.row("Memo")[0][1] == "not used"
    assert ["Country", "Personal, describes only", "Country as in the customer's lines"] in got.rows
    assert not got.row("trait_0")


def test_only_shares_of_customers_are_withheld_in_an_order_log(pages: dict[str, Page]) -> None:
    got = pages["orders"]
    assert got.row("Share returned") != []
    assert "fewer than 10" not in str(got.row("Share returned"))
    assert "fewer than 10" in str(got.row("Country: France"))


def test_summary_and_notebook_tell_lines_orders_and_revenue() -> None:
    run = report_example.orders()
    assert (
        "25,905 lines read, 21,000 of them sold: 8,800 orders, revenue £1,357,000, 2,240 "
        "customers, 12 customers without a completed order, as of 9 December 2011."
    ) in markdown.summary(run)
    assert "2,240 customers with 8,800 orders and revenue of £1,357,000" in (
        notebook.segments_html(run)
    )


@pytest.mark.parametrize("width", [80, 120])
def test_check_shows_an_order_log_within_the_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = report_example.orders()
    monkeypatch.setenv("COLUMNS", str(width))
    show.inspection(
        Inspection(
            run.reading,
            run.contract,
            run.ledger,
            run.model.recipe.features,
            run.model.describing,
            run.notices,
        )
    )
    text = capsys.readouterr().out
    assert max(len(line) for line in text.splitlines()) <= width
    told = " ".join(text.split())
    for part in (
        "25,905 lines read, 21,000 of them sold",
        "1,288 905 lines of cancelled orders",
        "8,800 orders, revenue $1,357,000, 2,240 customers",
        "12 customers without a completed order",
        "Warning: The orders span 90 days.",
        "Share returned, Country: France",
        "UnitPrice unit price " + ("number " if width > 100 else "") + "7 the price of one piece",
    ):
        assert part in told
    assert "trait_0" not in told


# Plotly figures


@pytest.mark.parametrize("name", RUNS)
def test_plotly_accepts_every_figure(name: str) -> None:
    for figure in interactive.figures(RUNS[name]()).values():
        go.Figure(figure)


def test_embedded_figures_chart_and_table_are_the_record(pages: dict[str, Page]) -> None:
    run, got = report_example.four(), pages["four"]
    sizes = got.data["figures"]["sizes"]["data"]
    assert sizes[0]["x"] == [s.share for s in run.segments]
    assert sizes[1]["x"] == [s.value_share for s in run.segments]
    for s in run.segments:
        assert got.row(f"{s.segment_id} {s.segment}")[0] == [
            f"{s.segment_id} {s.segment}",
            words.count(s.size),
            words.share(s.share),
            words.money(s.value_total, "$"),
            words.share(s.value_share),
        ]
    for name, field in (
        ("elbow", "wcss"),
        ("silhouette", "silhouette"),
        ("gap", "gap"),
        ("stability", "stability_ari"),
    ):
        line = got.data["figures"][name]["data"][0]
        rows = [r for r in run.evidence.rows if getattr(r, field) is not None]
        assert line["x"] == [r.k for r in rows]
        assert line["y"] == [getattr(r, field) for r in rows]
    points = got.data["figures"]["clusters_3d"]["data"]
    assert sum(len(trace["x"]) for trace in points) == len(run.picture.xyz)
    head = got.row("K")[0]
    for row in run.evidence.rows:
        own = next(cells for cells in got.row(str(row.k)) if len(cells) == len(head))
        cells = dict(zip(head, own, strict=True))
        assert cells["WCSS"] == words.number(row.wcss)
        assert cells["Gap"] == f"{row.gap:.3f}"
        missing = row.silhouette is None
        assert cells["Silhouette"] == ("–" if missing else f"{row.silhouette:.3f}")


def test_against_chart_and_its_table_show_the_same_strongest_figures(
    pages: dict[str, Page],
) -> None:
    run, got = report_example.four(), pages["four"]
    for i, s in enumerate(run.segments):
        bar = got.data["figures"][f"against-{s.segment_id}"]["data"][0]
        own = {r.column: r for r in run.profile.rows if r.segment_id == s.segment_id}
        pairs = view.strongest(run, i)
        assert bar["x"] == [own[line.column].effect for line, _ in pairs]
        assert [abs(x) for x in bar["x"]] == sorted((abs(x) for x in bar["x"]), reverse=True)
        for line, cell in pairs:
            row = [line.label, cell.text, line.overall_text, cell.effect_text]
            assert row in got.rows


def test_the_elbow_of_the_page_marks_both_ks(pages: dict[str, Page]) -> None:
    notes = [n["text"] for n in pages["four"].data["figures"]["elbow"]["layout"]["annotations"]]
    assert notes == ["<b>3</b> picked", "<b>4</b> used"]


# the page


@pytest.mark.parametrize("name", RUNS)
def test_page_is_sound_and_self_contained(
    name: str, rendered: dict[str, str], pages: dict[str, Page]
) -> None:
    got = pages[name]
    assert got.open == []
    for tag, attrs in got.tags:
        for key, value in attrs.items():
            assert not key.startswith("on"), f"<{tag} {key}>"
            if key in ("src", "href", "srcset", "action", "data"):
                assert value is not None
                assert value.startswith(("#", "data:image/png;base64,")), f"<{tag} {key}={value}>"
    styles = re.findall(r"<style>(.*?)</style>", rendered[name], re.S)
    assert len(styles) == 1
    assert not re.search(r"url\(|@import|https?:", styles[0])
    assert not re.search(r"\b(nan|inf|None|NaN|Infinity)\b", got.words)
    ids = [attrs["id"] for _, attrs in got.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", RUNS)
def test_policy_allows_exactly_the_scripts_of_the_page(name: str, pages: dict[str, Page]) -> None:
    got = pages[name]
    assert len(got.scripts) == 3
    policy = next(a["content"] for t, a in got.tags if t == "meta" and "http-equiv" in a)
    assert policy is not None
    sums = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in got.scripts[1:]]
    assert re.findall(r"'sha256-([^']+)'", policy) == sums
    assert policy.startswith("default-src 'none';")
    assert "connect-src" not in policy


@pytest.mark.parametrize("name", RUNS)
def test_headings_descend_one_by_one_and_charts_are_named(
    name: str, pages: dict[str, Page]
) -> None:
    got = pages[name]
    levels = [int(tag[1]) for tag, _ in got.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    landmarks = {tag for tag, _ in got.tags}
    assert {"header", "nav", "main", "footer"} <= landmarks
    charts = [attrs for _, attrs in got.tags if "data-figure" in attrs]
    assert charts
    for attrs in charts:
        assert attrs["role"] == "img"
        assert len(attrs["aria-label"] or "") > 20
        assert attrs["data-figure"] in got.data["figures"]


def test_page_shows_the_segments_with_facts_action_and_figure_to_watch(
    pages: dict[str, Page],
) -> None:
    run, text = report_example.four(), pages["four"].words
    assert view.headline(run) in text
    assert "2,240" in text
    assert "29 June 2014" in text
    for s in run.segments:
        for part in (s.segment, s.sentence, s.action, s.watch, words.people(s.size)):
            assert part in text
        for fact in s.facts[:3]:
            assert fact.sentence in text
    assert run.evidence.reason in text
    for entry in run.ledger.entries:
        assert entry.sentence in text
    for column in run.contract.columns:
        assert column.reason in text
    for feature in run.model.recipe.features:
        assert feature.sentence in text
    for notice in run.notices:
        assert text.count(notice.message) == 1


def test_rules_that_disagree_are_shown_disagreeing(pages: dict[str, Page]) -> None:
    text = pages["four"].words
    assert "1 of 6 rules in common use would pick K = 4." in text
    for rule, pick in (("Elbow of WCSS", 3), ("Gap statistic", 10), ("Silhouette", 2)):
        assert f"{rule} K = {pick}" in text
    assert "Bootstrap stability K = 4 ✓" in text


def test_where_the_user_asked_for_k_the_page_says_what_the_evidence_would_pick(
    pages: dict[str, Page],
) -> None:
    text = pages["ten"].words
    assert "Ten segments, as you asked; the evidence points to four." in text
    assert "You asked for K = 10; the evidence would have picked K = 4." in text


def test_no_structure_is_told_as_a_result_with_a_way_out(pages: dict[str, Page]) -> None:
    got = pages["one"]
    assert "No separate groups were found: treat these customers as one audience." in got.words
    assert "Finding no groups is a result" in got.words
    assert "What to do instead" in got.words
    assert {"elbow", "silhouette", "gap", "stability", "clusters_3d"} == set(got.data["figures"])
    assert not any(attrs.get("name") == "segment" for _, attrs in got.tags)


def test_hostile_names_stay_text(rendered: dict[str, str], pages: dict[str, Page]) -> None:
    got = pages["ten"]
    for name in report_example.NASTY:
        assert " ".join(name.split()) in got.words
    assert not any(tag in ("img", "b", "i", "u") and a.get("onerror") for tag, a in got.tags)
    assert [a for tag, a in got.tags if tag == "img"] == [
        {"class": "still", "alt": a["alt"], "src": "data:image/png;base64,"}
        for tag, a in got.tags
        if tag == "img"
    ]
    data = re.search(r'id="figures">(.*?)</script>', rendered["ten"], re.S)
    assert data is not None
    assert not set("<>&") & set(data.group(1))
    names = [c[0] for c in got.data["figures"]["sizes"]["data"][0]["customdata"]]
    assert [html.unescape(n) for n in names] == report_example.NASTY
    assert not any("<" in n for n in names)
    for trace in got.data["figures"]["clusters_3d"]["data"]:
        assert "<" not in trace["name"]
        assert trace["hovertemplate"].endswith("<extra></extra>")
        assert "<" not in trace["hovertemplate"].removesuffix("<extra></extra>")
    assert "hunter2" not in rendered["ten"]


def test_a_share_of_few_customers_is_withheld_everywhere() -> None:
    got = Page(page.render(replace(report_example.four(), fairness=None), b""))
    basic = got.row("Education: Basic")
    assert ["Education: Basic", "fewer than 10", "fewer than 10", "2.1%", "6.2%", "2.4%"] in basic
    # a single withheld figure could be found from the total, so that goes too
    yolo = got.row("Marital status: YOLO")
    assert yolo == [["Marital status: YOLO", "0%", "0%", "fewer than 10", "0%", "–"]]


def test_a_withheld_share_is_in_no_chart_and_no_fact() -> None:
    run = report_example.four()
    column = "Education: Basic"
    rows = tuple(replace(r, effect=9.0) if r.column == column else r for r in run.profile.rows)
    told = Fact(column, column, 0.002, 0.024, -9.0, "Only one has basic education", "share")
    first = replace(run.segments[0], facts=(told, *run.segments[0].facts))
    run = replace(run, profile=replace(run.profile, rows=rows), segments=(first, *run.segments[1:]))
    assert column not in json.dumps(interactive.against(run, 0))
    assert column in json.dumps(interactive.against(run, 3))
    for text in (page.render(run, b""), notebook.segments_html(run), markdown.summary(run)):
        assert told.sentence not in text


def test_no_customer_is_in_the_page() -> None:
    run = report_example.four()
    golden = (GoldenRow((987654.321,) * 10, 1),)
    text = page.render(replace(run, model=replace(run.model, golden=golden)), b"")
    assert "987654" not in text
    assert "987,654" not in text


def test_same_run_same_bytes() -> None:
    run = report_example.four()
    assert page.render(run) == page.render(report_example.four())
    assert "data:image/png;base64,iVBOR" in page.render(run, figures.png(figure_k.elbow(run)))


def test_a_bare_record_can_be_shown(tmp_path: Path) -> None:
    run = bare()
    got = Page(page.render(run))
    assert "As of" not in [row[0] for row in got.rows]
    assert "clusters_3d" not in got.data["figures"]
    assert len(figures.draw_all(run, tmp_path)) == 6
    assert "No separate groups" in markdown.summary(run)
    assert "All customers" in notebook.segments_html(run)


def test_embedded_numbers_that_are_not_finite_are_null() -> None:
    assert json.loads(page.embed({"x": [float("nan"), float("inf"), 1.5]})) == {
        "x": [None, None, 1.5]
    }


# notebook and summary


@pytest.mark.parametrize("name", RUNS)
def test_notebook_view_is_sound_html(name: str) -> None:
    run = RUNS[name]()
    got = Page(notebook.segments_html(run))
    assert got.open == []
    assert {tag for tag, _ in got.tags} <= {
        "div",
        "p",
        "b",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "span",
        "br",
        "details",
        "summary",
        "ul",
        "li",
    }
    for s in run.segments:
        assert " ".join(s.segment.split()) in got.words


def test_summary_has_the_table_the_verdict_and_the_warnings() -> None:
    run = report_example.four()
    text = markdown.summary(run)
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(line) for line in table}) == 1
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in table]
    assert cells[0] == ["#", "Segment", "Customers", "Share", "Of spend", "Sets it apart"]
    assert cells[1] == ["-:", cells[1][1], cells[1][2], cells[1][3], cells[1][4], cells[1][5]]
    for row, s in zip(cells[2:], run.segments, strict=True):
        assert row == [
            str(s.segment_id),
            s.segment,
            words.count(s.size),
            words.share(s.share),
            words.share(s.value_share),
            s.facts[0].sentence,
        ]
    assert "Verdict: useful partition." in text
    for notice in run.notices:
        assert f"- {notice.message}" in text


def test_summary_keeps_names_on_their_row_and_html_inert() -> None:
    run = report_example.four()
    nasty = replace(run.segments[0], segment="a|b\n# c\x1b[31m<script>")
    text = markdown.summary(replace(run, segments=(nasty, *run.segments[1:])))
    assert r"a\|b # c [31m\<script>" in text
    assert "\x1b" not in text


# words


@pytest.mark.parametrize(
    "show",
    [
        words.count,
        words.number,
        words.share,
        words.days,
        words.money,
        words.effect,
        words.seconds,
    ],
)
@pytest.mark.parametrize("x", [None, float("nan"), float("inf"), float("-inf")])
def test_a_missing_figure_is_a_dash(show: Any, x: float | None) -> None:
    assert show(x) == "–"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (words.money(1355, "$"), "$1,355"),
        (words.money(99.996, "$"), "$100"),
        (words.money(-0.001, "$"), "$0"),
        (words.money(12_345_678, "EUR"), "EUR 12.3M"),
        (words.share(0.234), "23.4%"),
        (words.share(-0.5), "−50.0%"),
        (words.number(9.999), "10"),
        (words.number(0.000001), "1e-06"),
        (words.number(2_500_000_000), "2.5B"),
        (words.count(12345), "12,345"),
        (words.effect(-0.04), "0.0"),
        (words.seconds(59.99), "1 min 0 s"),
        (words.plain_source("mysql://u:p@ss@h/d"), "mysql://…@h/d"),
        (words.listing([]), ""),
    ],
)
def test_words(shown: str, expected: str) -> None:
    assert shown == expected


# colours


def _contrast(first: str, second: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tones", [palette.LIGHT, palette.DARK])
def test_text_and_segment_colours_stand_out(tones: dict[str, str]) -> None:
    dark = tones is palette.DARK
    for name in ("ink", "soft", "accent"):
        assert _contrast(tones[name], tones["paper"]) >= 4.5
        assert _contrast(tones[name], tones["wash"]) >= 4.5
    for i in range(1, 11):
        light = palette.colour(i)
        colour = palette.theme()[light] if dark else light
        assert _contrast(colour, tones["paper"]) >= 3.0


def test_every_segment_has_its_own_marker_and_colour() -> None:
    assert len({palette.colour(i) for i in range(1, 11)}) == 10
    assert len({palette.marker(i) for i in range(1, 11)}) == 10
    assert len(palette.theme()) >= 17


def test_no_rule_that_agrees_is_told_as_none() -> None:
    run = report_example.four()
    run = replace(run, evidence=replace(run.evidence, picks={"elbow": 3, "gap": 10}))
    assert view.disagreeing(run, named=False) == ("None of 2 rules in common use would pick K = 4.")
