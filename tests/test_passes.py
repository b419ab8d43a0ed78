"""A pass over batches: in order, a few at a time, and its errors arrive."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from smartcart import store
from smartcart.core.profile import ProfileSums
from smartcart.engines.passes import AHEAD, in_order


def test_results_come_in_order_whatever_takes_longer():
    def slow_first(n: int) -> int:
        time.sleep(0.02 if n == 0 else 0)
        return -n

    assert list(in_order(slow_first, range(20))) == [-n for n in range(20)]


def test_few_items_are_drawn_ahead():
    drawn: list[int] = []

    def items():
        for n in range(100):
            drawn.append(n)
            yield n

    pass_ = in_order(lambda n: n, items())
    next(pass_)
    assert len(drawn) <= (os.cpu_count() or 1) + AHEAD + 1
    pass_.close()
    assert len(drawn) < 100


def test_an_error_of_a_task_arrives():
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda n: 1 // (3 - n), range(10)))


def test_an_error_of_the_source_arrives():
    def broken():
        yield 1
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(in_order(lambda n: n, broken()))


def test_sums_of_parts_are_the_sums_of_all():
    rng = np.random.default_rng(0)
    X, labels = rng.normal(5, 2, (1000, 3)), rng.integers(0, 4, 1000)
    X[::7, 1] = np.nan
    far = rng.random(1000)
    whole, parts = ProfileSums.empty(4, X[0]), ProfileSums.empty(4, X[0])
    whole.add(X, labels, far, 1 - far)
    for part in np.array_split(np.arange(1000), 7):
        some = ProfileSums.empty(4, X[0])
        some.add(X[part], labels[part], far[part], 1 - far[part])
        parts.merge(some)
    for name in ("count", "total", "square", "size", "confidence", "distance"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-12)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full")
def test_a_batch_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "segments.csv").symlink_to("/dev/full")
    ids, numbers = pa.array(np.arange(50_000)), np.ones(50_000)
    with (
        pytest.raises(OSError, match="No space"),
        store.assignments(tmp_path, ["a"], parquet=False) as write,
    ):
        for _ in range(3):
            write(ids, numbers, numbers, numbers)
