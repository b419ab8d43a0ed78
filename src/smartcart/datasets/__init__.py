"""Synthetic shops with planted segments: no real data, any size, streaming."""

from smartcart.datasets.customers import (
    COLUMNS,
    CustomerChunk,
    customer_tables,
    customers,
    write_customers,
)
from smartcart.datasets.planted import SEGMENTS, PlantedSegment

__all__ = [
    "COLUMNS",
    "SEGMENTS",
    "CustomerChunk",
    "PlantedSegment",
    "customer_tables",
    "customers",
    "write_customers",
]
