"""The exports of shop systems, each under its header, filled from a made-up shop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from layouts import hosted, magento, prestashop, shopify, woocommerce
from layouts.form import Export, layout_of
from layouts.shop import Shop

HEADERS = {
    name: columns.split("|")
    for name, _, columns in (
        line.partition(": ")
        for line in (Path(__file__).parent / "headers_shops.txt").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    )
}


def export(name: str, made: Shop) -> Export:
    """Return the export of this name (a line of ``headers_shops.txt``)."""
    return BUILDERS[layout_of(name)](name, HEADERS[name], made)


Builder = Callable[[str, list[str], Shop], Export]
BUILDERS: dict[str, Builder] = {
    "shopify_orders": shopify.shopify_orders,
    "squarespace_orders": shopify.squarespace_orders,
    "shopify_customers": shopify.shopify_customers,
    "shopify_customers_email": shopify.shopify_customers,
    "shopify_sales_by_customer": shopify.shopify_sales_by_customer,
    "shopify_product_report": shopify.shopify_product_report,
    "shopify_order_report": shopify.shopify_order_report,
    "woo_analytics_orders": woocommerce.woo_analytics_orders,
    "woo_analytics_customers": woocommerce.woo_analytics_customers,
    "woo_webtoffee": woocommerce.woo_webtoffee,
    "woo_algol": woocommerce.woo_algol,
    "woo_skyverge": woocommerce.woo_skyverge,
    "woo_skyverge_import": woocommerce.woo_skyverge,
    "woo_skyverge_legacy_import": woocommerce.woo_skyverge,
    "woo_skyverge_legacy": woocommerce.woo_skyverge,
    "magento_orders": magento.magento_orders,
    "magento1_orders": magento.magento_orders,
    "magento_customers": magento.people_only,
    "magento_customers_file": magento.people_only,
    "opencart_orders": magento.opencart_orders,
    "opencart_admin": magento.opencart_orders,
    "opencart_order_products": magento.lines_of_nobody,
    "prestashop_order_details": magento.lines_of_nobody,
    "volusion_order_details": magento.lines_of_nobody,
    "prestashop_orders": prestashop.prestashop_orders,
    "prestashop_orders_french": prestashop.prestashop_orders,
    "prestashop_orders_spanish": prestashop.prestashop_orders,
    "prestashop_orders_italian": prestashop.prestashop_orders,
    "prestashop_customers": prestashop.prestashop_customers,
    "prestashop_database": prestashop.prestashop_database,
    "shopware5_orders": prestashop.shopware5_orders,
    "shopware5_customers": magento.people_only,
    "shopware6_orders": prestashop.shopware6_orders,
    "bigcommerce_orders": hosted.bigcommerce_orders,
    "bigcommerce_customers": magento.people_only,
    "wix_orders": hosted.wix_orders,
    "wix_orders_old": hosted.wix_orders,
    "wix_contacts": magento.people_only,
    "odoo_orders": hosted.odoo_orders,
    "odoo_order_lines": hosted.odoo_orders,
    "odoo_quotations": hosted.odoo_orders,
    "odoo_fields": hosted.odoo_orders,
    "odoo_pos": hosted.odoo_orders,
    "volusion_orders": hosted.volusion_orders,
    "ecwid_orders": hosted.ecwid_orders,
    "bigcartel_orders": hosted.bigcartel_orders,
}
