"""What explanations, rules, warnings and plans are worth, against truth that is known.

Explanations are added up on every customer; rules answer in SQL and in Python; artefacts are looked
for where one was planted and where none was; plans are made for shops whose rates are known, and on
one half of a real table to be tried on the other.

    python benchmarks/trust.py [TABLE ...] [--shops 200]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import reference_pipeline as reference
from planted import planted
from smartcart import workflows
from smartcart.core import kmeans, prepare
from smartcart.core.artefacts import find_artefacts
from smartcart.core.explain import why
from smartcart.core.plan import backtest, make_plan
from smartcart.core.rulebook import apply_rules
from smartcart.datasets import write_customers
from smartcart.engines.dialects import query_text
from smartcart.inspection.customer_table import look
from smartcart.records import Artefact, Plan, Run
from smartcart.sources import open_source
from smartcart.tables.assignment import SOURCE
from smartcart.tables.rules import rulebook_steps
from smartcart.workflows.customer_arrays import CustomerArrays

COST, REVENUE = 3.0, 11.0
TABLES = Path(__file__).parents[1].parent / "shared" / "data"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop whose response rates are known, the plan made from a past campaign, what then came."""

    size: NDArray[np.int64]
    rate: Floats
    plan: Plan
    answers: NDArray[np.int64]  # of a campaign to everybody

    def true_profit(self, contacts: NDArray[np.int64]) -> float:
        """Return what contacting (k,) customers earns, chance apart."""
        return float((contacts * (self.rate * REVENUE - COST)).sum())

    @property
    def contacts(self) -> NDArray[np.int64]:
        """Whom the plan contacts, (k,)."""
        return np.array([s.contacts for s in self.plan.segments])

    @property
    def best(self) -> float:
        """The profit of the best set there is."""
        return self.true_profit(np.where(self.rate * REVENUE > COST, self.size, 0))


def shop(seed: int) -> Shop:
    """Return a shop of 2 to 7 segments; a part of its customers was contacted before."""
    rng = np.random.default_rng([seed, 99])
    k = int(rng.integers(2, 8))
    rate = rng.beta(3, 9, k)
    size = rng.integers(60, 1500, k)
    trials = np.maximum(20, (size * rng.uniform(0.1, 1)).astype(int))
    plan = make_plan(
        [f"s{i}" for i in range(k)],
        size,
        cost=COST,
        revenue=REVENUE,
        positives=rng.binomial(trials, rate),
        trials=trials,
        seed=seed,
        draws=4000,
    )
    return Shop(size, rate, plan, rng.binomial(size, rate))


def coverage(shops: list[Shop]) -> dict[str, float]:
    """Return how often the 90% intervals of profit hold what came."""
    inside: dict[str, list[bool]] = {"each segment": [], "everybody": [], "the chosen set": []}
    for one in shops:
        profit = one.answers * REVENUE - one.size * COST
        looks = [(s.outlook, p, "each segment") for s, p in zip(one.plan.segments, profit)]  # noqa: B905
        looks.append((one.plan.everybody, profit.sum(), "everybody"))
        if one.contacts.any():
            looks.append((one.plan.chosen, profit[one.contacts > 0].sum(), "the chosen set"))
        for look_, came, name in looks:
            low, high = look_.profit_low, look_.profit_high
            inside[name].append(low is not None and high is not None and low <= came <= high)
    return {name: float(np.mean(hits)) for name, hits in inside.items()}


def standard(X: Floats) -> Floats:
    """Return columns of mean 0 and variance 1."""
    return np.asarray((X - X.mean(axis=0)) / X.std(axis=0))


def judged(Z: Floats, k: int, names: list[str]) -> tuple[Artefact, ...]:
    """Return what is odd about the K-Means segments of an array."""
    return find_artefacts(Z, kmeans.fit(Z, k, seed=0).labels, names)


def of_planted(runs: int) -> tuple[int, int]:
    """Return on how many planted tables nothing is said, and of how many planted dummies it is.

    The dummy is a coin beside two planted groups, one-hot encoded as tables have it, and K is 4.
    """
    silent = spoken = 0
    for seed in range(runs):
        X, truth = planted(seed, n=1_500)
        names = [f"c{j}" for j in range(X.shape[1])]
        silent += not judged(standard(X), int(truth.max()) + 1, names)
        X, _ = planted(seed, n=1_500, k=2)
        coin = np.random.default_rng(seed).integers(0, 2, len(X)).astype(float)
        Z = standard(np.column_stack([X, coin, 1 - coin]))
        names = [*(f"c{j}" for j in range(X.shape[1])), "heads", "tails"]
        spoken += any(
            a.code == "dummy" and a.columns == ("heads", "tails") for a in judged(Z, 4, names)
        )
    return silent, spoken


def of_notebook(table: Path) -> list[str]:
    """Return what is odd about the notebook pipeline's segments of a table."""
    columns = reference.encode(reference.clean(reference.load(table)))
    labels = reference.cluster(reference.embed(columns.to_numpy())[0]).labels_
    Z = standard(columns.to_numpy())
    return [f"{a.code}: {', '.join(a.columns)}" for a in find_artefacts(Z, labels, list(columns))]


def told(source: Path, run: Run) -> None:
    """Print how exactly explanations add up, and how faithful the rules are, on all customers."""
    recipe, book = run.model.recipe, run.rulebook
    assert book is not None
    with open_source(source) as opened:
        customers = CustomerArrays(look(opened))
        customers.draw_sample()
        sql = query_text(rulebook_steps(run.model, book), SOURCE, "shop", "duckdb")
        opened.here.backend.con.execute(
            f"CREATE VIEW shop AS SELECT * EXCLUDE (__row__) FROM ({opened.here.compile(opened.table)})"  # noqa: E501
        )
        answers = dict(opened.here.rows(f"SELECT customer_id, segment_id FROM ({sql})"))
    X = customers.sample[:, : len(recipe.features)]
    Z, centers = prepare.apply_recipe(X, recipe), np.array(run.model.centroids)
    found = why(Z, centers)
    every = np.sort(((Z[:, None, :] - centers) ** 2).sum(axis=2), axis=1)
    worst = float(np.abs(found.parts.sum(axis=1) - (every[:, 1] - every[:, 0])).max())
    mine = apply_rules(X, book)
    assert customers.ids is not None
    same = sum(
        answers[i] == s for i, s in zip(customers.ids.to_pylist(), mine.tolist(), strict=True)
    )
    print(f"  explanations: {len(Z):,} customers, largest error of a sum {worst:.1e}")
    print(
        f"  rules: {len(book.rules)}, fidelity {book.fidelity:.3f} ({book.method}, {book.rows:,} "
        f"rows), SQL as Python for {same:,} of {len(mine):,}"
    )
    print(f"  artefacts of SmartCart's own segments: {[a.code for a in run.artefacts]}")


def main() -> int:
    """Print all figures; return 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("tables", nargs="*", type=Path)
    parser.add_argument("--shops", type=int, default=200)
    given = parser.parse_args()
    tables = given.tables or [p for p in [TABLES / "smartcart_customers.csv"] if p.exists()]
    with tempfile.TemporaryDirectory() as folder:
        synthetic = Path(folder) / "synthetic.csv"
        write_customers(synthetic, 3_000, seed=0)
        for place, table in enumerate([*tables, synthetic]):
            out = Path(folder) / str(place)
            out.mkdir()
            run = workflows.segment(table, out)
            print(table.name)
            told(table, run)
            print(f"  artefacts of the notebook's segments: {of_notebook(table)}")
            rates = run.outcomes[0].rates
            tried = backtest(
                [r.positives for r in rates],
                [r.customers for r in rates],
                cost=COST,
                revenue=REVENUE,
            )
            print(
                f"  plan of one half tried on the other ({run.outcomes[0].column}): "
                f"{tried.over_everybody:+,.0f} per 1,000 customers over contacting everybody "
                f"({tried.over_everybody_low:+,.0f} to {tried.over_everybody_high:+,.0f}), better "
                f"in {tried.over_everybody_share:.0%} of {tried.repeats}; over nobody "
                f"{tried.over_nobody:+,.0f} ({tried.over_nobody_low:+,.0f} to "
                f"{tried.over_nobody_high:+,.0f})"
            )
    with kmeans.single_thread():
        silent, spoken = of_planted(20)
    print(f"planted tables: silent on {silent} of 20 without, speaks of {spoken} of 20 dummies")
    shops = [shop(seed) for seed in range(given.shops)]
    print(f"{len(shops)} shops of known rates")
    for name, share in coverage(shops).items():
        print(f"  90% intervals of profit, {name}: {share:.1%} hold what came")
    mine, best = sum(s.true_profit(s.contacts) for s in shops), sum(s.best for s in shops)
    print(f"  true profit of the chosen sets: {mine / best:.1%} of the best possible")
    beyond = sum(s.true_profit(s.contacts) < -(s.plan.chosen.shortfall or 0.0) for s in shops)
    print(f"  true loss beyond the stated risk: {beyond} of {len(shops)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
