"""Straight-line functions from a source to a result: look, segment, finish, load."""

from smartcart.workflows.finish import finish, write_report
from smartcart.workflows.look import inspect
from smartcart.workflows.look_orders import order_options
from smartcart.workflows.models import load
from smartcart.workflows.segment import segment

__all__ = ["finish", "inspect", "load", "order_options", "segment", "write_report"]
