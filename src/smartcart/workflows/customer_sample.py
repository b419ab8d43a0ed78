"""Customers of a later source as a model sees them: a sample, chosen by a hash of the id."""

from __future__ import annotations

import ibis
import numpy as np
from numpy.typing import NDArray

from smartcart.core import prepare
from smartcart.records import Model
from smartcart.tables import features
from smartcart.workflows.customer_arrays import matrix
from smartcart.workflows.score import Ready

__all__ = ["SAMPLE_ROWS", "sampled"]

Floats = NDArray[np.float64]

SAMPLE_ROWS = 5_000
HASH_BITS = 24


def sampled(ready: Ready, model: Model, rows: int) -> tuple[list[str], Floats]:
    """Return ids and standardized features of about ``SAMPLE_ROWS`` of ``rows`` customers.

    The same customers are chosen whatever their order, in this source or in another.
    """
    table = features.feature_table(ready.usable, ready.contract, model.recipe.features)
    key = table["customer_id"].cast("string")
    if rows > SAMPLE_ROWS:
        share = int(SAMPLE_ROWS / rows * 2**HASH_BITS)
        table = table.filter((key.hash() & ibis.literal(2**HASH_BITS - 1)) < share)
    drawn = ready.engine.arrow(table.order_by("customer_id"))
    X = matrix(drawn, len(model.recipe.features))
    keys = [str(one) for one in drawn["customer_id"].to_pylist()]
    return keys, prepare.apply_recipe(X, model.recipe)
