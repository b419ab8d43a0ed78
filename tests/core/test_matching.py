"""Pairs that cost least together, with SciPy's solver as the oracle: the same pairs, ties too."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from smartcart.core.matching import cheapest_pairs


def oracle(cost):
    rows, columns = linear_sum_assignment(cost)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True)]


KINDS = {
    "no two the same": lambda rng, shape: rng.normal(size=shape),
    "many the same": lambda rng, shape: rng.integers(0, 3, shape).astype(float),
    "most not allowed": lambda rng, shape: np.where(rng.random(shape) < 0.3, 1.0, 1e6),
    "names and their scores": lambda rng, shape: (
        -np.where(
            rng.random(shape) < 0.3, 100.0 - np.arange(shape[1]) + rng.integers(0, 3, shape), 0.0
        )
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_pairs_are_those_of_scipy(kind: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(60):
        shape = tuple(int(n) for n in rng.integers(1, 15, 2))
        cost = KINDS[kind](rng, shape)
        before = cost.copy()
        assert cheapest_pairs(cost) == oracle(cost), cost
        np.testing.assert_array_equal(cost, before)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1), (1, 4), (4, 1)])
def test_of_few_rows_or_columns(shape: tuple[int, int]) -> None:
    cost = np.arange(float(np.prod(shape))).reshape(shape)
    assert cheapest_pairs(cost) == oracle(cost)
