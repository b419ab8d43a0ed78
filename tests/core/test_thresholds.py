"""Thresholds that decide a word or a verdict, each on both its sides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smartcart.core import naming
from smartcart.core.k_picks import elbow, pick_all
from smartcart.core.k_verdict import Findings, decide, moves_together, stable_slices
from smartcart.core.plan import make_plan
from smartcart.errors import UsageError
from smartcart.records import KRow, ProfileRow
from smartcart.report.campaign import advice
from smartcart.report.parts import stable
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.values import from_values
from smartcart.workflows.request import SegmentRequest


def row(k: int, *, ari: float = 0.99, jaccard: float = 0.99, share: float = 0.2) -> KRow:
    return KRow(k, 10.0 - k, None, None, None, 0.0, 0.0, ari, jaccard, share)


def findings(*rows: KRow, **more: object) -> Findings:
    usual = {"groups": 1, "depth": 0.0, "followed": 1.0, "gain": 0.3, "gain_sd": 0.01}
    return Findings(rows, {}, **(usual | more))


@pytest.mark.parametrize(("error", "k"), [(0.1, 1), (0.0999, 2)])
def test_the_gap_rule_takes_off_one_standard_error(error: float, k: int) -> None:
    """gap(1) = 1.0 is enough against gap(2) = 1.1 only where that is within one standard error."""
    rows = (replace(row(1), gap=1.0), replace(row(2), gap=1.1, gap_se=error))
    assert pick_all(rows, {})["gap"] == k


@pytest.mark.parametrize(("ari", "k"), [(0.9, 3), (0.899, 2)])
def test_the_rule_of_stability_asks_for_nine_tenths(ari: float, k: int) -> None:
    assert pick_all((row(1), row(2), row(3, ari=ari)), {})["stability"] == k


@pytest.mark.parametrize(("strength", "k"), [(0.8, 3), (0.799, 2)])
def test_prediction_strength_asks_for_four_fifths(strength: float, k: int) -> None:
    picks = pick_all((row(1), row(2), row(3)), {2: 0.9, 3: strength})
    assert picks["prediction_strength"] == k


@pytest.mark.parametrize(
    ("change", "comes_back"),
    [
        ({"stability_ari": 0.85}, True),
        ({"stability_ari": 0.849}, False),
        ({"jaccard_min": 0.75}, True),
        ({"jaccard_min": 0.749}, False),
        ({"smallest_share": 0.03}, True),
        ({"smallest_share": 0.029}, False),
    ],
)
def test_slices_come_back_from_here_on(change: dict[str, float], comes_back: bool) -> None:
    assert stable_slices((replace(row(3), **change),)) == ([3] if comes_back else [])


@pytest.mark.parametrize(
    ("gain", "sd", "together"),
    [(0.02, 0.001, True), (0.0199, 0.001, False), (0.04, 0.01, True), (0.0399, 0.01, False)],
)
def test_columns_move_together_from_here_on(gain: float, sd: float, together: bool) -> None:
    assert moves_together(findings(row(1), gain=gain, gain_sd=sd)) is together


def test_one_column_is_not_shuffled() -> None:
    assert moves_together(findings(row(1), gain=0.0, columns=1))


@pytest.mark.parametrize(("ari", "k"), [(0.87, 4), (0.869, 3)])
def test_the_finest_steady_cut_is_recommended(ari: float, k: int) -> None:
    rows = (row(1), row(2, ari=0.99), row(3, ari=0.9), row(4, ari=ari))
    assert decide(findings(*rows))[1] == k


@pytest.mark.parametrize(("cut", "said"), [(2, "no cut into 3 to 6"), (3, "finest"), (6, "finest")])
def test_a_handful_is_three_to_six(cut: int, said: str) -> None:
    rows = [row(k, ari=0.99 if k == cut else 0.5) for k in range(1, 8)]
    verdict, k, reason = decide(findings(*rows))
    assert (verdict, k) == ("useful partition", cut)
    assert said in reason


@pytest.mark.parametrize(("followed", "natural"), [(0.5, True), (0.499, False)])
def test_groups_are_natural_clusters_where_k_means_follows(followed: float, natural: bool) -> None:
    rows = (row(1), row(2), row(3))
    verdict, _, _ = decide(findings(*rows, groups=3, depth=0.4, followed=followed))
    assert (verdict == "natural clusters") is natural


@pytest.mark.parametrize(("followed", "in_part"), [(0.8, False), (0.799, True)])
def test_following_in_part_is_said(followed: float, in_part: bool) -> None:
    _, _, reason = decide(findings(row(1), row(2), groups=2, depth=0.4, followed=followed))
    assert ("only in part" in reason) is in_part


@pytest.mark.parametrize(("deals", "name"), [(0.4, True), (0.39, False)])
def test_discount_sensitive_is_four_tenths_above_the_average(deals: float, name: bool) -> None:
    columns = {"spend": -0.1, "deals_share": deals}
    rows = [ProfileRow(1, "", c, "forms", 100.0 + e, 100.0, 100.0, e) for c, e in columns.items()]
    other = [ProfileRow(2, "", c, "forms", 100.0 - e, 100.0, 100.0, -e) for c, e in columns.items()]
    signals = {"value": "spend", "deals": "deals_share"}
    named = naming.name_segments([rows, other], signals, {})
    assert (named[0].name == "Discount-sensitive") is name


@pytest.mark.parametrize(
    ("jaccard", "word"),
    [
        (0.85, "0.85, very stable"),
        (0.849, "0.85, stable"),
        (0.75, "0.75, stable"),
        (0.749, "0.75, borders unsure"),
        (0.6, "0.60, borders unsure"),
        (0.599, "0.60, unsure"),
    ],
)
def test_the_word_for_stability(jaccard: float, word: str) -> None:
    assert stable(jaccard) == word


@pytest.mark.parametrize(
    ("rate", "budget", "partial", "said"),
    [
        (0.1, None, True, "Contact nobody: no segment earns what a contact costs."),
        (0.101, None, True, "Contact 100 customers: A."),
        (0.2, 0.99, True, "Contact nobody: the budget does not pay for a single contact."),
        (0.2, 1.0, True, "Contact 1 customers: 1 of A."),
        (0.2, 99.0, False, "Contact nobody: no whole segment that earns its cost fits into the"),
        (0.2, 100.0, False, "Contact 100 customers: A."),
    ],
)
def test_nobody_is_contacted_where_a_contact_does_not_pay(
    rate: float, budget: float | None, partial: bool, said: str
) -> None:
    plan = make_plan(
        ["A"], [100], cost=1.0, revenue=10.0, assumed=rate, budget=budget, partial=partial
    )
    assert advice(plan).startswith(said)


def texts(phones: int) -> ColumnSummary:
    return ColumnSummary(
        "x", "text", 100, 100, 60, head=100, head_distinct=60, longest=12, phones=phones
    )


@pytest.mark.parametrize(("phones", "dropped"), [(51, True), (50, False)])
def test_phones_are_more_than_half_of_the_texts(phones: int, dropped: bool) -> None:
    role, meaning, _ = from_values(texts(phones), "x")
    assert ((role, meaning) == ("dropped", "contact")) is dropped


@pytest.mark.parametrize(
    ("change", "dropped"),
    [
        ({}, True),
        ({"low": 99_999_999.0}, False),  # eight digits
        ({"distinct": 89}, False),  # fewer than nine in ten differ
        ({"whole": False}, False),
    ],
)
def test_numbers_that_are_phones(change: dict[str, object], dropped: bool) -> None:
    column = ColumnSummary(
        "x", "number", 100, 100, 90, low=100_000_000.0, high=4_999_999_999.0, whole=True
    )
    role, meaning, _ = from_values(replace(column, **change), "x")
    assert ((role, meaning) == ("dropped", "contact")) is dropped


@pytest.mark.parametrize(
    ("wcss", "k"),
    [
        ([100.0, 10.0, 9.0], 2),
        ([100.0, 10.0], 1),  # two points have no bend
        ([3.0, 3.0, 3.0], 1),
        ([100.0, 80.0, 20.0, 18.0, 16.0], 3),
    ],
)
def test_the_elbow_needs_a_bend(wcss: list[float], k: int) -> None:
    assert elbow(wcss) == k


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"k": 0}, "--k is 0"), ({"k": 101}, "--k is 101"), ({"k_max": 1}, "--k-max is 1")],
)
def test_a_request_beyond_its_range_is_refused(wrong: dict[str, int], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        SegmentRequest(**wrong)


def test_a_request_within_its_range_is_taken() -> None:
    assert [SegmentRequest(k=k).k for k in (1, 100)] == [1, 100]
    assert [SegmentRequest(k_max=k).k_max for k in (2, 100)] == [2, 100]


@pytest.mark.parametrize(
    ("ari", "said"), [(0.87, "reliably comes back"), (0.869, "comes back best")]
)
def test_a_steady_cut_is_said_to_come_back(ari: float, said: str) -> None:
    assert said in decide(findings(row(1), row(2, ari=0.5), row(3, ari=ari)))[2]


def test_two_groups_that_k_means_does_not_follow_are_told() -> None:
    rows = (row(1), row(2), row(3))
    assert "form 2 dense groups" in decide(findings(*rows, groups=2, followed=0.4))[2]
    assert "one continuum" in decide(findings(*rows, groups=1, followed=0.4))[2]


def test_one_k_that_was_tried_is_no_finding() -> None:
    assert "Only one segment was tried" in decide(findings(row(1), gain=0.0))[2]
    assert "Only one segment was tried" not in decide(findings(row(1), row(2), gain=0.0))[2]
