"""No sentence that the profile contradicts: a reader of names that shares no code with naming.

``SMARTCART_NAMES=500`` reads as many random and planted tables as that.
"""

from __future__ import annotations

import os
import re

import numpy as np
import pytest

from smartcart.core import kmeans, naming, prepare
from smartcart.core.profile import ProfileSums, column_means, medians, profile_rows, with_effects_of
from smartcart.records import Contract, Feature

TABLES = int(os.environ.get("SMARTCART_NAMES", "40"))
COLUMNS = (
    ("spend", "Spend", "money", "forms"),
    ("purchases", "Purchases", "count", "forms"),
    ("deals_share", "Share bought on a deal", "share", "forms"),
    ("recency_days", "Days since the last purchase", "days", "forms"),
    ("tenure_days", "Days as a customer", "days", "forms"),
    ("visits", "Visits", "count", "forms"),
    ("basket_value", "Spend per purchase", "money", "forms"),
    ("wine", "Wine", "", "forms"),
    ("income", "Income", "money", "describes"),
)


def feature(column) -> Feature:
    name, label, unit, role = column
    return Feature(name, label, unit, "column", (name,), "", theme=name, role=role)


def table(seed: int):
    """Return features and a table of them: planted or one cloud, with thin or heavy tails."""
    rng = np.random.default_rng([4242, seed])
    n, some = int(rng.integers(150, 900)), sorted(rng.permutation(8)[: rng.integers(2, 8)])
    chosen = [COLUMNS[j] for j in some] + ([COLUMNS[8]] if rng.random() < 0.5 else [])
    p = len(chosen)
    loading = rng.normal(size=(p, 2))
    g = rng.normal(size=(n, 2)) @ loading.T + rng.normal(size=(n, p))
    if rng.random() < 0.5:
        g += (4 * rng.normal(size=(4, p)))[rng.integers(0, 4, n)]
    g = (g - g.mean(axis=0)) / g.std(axis=0)
    heavy = rng.choice([0.4, 1.0, 1.8], p)
    X = np.empty((n, p))
    for j, (_, _, unit, _) in enumerate(chosen):
        x = np.exp(heavy[j] * g[:, j])
        if unit == "share":
            X[:, j] = 1 / (1 + np.exp(-g[:, j] + rng.uniform(-1, 2)))
        elif unit == "count":
            X[:, j] = np.floor(x * rng.uniform(1, 8))
        else:
            X[:, j] = x * 10 ** rng.uniform(0, 3)
    if rng.random() < 0.3:
        X[rng.random((n, p)) < 0.1] = np.nan
    return [feature(column) for column in chosen], X


def segmented(seed: int):
    """Return features, the profile in original units, sizes, and names with their facts."""
    features, X = table(seed)
    forming = [f for f in features if f.role == "forms"]
    recipe = prepare.fit_recipe(X[:, : len(forming)], forming)
    Z = prepare.apply_recipe(X[:, : len(forming)], recipe)
    k = 2 + seed % 6
    labels = kmeans.fit(Z, k, seed=0, n_init=3).labels
    sums = ProfileSums.empty(k, column_means(X))
    sums.add(X, labels, np.zeros(len(X)), np.zeros(len(X)))
    profile = profile_rows(sums, medians(X, labels, k), features, [str(i) for i in range(k)])
    scores = prepare.on_formed_scale(X, features, recipe)
    formed = with_effects_of(profile, scores, labels, features)
    signals = naming.signal_columns(Contract("customers", "id", (), None, ""), features)
    by = [[r for r in formed.rows if r.segment_id == i + 1] for i in range(k)]
    named = naming.name_segments(by, signals, profile.labels, sums.size.tolist())
    rows = [[r for r in profile.rows if r.segment_id == i + 1] for i in range(k)]
    facts = [
        naming.facts_of(r, one.earned_by, profile.labels, profile.units, one.parting)
        for r, one in zip(rows, named, strict=True)
    ]
    return features, rows, sums.size, named, facts


def number(text: str) -> float:
    found = float(re.sub(r"[^0-9.\-]", "", text.split(maxsplit=1)[0]))
    return found / 100 if "%" in text.split(maxsplit=1)[0] else found


CLAIMS = (  # what a sentence says, as column, which side of all customers, and bounds of the mean
    ("high spend", "spend", ">", None),
    ("High income", "income", ">", None),
    ("spend more than the average", "spend", ">", None),
    ("spend at least as much", "spend", ">", None),
    ("already spend as much", "spend", ">", None),
    ("spend less", "spend", "<", None),
    ("and spend less", "spend", "<", None),
    ("buy less often", "purchases", "<", None),
    ("come less often", "purchases", "<", None),
    ("come back more often", "purchases", ">", None),
    ("buy more at once", "basket_value", ">", None),
    ("visit more often", "visits", ">", None),
    ("on a deal more often", "deals_share", ">", None),
    ("large part of what they buy", "deals_share", ">", (0.3, 1)),
    ("hardly need deals", "deals_share", "<", (0, 0.15)),
    ("last order is longer ago", "recency_days", ">", None),
    ("not ordered for longer", "recency_days", ">", None),
    ("first orders are recent", "tenure_days", "<", (0, 365)),
    ("New customers", "tenure_days", "<", (0, 365)),
    ("done so for longer", "tenure_days", ">", None),
    ("in what they spend", "spend", "~", None),
    ("how often they buy", "purchases", "~", None),
)


def contradictions(features, rows, sizes, named, facts) -> list[str]:
    """Return what the profile contradicts."""
    wrong = []
    label = {f.label[:1].lower() + f.label[1:]: f.name for f in features}
    means = [{r.column: (r.mean, r.overall_mean) for r in one} for one in rows]
    worth = [n * m["spend"][0] if "spend" in m else 0.0 for n, m in zip(sizes, means, strict=True)]
    for i, one in enumerate(named):
        said = f"{one.name}. {one.sentence}"
        for words, column, side, bounds in CLAIMS:
            if not one.archetype or words not in said:
                continue
            if column not in means[i]:
                wrong.append(f"{said!r} without {column}")
                continue
            mean, overall = means[i][column]
            fine = {
                ">": mean >= overall,
                "<": mean <= overall,
                "~": overall / 1.61 <= mean <= overall * 1.61,
            }[side]
            if not fine or (bounds and not bounds[0] <= mean <= bounds[1]):
                wrong.append(f"{said!r}: {column} {mean} of {overall}")
        if "carry the revenue" in said and not (
            sizes[i] <= 0.3 * sum(sizes) and worth[i] >= 0.5 * sum(worth)
        ):
            wrong.append(f"{said!r}: {sizes[i]} of {sum(sizes)}, {worth[i]} of {sum(worth)}")
        if not one.archetype:
            told = re.sub("What sets them apart: |\\.$", "", one.sentence)
            for word in told.split(" and ") if one.earned_by else []:
                how, what = word.split(" ", 1)
                mean, overall = means[i][label[what]]
                others = [
                    m[label[what]][0] for j, m in enumerate(means) if j != i and label[what] in m
                ]
                fine = {
                    "high": mean > overall,
                    "low": mean < overall,
                    "highest": mean > max(others),
                    "lowest": mean < min(others),
                }
                if not fine[how]:
                    wrong.append(f"{word!r}: {mean} of {overall}, others {others}")
        for fact in facts[i]:
            mean, overall = means[i][fact.column]
            here, there = re.match(
                rf"{re.escape(fact.label)} (.*), against (.*) on average$", fact.sentence
            ).groups()
            for text, value in ((here, mean), (there, overall)):
                rounding = 0.0051 if fact.unit == "share" else 0.51 if abs(value) >= 20 else 0.051
                if abs(number(text) - value) > rounding:
                    wrong.append(f"{fact.sentence!r}: {value}")
    names = [one.name for one in named]
    if len(set(names)) < len(names) or any("(2)" in name for name in names):
        wrong.append(f"names {names}")
    if len({tuple(f.sentence for f in own) for own in facts if own}) < sum(map(bool, facts)):
        wrong.append("two segments of the same facts")
    return wrong


@pytest.mark.parametrize("seed", range(TABLES))
def test_nothing_is_said_that_the_profile_contradicts(seed) -> None:
    assert contradictions(*segmented(seed)) == []


def test_the_reader_reads() -> None:
    """A name put on another segment is noticed."""
    caught = 0
    for seed in range(12):
        features, rows, sizes, named, facts = segmented(seed)
        caught += bool(contradictions(features, rows, sizes, named[::-1], facts))
    assert caught >= 10
