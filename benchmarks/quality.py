"""SmartCart and the notebook pipeline side by side, judged by the same figures.

Per table: K, bootstrap ARI and Jaccard per segment (refit on resamples, everybody assigned), the
out-of-fold AUC of predicting who responds from segment membership alone, and the share of the
variance of spend that lies between segments (eta²).

    python benchmarks/quality.py [TABLE ...] [--resamples 100]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

import reference_pipeline as reference
from measures import (
    Stability,
    bootstrap_ari,
    cramers_v,
    eta_squared,
    membership_auc,
)

TABLES = Path(__file__).parents[1].parent / "shared" / "data"
DEFAULT = ("smartcart_customers.csv", "marketing_campaign.csv")

Refit = Callable[[NDArray[np.int64]], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Side:
    """A segmentation to judge: rows of the table it covers, their labels, how to refit."""

    name: str
    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    refit: Refit
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one side on one table."""

    name: str
    customers: int
    k: int
    stability: Stability
    auc: dict[str, float]
    spend_eta2: float
    partner_v: float
    note: str


def reference_side(df: pd.DataFrame) -> Side:
    """Return the notebook pipeline's segments."""
    cleaned = reference.clean(df)
    columns = reference.encode(cleaned).to_numpy()
    labels = reference.cluster(reference.embed(columns)[0]).labels_.astype(np.int64)
    return Side("notebook", cleaned.index.to_numpy(), labels, reference.reference_refit(columns))


def smartcart_side(source: Path, df: pd.DataFrame, k: int | None = None) -> Side:
    """Return SmartCart's segments; a refit fits recipe and centroids anew, with K as found."""
    import smartcart
    from smartcart.core import kmeans, prepare

    found = smartcart.segment(str(source), k=k)
    customers = found.customers.set_index("customer_id")["segment_id"]
    ids, X = smartcart_matrix(source)
    place = pd.Series(np.arange(len(df)), index=df["ID"].astype(str))
    rows = place.loc[[str(i) for i in ids]].to_numpy()
    customers.index = customers.index.astype(str)
    labels = customers.loc[[str(i) for i in ids]].to_numpy().astype(np.int64)
    copies = df.drop(columns="ID").duplicated().to_numpy()[rows]
    forming = found.model.recipe.features

    def refit(drawn: NDArray[np.int64]) -> NDArray[np.int64]:
        weight = np.bincount(drawn, minlength=len(X)) * ~copies
        recipe = prepare.fit_recipe(X[drawn], forming, (~copies[drawn]).astype(float))
        Z = prepare.apply_recipe(X, recipe)
        fit = kmeans.fit(Z, found.k, seed=0, sample_weight=weight.astype(float))
        return np.asarray(fit.labels, dtype=np.int64)

    same = adjusted_rand_score(labels, refit(np.arange(len(X))))
    note = "" if same > 0.999 else f"refit on all rows gives ARI {same:.3f}, not 1"
    return Side("SmartCart", rows, labels, refit, "; ".join(filter(None, [found.verdict, note])))


def smartcart_matrix(source: Path) -> tuple[list[object], NDArray[np.float64]]:
    """Return the customer ids and the (n, p) forming features, in original units."""
    from smartcart.inspection.customer_table import look
    from smartcart.sources import open_source
    from smartcart.tables import features, quality

    with open_source(str(source)) as opened:
        seen = look(opened)
        contract, forming = seen.inspection.contract, seen.inspection.forming
        usable = quality.usable_rows(seen.clean, contract)
        drawn = opened.engine.arrow(features.feature_table(usable, contract, forming))
        X = np.column_stack(
            [drawn[f"f{i}"].to_numpy().astype(np.float64) for i in range(len(forming))]
        )
        return drawn["customer_id"].to_pylist(), X


def outcomes(df: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what segments should foretell: the response, and any of the five campaigns."""
    found = {}
    if "Response" in df:
        found["Response"] = df["Response"]
    accepted = [f"AcceptedCmp{i}" for i in range(1, 6)]
    if set(accepted) <= set(df.columns):
        found["AcceptedCmp1-5"] = df[accepted].max(axis=1)
    return found


def judge(side: Side, df: pd.DataFrame, *, resamples: int) -> Figures:
    """Compute the figures of one side."""
    covered = df.iloc[side.rows]
    spend = covered[[name for name in df.columns if name.startswith("Mnt")]].sum(axis=1)
    return Figures(
        name=side.name,
        customers=len(side.rows),
        k=len(np.unique(side.labels)),
        stability=bootstrap_ari(side.labels, side.refit, resamples=resamples),
        auc={name: membership_auc(side.labels, y) for name, y in outcomes(covered).items()},
        spend_eta2=eta_squared(side.labels, spend),
        partner_v=cramers_v(side.labels, covered["Marital_Status"].isin(reference.PARTNER)),
        note=side.note,
    )


def lines(sides: list[Figures]) -> list[tuple[str, ...]]:
    """Return the comparison as rows of text, a column per side."""

    def row(title: str, show: Callable[[Figures], str]) -> tuple[str, ...]:
        return (title, *(show(side) for side in sides))

    def jaccards(values: Mapping[int, float]) -> str:
        return " ".join(f"{value:.2f}" for value in sorted(values.values(), reverse=True))

    rows = [
        row("", lambda s: s.name),
        row("customers", lambda s: f"{s.customers:,}"),
        row("K", lambda s: str(s.k)),
        row("bootstrap ARI (mean)", lambda s: f"{s.stability.ari:.3f}"),
        row("bootstrap ARI (5% quantile)", lambda s: f"{s.stability.ari_low:.3f}"),
        row("Jaccard per segment", lambda s: jaccards(s.stability.jaccard)),
    ]
    rows += [
        row(f"AUC, {name}", lambda s, name=name: f"{s.auc[name]:.3f}") for name in sides[0].auc
    ]
    rows.append(row("eta² of spend", lambda s: f"{s.spend_eta2:.3f}"))
    rows.append(row("Cramér's V with partner/alone", lambda s: f"{s.partner_v:.3f}"))
    if any(side.note for side in sides):
        rows.append(row("note", lambda s: s.note or "-"))
    return rows


def show(rows: list[tuple[str, ...]]) -> str:
    """Return rows as aligned text."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="*", type=Path)
    parser.add_argument("--resamples", type=int, default=100)
    parser.add_argument("--k", type=int, help="SmartCart's K; without it the evidence decides")
    parser.add_argument("--only", choices=["smartcart", "notebook"])
    options = parser.parse_args(arguments)
    tables = options.tables or [TABLES / name for name in DEFAULT if (TABLES / name).exists()]
    if not tables:
        print("no table given, and none beside the checkout", file=sys.stderr)
        return 2
    for table in tables:
        df = reference.load(table)
        sides = []
        if options.only != "notebook":
            sides.append(smartcart_side(table, df, options.k))
        if options.only != "smartcart":
            sides.append(reference_side(df))
        judged = [judge(side, df, resamples=options.resamples) for side in sides]
        print(f"{table.name}\n{show(lines(judged))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
