"""The columns of a list of customers, each with how a batch gives it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import pyarrow as pa

from smartcart.audiences.destinations import Destination
from smartcart.audiences.identifiers import hashed

__all__ = ["Columns", "Platform", "as_wanted", "columns_of"]

Platform = Literal["google", "meta"]
Columns = dict[str, Callable[[pa.RecordBatch], pa.Array]]


def columns_of(
    output: Path, kinds: Sequence[str], changes: bool, hash_contacts: bool, platform: Platform
) -> Columns:
    """Return the columns of the file, each with how a batch gives it."""

    def plain(name: str) -> Callable[[pa.RecordBatch], pa.Array]:
        return lambda batch: batch[name]

    def secret(name: str) -> Callable[[pa.RecordBatch], pa.Array]:
        return lambda batch: pa.array(
            [hashed(cell, platform) for cell in batch[name].to_pylist()], pa.string()
        )

    reach = {
        f"{kind}_sha256" if hash_contacts else kind: (secret if hash_contacts else plain)(kind)
        for kind in kinds
    }
    if output.suffix.lower() == ".txt":
        if not reach:
            return {"customer_id": plain("customer_id")}
        return {" or ".join(reach): lambda batch: _first([f(batch) for f in reach.values()])}
    names = ["customer_id", "segment", "confidence", *(["change"] if changes else [])]
    return {**{name: plain(name) for name in names}, **reach}


def as_wanted(columns: Columns, goal: Destination) -> Columns:
    """Return the columns that a platform takes, by the names that it documents."""
    mark = "_sha256" if goal.hashing else ""
    there = {goal.email: f"email{mark}", goal.phone or "": f"phone{mark}"}
    if goal.segment is not None:
        there[goal.segment] = "segment"
    return {name: columns[own] for name, own in there.items() if name and own in columns}


def _first(columns: Sequence[pa.Array]) -> pa.Array:
    import pyarrow.compute as pc

    return pc.coalesce(*columns)
