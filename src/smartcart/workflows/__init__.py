"""Straight-line functions from a source to a result: look, segment, score, finish, load."""

from smartcart.inspection.customer_table import inspect
from smartcart.inspection.order_log import order_options
from smartcart.workflows.customer_features import feature_frame, write_features
from smartcart.workflows.finish import finish, write_report
from smartcart.workflows.models import load
from smartcart.workflows.query import sql
from smartcart.workflows.request import SegmentRequest
from smartcart.workflows.score import assign, score
from smartcart.workflows.segment import segment

__all__ = [
    "SegmentRequest",
    "assign",
    "feature_frame",
    "finish",
    "inspect",
    "load",
    "order_options",
    "score",
    "segment",
    "sql",
    "write_features",
    "write_report",
]
