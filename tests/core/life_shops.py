"""Synthetic shops as standardized arrays."""

from __future__ import annotations

import numpy as np

from smartcart.datasets import customer_tables


def shop(seed, rows=1_500):
    """Return the behaviour of a synthetic shop's customers, (rows, 7), standardized."""
    table = customer_tables(rows, seed=seed)[0].to_pandas()
    spend = table.filter(like="Mnt")
    total = spend.sum(axis=1)
    counts = ["Deals", "Web", "Catalog", "Store"]
    columns = [np.log1p(total), *(table[f"Num{name}Purchases"] for name in counts)]
    columns += [table["NumWebVisitsMonth"], spend["MntWines"] / total.clip(lower=1)]
    X = np.column_stack(columns).astype(float)
    return (X - X.mean(axis=0)) / X.std(axis=0)
