"""Outcomes, rules, warnings and fairness in the report: the record's figures, no small group."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import report_example
from smartcart.core.explain import explain, reasons
from smartcart.core.holdout import measure
from smartcart.core.plan import backtest, make_plan
from smartcart.errors import UsageError
from smartcart.records import Campaign, Run
from smartcart.report import (
    campaign_pages,
    figures,
    interactive,
    markdown,
    outcomes,
    page,
    trust,
    view,
    withheld,
    words,
)
from smartcart.report.bars import BarRow, chart
from smartcart.report.reasons import part
from test_report import Page

DOTS, LABELS = 0, 1


@pytest.fixture(scope="module")
def four() -> Page:
    return Page(page.render(report_example.four(), b""))


@pytest.fixture(scope="module")
def ten() -> Page:
    return Page(page.render(report_example.ten(), b""))


@pytest.fixture(scope="module")
def ten_text() -> str:
    return page.render(report_example.ten(), b"")


def sections(got: Page) -> list[str]:
    return [str(attrs["id"]) for tag, attrs in got.tags if tag == "section"]


def with_outcome(**changes: Any) -> Run:
    """Return a run whose only outcome is that of the example, changed."""
    run = report_example.four()
    return replace(run, outcomes=(replace(run.outcomes[0], **changes),))


# outcomes


def test_the_table_of_an_outcome_is_the_record(four: Page) -> None:
    response = report_example.four().outcomes[0]
    for rate in response.rates:
        assert [
            f"{rate.segment_id} {rate.segment}",
            f"{words.count(rate.positives)}of {words.count(rate.customers)}",
            f"{words.share(rate.rate)}{words.span(rate.low, rate.high)}",
            f"{rate.lift:.2f}×",
        ] in four.rows
    assert ["1 Premium", "139of 512", "27.1%23.5–31.2%", "1.82×"] in four.rows
    assert "14.9% of the customers have it (334 of 2,240)." in four.words
    assert "It is highest in Premium (27.1%, 1.82 times the average)" in four.words


def test_the_chart_of_an_outcome_is_the_record(four: Page) -> None:
    response = report_example.four().outcomes[0]
    drawn = four.data["figures"]["outcome-1"]
    dots = drawn["data"][DOTS]
    assert dots["x"] == [r.rate for r in response.rates]
    error = dots["error_x"]
    lows = [x - e for x, e in zip(dots["x"], error["arrayminus"], strict=True)]
    highs = [x + e for x, e in zip(dots["x"], error["array"], strict=True)]
    assert lows == pytest.approx([r.low for r in response.rates])
    assert highs == pytest.approx([r.high for r in response.rates])
    assert drawn["layout"]["shapes"][0]["x0"] == response.rate
    assert drawn["layout"]["annotations"][0]["text"] == "all customers 14.9%"


def test_the_picture_of_outcomes_has_a_panel_each_with_the_rates() -> None:
    run = report_example.four()
    drawn = figures.FIGURES["outcomes"](run)
    panels = [axes for axes in drawn.axes if axes.axison]
    assert [axes.get_title(loc="left") for axes in panels] == [
        "Response: 14.9% of all",
        "Complain: 2.1% of all",
        "Newsletter: 11.8% of all",
    ]
    assert [t.get_text() for t in panels[0].texts] == [
        words.share(r.rate) for r in run.outcomes[0].rates
    ]
    spans = [line.get_xdata() for line in panels[0].lines if len(line.get_xdata()) == 2]
    assert [list(x) for x in spans[:4]] == [[r.low, r.high] for r in run.outcomes[0].rates]


def test_a_test_is_told_in_plain_words() -> None:
    clear, _, nothing = report_example.four().outcomes
    assert outcomes.verdict(clear) == "Segments differ clearly"
    assert outcomes.chance(clear, 3) == (
        "Chance alone would make differences this large in fewer than 1 case in 1,000 "
        "(p < 0.001, Holm-adjusted for 3 outcomes)."
    )
    assert clear.auc is not None
    assert f"{clear.auc:.0%} of the time (AUC {clear.auc:.2f}" in outcomes.ranking(clear)
    assert nothing.p_holm is not None
    assert nothing.p_holm > 0.05
    assert outcomes.verdict(nothing) == "No difference beyond chance"
    assert outcomes.chance(nothing, 3).endswith(": take them as noise.")
    weak = replace(clear, auc=0.53, p_holm=0.013)
    assert outcomes.verdict(weak) == "Segments differ, but little"
    assert "in about 1.3% of cases (p = 0.013)." in outcomes.chance(weak, 1)
    assert "no more than guessing" in outcomes.ranking(replace(clear, auc=0.5))
    assert "the test is rough" in outcomes.chance(replace(clear, expected_least=4.9), 1)
    untested = replace(clear, p_holm=None, auc=None)
    assert outcomes.verdict(untested) == "Nothing to compare"
    assert "nothing to test" in outcomes.chance(untested, 0)
    assert outcomes.ranking(untested) == ""


def test_customers_of_unknown_outcome_are_told() -> None:
    text = page.render(with_outcome(missing=17), b"")
    assert "It is not known of 17 customers." in text
    rates = report_example.four().outcomes[0].rates
    blank = replace(rates[3], customers=0, positives=0, rate=None, low=None, high=None, lift=None)
    run = with_outcome(rates=(*rates[:3], blank))
    assert ["4 Low engagement", "0of 0", "––", "–"] in Page(page.render(run, b"")).rows
    assert interactive.figures(run)["outcome-1"]["data"][DOTS]["x"][3] is None
    figures.png(figures.FIGURES["outcomes"](run))


def test_a_rate_of_few_customers_is_in_no_part_of_the_report(four: Page) -> None:
    """Positives 2, 12, 30, 3 of a known total: 2 and 3 go, and 12, for 2 + 3 is less than ten."""
    run = report_example.four()
    complain = run.outcomes[1]
    assert withheld.rates(complain) == {0, 1, 3}
    rows = [row for row in four.rows if row and row[-1] == "–" and "of " in row[1]]
    assert rows == [
        ["1 Premium", "fewer than 10of 512", "not shown", "–"],
        ["2 Discount-sensitive", "not shownof 498", "not shown", "–"],
        ["4 Low engagement", "fewer than 10of 677", "not shown", "–"],
    ]
    shown = four.data["figures"]["outcome-2"]["data"]
    assert shown[DOTS]["x"] == [None, None, complain.rates[2].rate, None]
    assert shown[DOTS]["error_x"]["array"][:2] == [None, None]
    drawn = figures.FIGURES["outcomes"](run).axes[1]
    assert [t.get_text() for t in drawn.texts] == ["not shown", "not shown", "5.4%", "not shown"]
    assert "It is highest of those shown" not in outcomes.lead(complain)


def test_the_profile_withholds_what_the_outcomes_withhold() -> None:
    rates = [0.3, 0.0, 0.02, 0.001]
    run = report_example.four()
    column = run.outcomes[1]
    rows = tuple(
        replace(r, column="Complain", role="outcome", mean=rates[r.segment_id - 1])
        for r in run.profile.rows
        if r.column == "Response"
    )
    run = replace(run, profile=replace(run.profile, rows=rows), outcomes=(column,))
    line = view.lines(run)[0]
    assert [cell.hidden for cell in line.cells if cell] == [True, True, False, True]
    alone = replace(column, rates=(column.rates[0], replace(column.rates[1], positives=0)))
    assert withheld.total(alone)
    assert view.lines(replace(run, outcomes=(alone,)))[0].overall_text == "–"


def test_an_outcome_too_rare_to_show_says_so_and_has_no_chart() -> None:
    rates = report_example.four().outcomes[0].rates
    few = tuple(replace(r, positives=n) for r, n in zip(rates, (3, 0, 4, 0), strict=True))
    run = with_outcome(rates=few, positives=7, rate=7 / 2240)
    got = Page(page.render(run, b""))
    assert "Fewer than ten customers have it: too few to show." in got.words
    assert "outcome-1" not in got.data["figures"]
    assert "0.3%" not in markdown.summary(run)
    assert "fewer than 10 of all" in figures.FIGURES["outcomes"](run).axes[0].get_title(loc="left")


def test_of_many_outcomes_all_are_in_the_table_and_six_are_drawn(ten: Page) -> None:
    run = report_example.ten()
    assert len(run.outcomes) == 8
    drawn = [name for name in ten.data["figures"] if name.startswith("outcome-")]
    assert drawn == [f"outcome-{i}" for i in range(1, 7)]
    for outcome in run.outcomes:
        assert outcome.auc is not None
        row = next(r for r in ten.rows if r and r[0] == outcomes.label(run, outcome))
        assert row[1] == words.share(outcome.rate)
        assert row[4] == f"{outcome.auc:.2f}"
    panels = [axes for axes in figures.FIGURES["outcomes"](run).axes if axes.axison]
    assert len(panels) == 6
    assert "Holm" in ten.words


@pytest.mark.parametrize("run", [report_example.one(), report_example.orders()])
def test_without_outcomes_to_compare_there_is_no_section_and_no_picture(run: Run) -> None:
    got = Page(page.render(run, b""))
    assert "outcomes" not in sections(got)
    assert "Does it pay off" not in got.words
    assert "outcomes" not in figures.drawable(run)
    assert "Outcomes that formed nothing" not in markdown.summary(run)
    with pytest.raises(UsageError, match="no outcome to compare"):
        figures.FIGURES["outcomes"](run)


# rules


def test_rules_are_the_record_and_are_told_to_be_an_imitation(four: Page) -> None:
    book = report_example.four().rulebook
    assert book is not None
    assert book.sentence in four.words
    assert "An imitation for people" in four.words
    assert "10-fold cross-validation on 2,058 customers" in four.words
    assert [
        "Spend in two years above 420 and at most 1,210and share bought on a deal at most 31%",
        "2 Discount-sensitive",
        "Covers 23.0%",
        "Right 88.5%",
    ] in four.rows
    assert sum(row[-1].startswith("Right ") for row in four.rows if row) == len(book.rules)
    everybody = replace(book, rules=(replace(book.rules[0], conditions=()),))
    got = Page(page.render(replace(report_example.four(), rulebook=everybody), b""))
    assert any(row and row[0] == "Any customer" for row in got.rows)


def test_without_rules_there_is_no_section() -> None:
    got = Page(page.render(replace(report_example.four(), rulebook=None), b""))
    assert "rules" not in sections(got)
    assert ("a", {"href": "#rules"}) not in got.tags


# warnings


def test_warnings_stand_before_the_segments_and_in_the_summary() -> None:
    run = report_example.orders()
    got = Page(page.render(run, b""))
    message = run.artefacts[0].message
    assert got.words.index(message) < got.words.index(run.segments[0].sentence)
    assert "Two figures say the same." in got.words
    assert "nothing found" not in got.words
    assert f"- Two figures say the same. {message}" in markdown.summary(run)


def test_where_nothing_is_odd_one_calm_line_says_what_was_looked_for(four: Page) -> None:
    assert (
        "Checked for a yes-or-no column that cuts alone, columns that count twice, groups that "
        "only a picture shows, segments made by a few outliers and segments of copied rows: "
        "nothing found."
    ) in four.words
    assert four.words.index("Why 4 segments") < four.words.index("Checked for")
    assert "Check this first" not in four.words
    for unjudged in (report_example.one(), replace(report_example.four(), rulebook=None)):
        assert trust.checked(unjudged) == ""
        assert "Checked for" not in page.render(unjudged, b"")


# fairness


def test_fairness_starts_with_its_sentence_and_shows_the_record(four: Page) -> None:
    run = report_example.four()
    assert run.fairness is not None
    after = four.words[four.words.index("Fairness " + run.fairness.sentence) :]
    for column in run.fairness.columns:
        assert column.sentence in after
    young = ["up to 37", "25.4%22–29%", "▼ 12.0%9–15%", "▼ 21.7%18–25%", "▲ 38.8%35–43%", "25.6%"]
    assert four.row("up to 37") == [young]
    assert "A weak link (eta squared 0.14)." in after
    assert "tell of it, 0 to 1 (rank correlation): Days as a customer (0.41)." in after
    assert "No forming figure tells much of it; the nearest is Income (0.09)." in after


def test_suppressed_groups_are_named_as_such_and_counted_nowhere(four: Page) -> None:
    run = report_example.four()
    rows = [row for row in four.rows if row and row[0] in ("Widow", "YOLO", "Single")]
    assert rows[-1][0] == "Single"
    assert "Too small to show in any segment (under 10): " in four.words
    assert "Widow" in four.words
    married = trust.fairness(run)[1]
    assert run.fairness is not None
    groups = run.fairness.columns[1].groups
    for category, _, cells in married.rows:
        own = [g for g in groups if g.category == category]
        for cell, group in zip(cells, own, strict=True):
            assert cell.hidden == group.suppressed
            assert (cell.text == "not shown") == group.suppressed
            assert bool(cell.interval) != group.suppressed


def test_the_profile_withholds_the_groups_that_fairness_suppresses(four: Page) -> None:
    """Shown zeros and neighbours would give suppressed groups away."""
    assert four.row("Marital status: YOLO") == [
        ["Marital status: YOLO", "not shown", "not shown", "not shown", "not shown", "0.1%"]
    ]
    run = report_example.four()
    fact = replace(run.segments[2].facts[0], column="Marital_Status: YOLO", sentence="YOLO fact")
    third = replace(run.segments[2], size=10_000, facts=(fact,))
    assert view.facts(replace(run, segments=(third,)), third) == []


def test_shades_grow_with_the_ratio_and_only_beyond_the_interval() -> None:
    run = report_example.four()
    assert run.fairness is not None
    group = run.fairness.columns[0].groups[0]
    steps = [
        trust._group(replace(group, finding=finding, ratio=ratio)).step
        for finding, ratio in (
            ("", 3.0),
            ("more", 1.1),
            ("more", 1.3),
            ("more", 1.6),
            ("more", 2),
            ("fewer", 0.9),
            ("fewer", 0.7),
            ("fewer", 0.6),
            ("fewer", 0.5),
        )
    ]
    assert steps == [0, 1, 2, 3, 4, -1, -2, -3, -4]


def test_fairness_that_measured_nothing_is_a_line_and_absent_fairness_is_nothing() -> None:
    got = Page(page.render(report_example.orders(), b""))
    assert "fairness" not in sections(got)
    assert "No sensitive column was declared" in got.words
    got = Page(page.render(report_example.one(), b""))
    assert "fairness" not in sections(got)
    got = Page(page.render(replace(report_example.four(), fairness=None), b""))
    assert "fairness" not in sections(got)
    assert "Fairness" not in got.words


# the channel


def test_a_card_names_the_channel_its_customers_use_most(four: Page) -> None:
    run = report_example.four()
    assert trust.channel(run, 1) == (
        "Mostly Store (44.6% of purchases); more Catalogue than others (29.2%)"
    )
    assert trust.channel(run, 2) == "Mostly Store (51.8% of purchases)"
    assert trust.channel(run, 4) == "Mostly Store (67.0% of purchases), more than others"
    for s in run.segments:
        assert f"Channel {trust.channel(run, s.segment_id)}" in four.words


def test_no_channel_is_named_where_the_largest_is_unknown() -> None:
    run = report_example.four()
    rows = tuple(r for r in run.profile.rows if r.column != "store_share")
    run = replace(run, profile=replace(run.profile, rows=rows))
    assert trust.channel(run, 1) == ""  # web 26%, catalogue 29%: the rest may be one channel
    rows = tuple(r for r in rows if not r.column.endswith("_share"))
    run = replace(run, profile=replace(run.profile, rows=rows))
    assert trust.channel(run, 1) == ""
    assert "Channel" not in Page(page.render(run, b"")).words


# why, and what to do


@pytest.fixture(scope="module")
def acting_run() -> Run:
    run = report_example.four()
    names = [s.segment for s in run.segments]
    rates = run.outcomes[0].rates
    x, n = [r.positives for r in rates], [r.customers for r in rates]
    plan = make_plan(
        names,
        [s.size for s in run.segments],
        cost=3,
        revenue=20,
        positives=x,
        trials=n,
        column="Response",
        draws=2000,
    )
    campaign = Campaign(plan, backtest(x, n, cost=3, revenue=20), ("Complain",))
    features = run.model.recipe.features
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(400, len(features)))
    centers = rng.normal(size=(4, len(features)))
    return replace(
        run,
        campaign=campaign,
        reasons=reasons(Z, centers, features, names),
        explained=explain(
            rng.normal(100, 60, (1, len(features))), [report_example.SECRET_ID], run.model
        ),
    )


def test_a_campaign_is_a_picture_with_its_table(acting_run: Run) -> None:
    got = Page(page.render(acting_run, b""))
    campaign = acting_run.campaign
    assert campaign is not None
    plan, tried = campaign.plan, campaign.backtest
    assert tried is not None
    assert sections(got)[3:6] == ["outcomes", "campaign", "evidence"]
    for one in plan.segments:
        row = next(r for r in got.rows if r and r[0] == one.segment and len(r) == 5)
        assert row[1] == words.count(one.customers)
        assert row[2].startswith(words.share(one.rate))
        assert row[3].startswith(words.money(one.outlook.profit, "$"))
        assert row[4] == (words.count(one.contacts) if one.contacts else "no")
    labels = [str(a.get("aria-label")) for _, a in got.tags if a.get("class") == "iv"]
    assert words.money(plan.chosen.profit, "$") in labels[0]
    assert all(s.segment in labels[1] for s in plan.segments)
    assert words.money(tried.over_everybody, "$") in labels[2]
    text = got.words
    assert f"per 1,000 customers {words.money(tried.over_everybody, '$')} more" in text
    low, high = tried.over_everybody_low, tried.over_everybody_high
    assert f"({words.money(low, '$')} to {words.money(high, '$')})" in text
    assert "the run also has Complain" in text
    assert "campaign" not in sections(Page(page.render(report_example.four(), b"")))


def test_bars_lie_where_the_figures_are() -> None:
    rows = [
        BarRow("a", -50.0, -100.0, 0.0, ""),
        BarRow("b", 100.0, 50.0, 300.0, "", 12),
        BarRow("c", 0, None, None, ""),
    ]
    found = chart(rows)
    a, b, c = found.bars
    scale = (b.left - found.zero) / 50
    assert b.at == pytest.approx(found.zero + 100 * scale)
    assert b.left + b.width == pytest.approx(found.zero + 300 * scale) == pytest.approx(96)
    assert a.left == pytest.approx(found.zero - 100 * scale) == pytest.approx(4)
    assert a.left + a.width == pytest.approx(found.zero)
    assert (c.at, c.width) == (pytest.approx(found.zero), 0)
    assert [bar.slot for bar in found.bars] == [0, 2, 0]
    assert chart([BarRow("a", 0.0, None, None, "0")]).bars[0].at == pytest.approx(4)


def test_reasons_are_shown_for_every_segment_and_figure(acting_run: Run) -> None:
    got = Page(page.render(acting_run, b""))
    assert "why" in sections(got)
    for j, feature in enumerate(acting_run.model.recipe.features):
        shares = [one.parts[j].share for one in acting_run.reasons]
        cells = [
            f"{share * 100:+.0f}%".replace("-", "−") if abs(share) >= 0.005 else "0%"
            for share in shares
        ]
        assert [feature.label, *cells] in got.rows
    for one in acting_run.reasons:
        assert one.sentence in got.words


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.443, "+44.3%"), (-0.095, "−9.5%"), (-0.0001, "0.0%"), (0.0, "0.0%"), (0.0004, "0.0%")],
)
def test_a_part_of_nothing_has_no_sign(acting_run: Run, share: float, text: str) -> None:
    one = replace(acting_run.explained[0].contributions[0], share=share)
    assert part(one) == text


def test_ids_are_in_a_report_only_where_they_were_asked_for(acting_run: Run) -> None:
    asked = page.render(acting_run, b"")
    assert f"Customer {report_example.SECRET_ID}: " in asked
    assert "names customers by their ids, as was asked" in asked
    quiet = page.render(replace(acting_run, explained=()), b"")
    assert report_example.SECRET_ID not in quiet
    assert "This page holds no customer ids" in quiet
    assert "Customer " + report_example.SECRET_ID not in quiet


def test_sheets_stand_alone_and_escape_what_they_show(acting_run: Run) -> None:
    campaign, hostile = acting_run.campaign, "<img src=x onerror=y>"
    assert campaign is not None
    named = tuple(replace(s, segment=hostile) for s in campaign.plan.segments)
    campaign = replace(campaign, plan=replace(campaign.plan, segments=named, column=hostile))
    uplifts = measure([[100, 80], [30, 9], [90, 70], [9, 8]], [hostile, "B"], cost=1, revenue=9)
    told = tuple(replace(one, customer_id=hostile, segment=hostile) for one in acting_run.explained)
    for text in (
        campaign_pages.plan_page(campaign, hostile, "$", "1.0"),
        campaign_pages.uplift_page(uplifts, 3, hostile, "$", "1.0"),
        campaign_pages.explained_page(told, hostile, "$", "1.0"),
    ):
        got = Page(text)
        assert got.open == []
        assert "img" not in [tag for tag, _ in got.tags]
        assert "script" not in [tag for tag, _ in got.tags]
        assert not [a for _, a in got.tags if "href" in a or "src" in a]
        assert hostile in got.words
    assert (
        "3 rows name customers that are not in this run"
        in Page(campaign_pages.uplift_page(uplifts, 3, "a")).words
    )
    assert "+20.0 points" in campaign_pages.uplift_page(uplifts, 0, "a")


# all together


def test_sections_come_in_the_order_of_the_reader(four: Page) -> None:
    assert sections(four) == [
        "segments",
        "who",
        "rfm",
        "outcomes",
        "evidence",
        "rules",
        "fairness",
        "ledger",
        "made",
    ]
    links = [str(a["href"])[1:] for tag, a in four.tags if tag == "a" and a.get("href")]
    assert links[1:] == sections(four)


def test_hostile_names_stay_text_in_the_new_parts(ten: Page, ten_text: str) -> None:
    run = report_example.ten()
    assert run.fairness is not None
    for name in (
        *(outcomes.label(run, o) for o in run.outcomes),
        run.artefacts[0].message,
        run.fairness.sentence,
        run.fairness.columns[0].label,
        "<b>A</b>",
        "</td>tiny",
        "No rule says <b>bold</b> people.",
        "Measured by <i>magic</i> on",
    ):
        assert " ".join(name.split()) in ten.words
    assert ten.open == []
    assert "onerror" not in {key for _, attrs in ten.tags for key in attrs}
    assert "<script>faith" not in ten_text
    assert "<img src=x" not in ten_text
    drawn = json.dumps([v for k, v in ten.data["figures"].items() if k.startswith("outcome-")])
    assert not re.search(r"<(?!/?b>|br>|extra>|/extra>)", drawn)
    assert "\\<script>faith" in markdown.summary(run)


def test_the_summary_tells_outcomes_and_fairness_in_lines() -> None:
    text = markdown.summary(report_example.four())
    assert "- Response: 14.9% of the customers have it (334 of 2,240)." in text
    assert "Segments differ clearly." in text
    assert "Fairness: Segments stand for no sensitive column" in text
    assert "Is anything odd?" not in text
