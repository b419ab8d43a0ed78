"""Exports of marketing."""

from __future__ import annotations

from smartcart.layouts.layout import Layout

__all__ = ["MARKETING"]

MARKETING: tuple[Layout, ...] = ()
