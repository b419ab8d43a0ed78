"""Arrays as Arrow, by their memory: Arrow's own way loads pandas to ask whether they are its."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["days", "known", "numbers", "plain", "words"]


def numbers(values: NDArray[np.generic]) -> pa.Array:
    """Return (n,) numbers or booleans as an Arrow array; NaN stays NaN.

    >>> import numpy as np
    >>> numbers(np.array([1, 2], dtype=np.int32)).to_pylist()
    [1, 2]
    >>> numbers(np.array([True, False, True])).to_pylist()
    [True, False, True]
    """
    return _array(values, None)


def known(values: NDArray[np.floating]) -> pa.Array:
    """Return (n,) numbers as an Arrow array, those that are NaN as nothing.

    >>> import numpy as np
    >>> known(np.array([1.5, np.nan])).to_pylist()
    [1.5, None]
    """
    return _array(values, ~np.isnan(values))


def days(numbers: NDArray[np.int32], told: NDArray[np.bool_]) -> pa.Array:
    """Return days since 1970 (n,) as Arrow dates, nothing where they are not ``told``.

    >>> import numpy as np
    >>> days(np.array([1, 2], dtype=np.int32), np.array([False, True])).to_pylist()
    [None, datetime.date(1970, 1, 3)]
    """
    import pyarrow as pa

    return _array(numbers.astype(np.int32), told).view(pa.date32())


def _array(values: NDArray[np.generic], there: NDArray[np.bool_] | None) -> pa.Array:
    """Return (n,) values as an Arrow array, nothing where they are not ``there``."""
    import pyarrow as pa

    array = np.ascontiguousarray(values)
    if array.dtype == np.bool_:
        held, kind = np.packbits(array, bitorder="little"), pa.bool_()
    else:
        held, kind = array, pa.from_numpy_dtype(array.dtype)
    bits = None
    if there is not None and not there.all():
        bits = pa.py_buffer(np.packbits(there, bitorder="little"))
    return pa.Array.from_buffers(kind, len(array), [bits, pa.py_buffer(held)])


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a record batch whose dictionaries are their values.

    >>> import pyarrow as pa
    >>> told = pa.DictionaryArray.from_arrays(pa.array([1, 0]), words(["a", "b"]))
    >>> plain(pa.record_batch([told], names=["x"])).to_pydict()
    {'x': ['b', 'a']}
    """
    import pyarrow as pa

    columns = [c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for c in batch]
    return pa.record_batch(columns, names=batch.schema.names)


def words(values: Sequence[str]) -> pa.Array:
    """Return texts as an Arrow array.

    >>> words(["a", "", "über"]).to_pylist()
    ['a', '', 'über']
    """
    import pyarrow as pa

    told = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, told)]).astype(np.int32)
    parts = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(told))]
    return pa.Array.from_buffers(pa.string(), len(told), parts)
