"""Segmented tables as arrays, for the tests of why, rules, artefacts and fairness."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from conftest import shared_file
from smartcart import workflows
from smartcart.core import kmeans, prepare
from smartcart.datasets import write_customers
from smartcart.inspection.customer_table import look
from smartcart.records import Model
from smartcart.sources import open_source
from smartcart.workflows.customer_arrays import CustomerArrays


class Segmented(NamedTuple):
    """A run of the package, and the rows it was fitted on."""

    X: NDArray[np.float64]  # forming features, original units
    Z: NDArray[np.float64]
    labels: NDArray[np.int32]  # from 0
    weight: NDArray[np.float64]  # 0 for copies
    ids: NDArray[Any]
    model: Model


def segmented(source: Path, k: int | None = None) -> Segmented:
    """Run the package on ``source`` and return the arrays behind the model."""
    with tempfile.TemporaryDirectory() as folder:
        model = workflows.segment(source, Path(folder), k=k, k_max=6).model
    with open_source(source) as opened:
        table = CustomerArrays(look(opened))
        table.draw_sample()
    X = table.sample[:, : len(model.recipe.features)]
    Z = prepare.apply_recipe(X, model.recipe)
    labels, _, _ = kmeans.assign(Z, np.array(model.centroids))
    assert table.ids is not None
    ids = table.ids.to_numpy(zero_copy_only=False)
    return Segmented(X, Z, labels, table.weight, ids, model)


@cache
def smartcart_table() -> Segmented:
    """Return SmartCart's own table, or skip."""
    return segmented(shared_file("smartcart_customers.csv"))


@cache
def synthetic_shop(rows: int = 1_500, seed: int = 3) -> Segmented:
    """Return a synthetic shop."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.csv"
        write_customers(path, rows, seed=seed)
        return segmented(path)
