"""Columns of Arrow become arrays by their memory, and only columns of numbers do."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from smartcart.engines.arrow_numbers import numbers_of


def test_numbers_are_read_with_their_offset_and_their_nulls() -> None:
    whole = pa.array([1, 2, None, 4], pa.int32())
    np.testing.assert_array_equal(numbers_of(whole[1:]), [2.0, np.nan, 4.0])
    assert numbers_of(whole[:2]).dtype == np.int32
    parts = pa.chunked_array([[0.5, None], [], [2.5]], pa.float64())
    np.testing.assert_array_equal(numbers_of(parts), [0.5, np.nan, 2.5])
    assert numbers_of(pa.chunked_array([], pa.float64())).size == 0


@pytest.mark.parametrize("other", [[True, False], ["a"], [None], [dt.date(2024, 1, 1)]])
def test_what_is_no_number_is_refused(other) -> None:
    with pytest.raises(TypeError, match="is no type of whole or floating numbers"):
        numbers_of(pa.array(other))
