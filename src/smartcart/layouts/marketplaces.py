"""Exports of marketplaces."""

from __future__ import annotations

from smartcart.layouts.layout import Layout

__all__ = ["MARKETPLACES"]

MARKETPLACES: tuple[Layout, ...] = ()
