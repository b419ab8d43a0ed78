"""Exports of payments."""

from __future__ import annotations

from smartcart.layouts.layout import Layout

__all__ = ["PAYMENTS"]

PAYMENTS: tuple[Layout, ...] = ()
