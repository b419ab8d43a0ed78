"""Engines: open a source, stream its rows, keep results; no mathematics."""

from __future__ import annotations

from smartcart.engines.intake import Opened, open_source
from smartcart.engines.spark_source import open_on_spark

__all__ = ["Opened", "open_on_spark", "open_source"]
