"""Values whose types only their writer knows: JSON as it is read, the rows of a query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

__all__ = ["CustomerColumns", "JsonObject", "ResultRow", "SqlRow"]

# An object of JSON as it was read: whoever takes a value out knows, or checks, what it is.
JsonObject: TypeAlias = dict[str, Any]

# A row of a result: Python values by the names of the columns that the query gave them.
ResultRow: TypeAlias = dict[str, Any]

# A row of a result in the order of its columns.
SqlRow: TypeAlias = tuple[Any, ...]

# Columns of a batch of customers by name, arrays of equal length: of NumPy, of Arrow, or both of
# numbers and of where they are known.
CustomerColumns: TypeAlias = Mapping[str, Any]
