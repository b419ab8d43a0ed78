"""Small K-Means fits, many at once."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from smartcart.core.k_lloyd import best_of, best_of_each, drawn_starts, for_each, lloyd, plus_plus


def _table(rng: np.random.Generator, n: int, p: int) -> np.ndarray:
    return rng.normal(size=(n, p)) + 4 * rng.integers(0, 3, size=(n, 1))


@pytest.mark.parametrize(("k", "n", "tables"), [(2, 50, 1), (3, 211, 5), (7, 1_500, 12)])
def test_fits_of_several_tables_side_by_side_are_those_of_each_alone(k, n, tables):
    """Digit for digit, though tables stop after different numbers of passes."""
    rng = np.random.default_rng(k)
    Z = np.stack([_table(rng, n, 4) for _ in range(tables)])
    weights = rng.multinomial(n, np.full(n, 1 / n), size=(tables, 3)).astype(float)
    starts = np.stack(
        [drawn_starts([one] * 2, w, k, rng) for one, w in zip(Z, weights, strict=True)]
    )
    together = best_of_each(Z, weights, starts)
    for place in range(tables):
        alone = best_of(Z[place], weights[place], starts[place])
        for both, one in zip(together, alone, strict=True):
            assert np.array_equal(both[place], one)


def test_fits_on_tables_of_their_own_are_those_of_each_alone():
    rng = np.random.default_rng(1)
    clouds = np.stack([_table(rng, 300, 3) for _ in range(4)])
    weights = np.ones((4, 300))
    starts = np.stack(drawn_starts(clouds, np.ones((2, 300)), 5, rng), axis=1)
    together = best_of(clouds, weights, starts)
    passes = lloyd(clouds, weights, starts[0])
    for place in range(4):
        alone = best_of(clouds[place], weights[:1], starts[:, place : place + 1])
        one = lloyd(clouds[place], weights[:1], starts[0, place : place + 1])
        assert np.array_equal(together[1][place], alone[1][0])
        assert np.array_equal(passes[1][place], one[1][0])
        np.testing.assert_allclose(together[2][place], alone[2][0], rtol=1e-5)


def test_several_starts_are_those_drawn_one_after_the_other():
    first, second = np.random.default_rng(2), np.random.default_rng(2)
    Z = _table(first, 400, 3)
    second.bit_generator.state = first.bit_generator.state
    weights = np.ones((3, 400))
    together = drawn_starts([Z] * 4, weights, 6, first)
    assert np.array_equal(together, [plus_plus(Z, weights, 6, second) for _ in range(4)])


def test_tasks_of_a_task_stay_on_its_thread():
    def inner(_: int) -> int:
        return threading.get_ident()

    def outer(_: int) -> bool:
        return set(for_each(inner, range(4))) == {threading.get_ident()}

    assert all(for_each(outer, range(4)))
    assert threading.get_ident() not in for_each(inner, range(4))
