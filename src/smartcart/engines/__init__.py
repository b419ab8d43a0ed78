"""Engines: open a source, stream its rows, keep results; no mathematics."""

from __future__ import annotations

from smartcart.engines.intake import Opened, open_source

__all__ = ["Opened", "open_source"]
