"""Numbers of Arrow as arrays, by their memory: Arrow's own way loads pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["numbers_of"]


def numbers_of(column: pa.Array | pa.ChunkedArray) -> NDArray[np.generic]:
    """Return a column (n,) of whole or floating numbers as an array, NaN where it is null.

    Whole numbers stay whole where none is null. The array may share the column's memory.

    Raises
    ------
    TypeError : of another type, whose memory holds other than one number after the other.

    >>> import pyarrow as pa
    >>> numbers_of(pa.chunked_array([[1, 2], [3]])).tolist(), numbers_of(pa.array([1, None]))
    ([1, 2, 3], array([ 1., nan]))
    """
    from pyarrow import types

    array = column if hasattr(column, "buffers") else column.combine_chunks()
    here = slice(array.offset, array.offset + len(array))
    if not (types.is_integer(array.type) or types.is_floating(array.type)):
        raise TypeError(f"{array.type} is no type of whole or floating numbers")
    known, values = array.buffers()
    found = np.frombuffer(values or b"", array.type.to_pandas_dtype())[here]
    if not array.null_count:
        return found
    bits = np.unpackbits(np.frombuffer(known, np.uint8), bitorder="little")[here]
    return np.where(bits, found, np.nan)
