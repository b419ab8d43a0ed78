"""Drift: planted changes raise the alarm, resamples of the same shop never do, at any size."""

from __future__ import annotations

import copy
import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.special import rel_entr
from scipy.stats import chi2

from smartcart.core import kmeans
from smartcart.core.drift import beyond_far, column_drift, compare, far_distances
from smartcart.core.drift_bins import (
    ColumnCount,
    category_bins,
    count_categories,
    count_numbers,
    number_bins,
    psi,
    with_counts,
)
from smartcart.datasets import customer_tables
from smartcart.errors import DataError
from smartcart.records import DriftReference, OutcomeReference

SPENDS = [f"Mnt{name}" for name in ("Wines", "Fruits", "MeatProducts", "FishProducts")]
CHANNELS = ["NumWebPurchases", "NumCatalogPurchases", "NumStorePurchases"]
NUMBERS = [
    *SPENDS,
    *CHANNELS,
    "Income",
    "NumDealsPurchases",
    "NumWebVisitsMonth",
    "spend",
    "tenure",
]
CATEGORIES = ["Education", "Marital_Status"]
AS_OF = pd.Timestamp("2014-06-29")


def made(frame):
    """Return the table with total spend and tenure; dates count from the fixed day."""
    frame = frame.copy()
    frame["spend"] = frame[SPENDS].sum(axis=1)
    frame["tenure"] = (AS_OF - pd.to_datetime(frame["Dt_Customer"])).dt.days
    return frame


def table(rows, seed):
    return customer_tables(rows, seed=seed)[0].to_pandas()


class Shop:
    """A model of a synthetic shop: segments, the frozen reference, and later tables compared."""

    def __init__(self, frame):
        full = made(frame)
        self.columns = [*SPENDS, *CHANNELS, "NumDealsPurchases"]
        X = np.log1p(full[self.columns].to_numpy(float))
        self.mean, self.std = X.mean(axis=0), X.std(axis=0)
        fit = kmeans.fit((X - self.mean) / self.std, 4, seed=0, n_init=4)
        self.centers = fit.centers
        labels, distance = self.assign(full)
        self.far = far_distances(distance, labels, 4)
        self.reference = DriftReference(
            columns=tuple(
                [number_bins(c, full[c]) for c in NUMBERS]
                + [category_bins(c, full[c], forms=False) for c in CATEGORIES]
            ),
            sizes=tuple(int(n) for n in np.bincount(labels, minlength=4)),
            far=self.far,
            outcomes=(OutcomeReference("Response", int(full["Response"].sum()), len(full)),),
            schema=(("Income", "number"), ("Dt_Customer", "date")),
        )

    def assign(self, full):
        Z = (np.log1p(full[self.columns].to_numpy(float)) - self.mean) / self.std
        labels, d1, _ = kmeans.assign(Z, self.centers)
        return labels, np.sqrt(d1)

    def compare(self, frame, **other):
        full = made(frame)
        labels, distance = self.assign(full)
        bins = {b.column: b for b in self.reference.columns}
        counts = {c: count_numbers(bins[c], full[c]) for c in NUMBERS}
        counts |= {c: count_categories(bins[c], full[c]) for c in CATEGORIES}
        return compare(
            self.reference,
            counts,
            sizes=np.bincount(labels, minlength=4),
            beyond=beyond_far(distance, labels, self.far),
            outcomes={"Response": (int(full["Response"].sum()), len(full))},
            **other,
        )


@pytest.fixture(scope="module", params=[2_000, 20_000])
def shop(request):
    return request.param, Shop(table(request.param, seed=1))


def test_resamples_of_the_same_population_keep_the_model(shop):
    rows, model = shop
    fresh = table(20 * rows, seed=2).sample(frac=1, random_state=0)
    for turn in range(20):
        found = model.compare(fresh.iloc[turn * rows : (turn + 1) * rows])
        assert found.verdict == "keep", found.reasons
        assert found.reasons == ()


def test_resamples_of_two_million_keep_the_model():
    """Counts are drawn, not rows: of a reference of 2,000,000 and of one of 20,000 rows."""
    model = Shop(table(20_000, seed=1))
    rng = np.random.default_rng(0)
    rows = 2_000_000

    def drawn(bins):
        shares = [*bins.shares, bins.rest, bins.missing]
        counts = rng.multinomial(rows, shares).astype(float)
        if bins.mean is None:
            return ColumnCount(counts)
        known = counts[:-1].sum()
        total = rng.normal(0, bins.std * np.sqrt(known))
        return ColumnCount(counts, known, total, known * bins.std**2 + total**2 / known)

    truth = model.reference
    sizes = np.array(truth.sizes) / sum(truth.sizes)
    for _ in range(20):
        large = DriftReference(
            columns=tuple(with_counts(b, drawn(b)) for b in truth.columns),
            sizes=tuple(int(n) for n in rng.multinomial(rows, sizes)),
            far=truth.far,
            outcomes=(OutcomeReference("Response", int(rng.binomial(rows, 0.15)), rows),),
        )
        counts = {b.column: drawn(b) for b in truth.columns}
        now = rng.multinomial(rows, sizes)
        found = compare(
            large,
            counts,
            sizes=now,
            beyond=rng.binomial(now, 0.01),
            outcomes={"Response": (int(rng.binomial(rows, 0.15)), rows)},
        )
        assert found.verdict == "keep", found.reasons
        assert found.reasons == ()


def dearer(frame):
    return frame.assign(**{c: (frame[c] * 1.2).round() for c in SPENDS})


def lost_channel(frame):
    return frame.assign(NumCatalogPurchases=0)


def in_cents(frame):
    return frame.assign(**{c: frame[c] * 100 for c in SPENDS})


def swapped(frame):
    days = pd.to_datetime(frame["Dt_Customer"])
    wrong = [d.replace(month=d.day, day=d.month) if d.day < 13 else d for d in days]
    return frame.assign(Dt_Customer=wrong)


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        (dearer, {"spend"}),
        (lost_channel, {"NumCatalogPurchases"}),
        (in_cents, {*SPENDS, "spend"}),
        (swapped, {"tenure"}),
    ],
)
def test_planted_changes_call_for_a_refit(shop, change, columns):
    rows, model = shop
    for seed in (3, 4, 5):
        found = model.compare(change(table(rows, seed)))
        assert found.verdict == "refit"
        assert columns <= {c.column for c in found.columns if c.changed}
        innocent = {"Income", "NumWebVisitsMonth", *CATEGORIES}
        assert not innocent & {r.name for r in found.reasons}
        strengths = [r.strength for r in found.reasons if r.refit]
        assert strengths == sorted(strengths, reverse=True)
        assert found.reasons[0].kind in {"column", "distance", "segment shares"}


def test_a_description_that_changes_and_an_outcome_are_told_and_call_for_no_refit():
    model = Shop(table(4_000, seed=1))
    frame = table(4_000, seed=2)
    frame["Education"] = frame["Education"].astype(str).replace("Graduation", "Bachelor")
    frame["Response"] = 0
    found = model.compare(frame)
    assert found.verdict == "keep"
    assert {(r.kind, r.name) for r in found.reasons} == {
        ("column", "Education"),
        ("outcome", "Response"),
    }
    drift = next(c for c in found.columns if c.column == "Education")
    assert drift.rest == pytest.approx((frame["Education"] == "Bachelor").mean())
    assert "does not know" in drift.sentence


def test_schema_changes_come_first():
    model = Shop(table(2_000, seed=1))
    found = model.compare(table(2_000, seed=2), schema={"Income": "text", "Loyalty": "number"})
    assert found.verdict == "refit"
    assert [(r.kind, r.name, r.refit) for r in found.reasons] == [
        ("schema", "Dt_Customer", True),
        ("schema", "Income", True),
        ("schema", "Loyalty", False),
    ]


def test_a_segment_that_doubles_calls_for_a_refit():
    reference = DriftReference(columns=(), sizes=(500, 500, 1000), far=(1.0, 1.0, 1.0))
    assert compare(reference, {}, sizes=[260, 240, 500]).verdict == "keep"
    found = compare(reference, {}, sizes=[500, 250, 250])
    assert found.verdict == "refit"
    assert found.reasons[0].kind == "segment shares"
    assert "segment 1 has 50% of the customers, was 25%" in found.reasons[0].sentence or (
        "segment 3 has 25% of the customers, was 50%" in found.reasons[0].sentence
    )
    few = compare(reference, {}, sizes=[5, 2, 3])  # ten customers prove nothing
    assert few.verdict == "keep"


def test_customers_far_from_every_segment_call_for_a_refit():
    reference = DriftReference(columns=(), sizes=(1000, 1000), far=(1.0, 1.0))
    assert compare(reference, {}, sizes=[1000, 1000], beyond=[15, 8]).verdict == "keep"
    found = compare(reference, {}, sizes=[1000, 1000], beyond=[80, 8])
    assert [(r.kind, r.name) for r in found.reasons] == [("distance", "1")]
    assert compare(reference, {}, sizes=[10, 10], beyond=[1, 0]).verdict == "keep"


def test_far_is_what_99_percent_keep_within():
    rng = np.random.default_rng(0)
    distance, labels = rng.random(3_000), rng.integers(0, 2, 3_000)
    far = far_distances(distance, labels, 3)
    assert far[2] == 0
    share = beyond_far(distance, labels, far)[:2] / np.bincount(labels)
    assert ((share > 0.008) & (share <= 0.01)).all()


# --- PSI -----------------------------------------------------------------------------------------


def test_psi_of_a_worked_example():
    """Three income bands, 40/30/30% and 35/25/40%: terms 0.00668, 0.00912 and 0.02877."""
    assert psi([0.4, 0.3, 0.3], [0.35, 0.25, 0.4]) == pytest.approx(0.04456, abs=5e-6)


def test_psi_is_the_symmetric_relative_entropy_of_scipy():
    rng = np.random.default_rng(0)
    for _ in range(20):
        p, q = rng.dirichlet(np.ones(8)) + 0.01, rng.dirichlet(np.ones(8)) + 0.01
        p, q = p / p.sum(), q / q.sum()
        expected = rel_entr(p, q).sum() + rel_entr(q, p).sum()
        assert psi(p, q) == pytest.approx(expected)
        assert psi(p * 500, q * 70) == pytest.approx(expected)


def test_an_empty_bin_does_not_blow_psi_up():
    assert 0.5 < psi([0.5, 0.5, 0], [0.4, 0.5, 0.1]) < 1
    assert psi([0.5, 0.5, 0], [0.5, 0.4999, 0.0001], rows=(2000, 10_000)) < 0.001
    assert psi([1, 0, 0], [1, 0, 0]) == 0


def test_psi_of_unchanged_data_is_about_its_noise_and_below_its_limit():
    rng = np.random.default_rng(0)
    many = []
    for _ in range(300):
        bins = number_bins("x", rng.normal(size=3_000))
        many.append(column_drift(bins, count_numbers(bins, rng.normal(size=1_000)), chance=0.01))
    assert np.mean([d.psi for d in many]) == pytest.approx(9 * (1 / 3000 + 1 / 1000), rel=0.15)
    assert np.mean([d.psi > d.limit for d in many]) < 0.03
    inside = next(d for d in many if d.rest == 0)
    assert inside.noise == pytest.approx(9 * (1 / 3000 + 1 / 1000))
    assert inside.limit == pytest.approx(chi2.isf(0.01, 9) * (1 / 3000 + 1 / 1000))


def test_the_effect_does_not_grow_with_the_rows():
    rng = np.random.default_rng(0)
    bins = number_bins("x", rng.normal(size=100_000))
    small, large = (
        column_drift(bins, count_numbers(bins, rng.normal(0.05, 1, size=n)))
        for n in (4_000, 400_000)
    )
    assert large.shift == pytest.approx(0.05, abs=0.01)
    assert large.psi > large.limit  # beyond chance
    assert not large.changed  # and too small to matter
    assert not small.changed
    shares = [*bins.shares, bins.rest, bins.missing]
    counts = count_numbers(bins, rng.normal(0.5, 2, size=5_000))
    theirs = jensenshannon(shares, counts.counts, base=2)
    assert column_drift(bins, counts).distance == pytest.approx(theirs)


# --- bins ----------------------------------------------------------------------------------------


def test_bins_hold_equal_shares_and_ties_stay_together():
    x = np.random.default_rng(0).normal(size=1_000)
    assert number_bins("x", x).shares == pytest.approx([0.1] * 10)
    tied = np.repeat([0.0, 1, 2, 50], [600, 250, 100, 50])
    bins = number_bins("x", tied)
    assert bins.edges == (0, 0, 1, 2, 50)
    assert bins.shares == pytest.approx([0.6, 0.25, 0.1, 0.05])
    assert (bins.mean, bins.std) == (tied.mean(), pytest.approx(tied.std()))


def test_bins_agree_with_a_plain_count():
    rng = np.random.default_rng(1)
    bins = number_bins("x", rng.integers(0, 30, 500))
    x = np.concatenate([rng.integers(-5, 40, 300).astype(float), [np.nan, np.inf, -np.inf]])
    found = count_numbers(bins, x)
    inner = pd.cut(x, list(bins.edges), include_lowest=True)
    assert found.counts[:-2].tolist() == inner.value_counts().tolist()
    low, high = bins.edges[0], bins.edges[-1]
    assert found.counts[-2] == ((x < low) | (x > high)).sum()
    assert found.counts[-1] == 1
    assert found.rows == len(x)


def test_a_constant_column_has_one_bin_and_notices_any_other_value():
    bins = number_bins("x", [7.0] * 100)
    assert bins.edges == (7, 7)
    assert bins.shares == (1.0,)
    assert not column_drift(bins, count_numbers(bins, [7.0] * 50)).changed
    assert column_drift(bins, count_numbers(bins, [7.0] * 30 + [8.0] * 20)).changed


def test_what_is_told_can_be_written_as_json():
    rng = np.random.default_rng(0)
    x = rng.lognormal(sigma=2, size=4_000)  # so that the mean tells nothing
    bins = number_bins("spend", x, logs=True)
    for factor in (1.0, 1.4):
        found = dataclasses.asdict(column_drift(bins, count_numbers(bins, x * factor)))
        assert json.loads(json.dumps(found))["changed"] is (factor > 1)


def test_a_column_without_values_notices_the_first_ones():
    bins = number_bins("x", [np.nan] * 100)
    assert (bins.shares, bins.missing, bins.mean) == ((), 1.0, None)
    assert not column_drift(bins, count_numbers(bins, [np.nan] * 50)).changed
    assert column_drift(bins, count_numbers(bins, [1.0] * 50)).changed


def test_missing_values_are_a_bin():
    x = np.random.default_rng(0).normal(size=1_000)
    bins = number_bins("x", x, label="Age")
    found = column_drift(bins, count_numbers(bins, np.where(np.arange(1_000) < 300, np.nan, x)))
    assert found.changed
    assert "Age: " in found.sentence
    assert "30% missing, was 0%" in found.sentence


def test_rare_categories_are_the_rest():
    bins = category_bins("c", {"a": 50, "b": 30, "c": 15, "d": 5, None: 0}, most=2)
    assert bins.categories == ("a", "b")
    assert bins.rest == pytest.approx(0.2)
    same = count_categories(bins, ["a"] * 50 + ["b"] * 30 + ["x"] * 20)
    assert column_drift(bins, same).psi == 0
    assert count_categories(bins, ["a", None, float("nan")]).counts.tolist() == [1, 0, 0, 2]


def test_counts_add_up_over_parts_and_bins_can_take_the_shares_of_all_rows():
    x = np.random.default_rng(0).lognormal(size=1_000)
    bins = number_bins("x", x[:200])
    whole = count_numbers(bins, x)
    parts = count_numbers(bins, x[:300]).merge(count_numbers(bins, x[300:]))
    assert parts.counts.tolist() == whole.counts.tolist()
    assert parts.moments(bins) == pytest.approx((x.mean(), x.std()))
    full = with_counts(bins, parts)
    assert full.edges == bins.edges
    assert full.rows == 1_000
    assert sum(full.shares) + full.rest + full.missing == pytest.approx(1)
    assert (full.mean, full.std) == pytest.approx((x.mean(), x.std()))


def test_current_data_never_moves_the_reference():
    model = Shop(table(2_000, seed=1))
    before = copy.deepcopy(model.reference)
    first = model.compare(in_cents(table(2_000, seed=2)))
    for seed in (3, 4):
        model.compare(in_cents(table(2_000, seed)))
    again = model.compare(in_cents(table(2_000, seed=2)))
    assert model.reference == before
    assert again == first
    bins = model.reference.columns[0]
    with pytest.raises(AttributeError):
        bins.edges = (0.0, 1.0)


def test_nothing_to_compare_is_an_error():
    reference = DriftReference(columns=(), sizes=(5, 5), far=(1.0, 1.0))
    with pytest.raises(DataError, match="no customer to compare"):
        compare(reference, {}, sizes=[0, 0])
    bins = number_bins("x", [1.0, 2.0])
    with pytest.raises(DataError, match="no row to compare"):
        column_drift(bins, count_numbers(bins, []))
    with pytest.raises(ValueError, match="expected"):
        psi([1.0], [1.0, 2.0])
