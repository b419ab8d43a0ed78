"""The recipe and the evidence for K of one sample: what takes the time between read and assign."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from smartcart.core import choose_k, prepare
from smartcart.records import Feature, Recipe

__all__ = ["gather"]

DIGITS = 9  # of standardized numbers


def gather(
    X: NDArray[np.float64],
    features: Sequence[Feature],
    weight: NDArray[np.float64],
    k: int | None,
    k_max: int,
    seed: int,
    tell: Callable[[str], None],
) -> tuple[Recipe, choose_k.KChoice]:
    """Fit the recipe of ``features`` to X (n, p) in original units, and choose K on what it gives.

    ``tell`` is called with the name of each step. Errors are those of ``fit_recipe`` and
    ``choose_k``.
    """
    recipe = prepare.fit_recipe(X, features, weight)
    # money in another unit leaves other last digits, and rows would be sorted by them
    Z = np.round(prepare.apply_recipe(X, recipe), DIGITS)
    choice = choose_k.choose_k(Z, k_max=k_max, seed=seed, k=k, sample_weight=weight, progress=tell)
    return recipe, choice
