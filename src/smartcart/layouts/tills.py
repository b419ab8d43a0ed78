"""Exports of tills."""

from __future__ import annotations

from smartcart.layouts.layout import Layout

__all__ = ["TILLS"]

TILLS: tuple[Layout, ...] = ()
