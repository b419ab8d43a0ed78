"""Synthetic shops with planted segments: no real data, any size, streaming."""

from smartcart.datasets.behaviours import BEHAVIOURS, Behaviour
from smartcart.datasets.customers import (
    COLUMNS,
    CustomerChunk,
    customer_tables,
    customers,
    write_customers,
)
from smartcart.datasets.orders import (
    ORDER_COLUMNS,
    order_tables,
    order_truth,
    orders,
    write_orders,
)
from smartcart.datasets.planted import SEGMENTS, PlantedSegment

__all__ = [
    "BEHAVIOURS",
    "COLUMNS",
    "ORDER_COLUMNS",
    "SEGMENTS",
    "Behaviour",
    "CustomerChunk",
    "PlantedSegment",
    "customer_tables",
    "customers",
    "order_tables",
    "order_truth",
    "orders",
    "write_customers",
    "write_orders",
]
