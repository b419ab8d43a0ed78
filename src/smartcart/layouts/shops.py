"""Exports of shop systems: a module for each family, put together here."""

from __future__ import annotations

from smartcart.layouts.layout import Layout
from smartcart.layouts.shops_hosted import BIGCARTEL, BIGCOMMERCE, ECWID, VOLUSION, WIX
from smartcart.layouts.shops_magento import MAGENTO, OPENCART
from smartcart.layouts.shops_odoo import ODOO
from smartcart.layouts.shops_prestashop import PRESTASHOP, SHOPWARE
from smartcart.layouts.shops_shopify import SHOPIFY, SQUARESPACE
from smartcart.layouts.shops_woocommerce import WOOCOMMERCE

__all__ = ["SHOPS"]

SHOPS: tuple[Layout, ...] = (
    *SHOPIFY,
    *WOOCOMMERCE,
    *MAGENTO,
    *PRESTASHOP,
    *BIGCOMMERCE,
    *SQUARESPACE,
    *WIX,
    *OPENCART,
    *ODOO,
    *SHOPWARE,
    *VOLUSION,
    *ECWID,
    *BIGCARTEL,
)
