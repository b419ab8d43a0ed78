"""Every known export of a shop system is recognised, and read to the cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import smartcart
from layouts.form import Export, layout_of
from layouts.shop import Shop, save, shop, shuffled
from layouts.shops import HEADERS, export
from smartcart.errors import DataError
from smartcart.layouts import LAYOUTS, Layout, column_key, find_layout
from smartcart.layouts.shops import SHOPS
from smartcart.tables.vocabulary import MEANINGS

BY_CHOICE = {("woo_algol", "currency"), ("odoo_orders", "states")}  # columns that users add
ROWS = {layout.name: layout for layout in SHOPS}


@pytest.fixture(scope="module")
def made() -> Shop:
    return shop()


WAITING: dict[str, str] = {}  # what reading a known export does not yet do; see the reasons


def exports(names: Iterable[str]) -> list[Any]:
    """Return the names as parameters; those that wait for something must fail until it is there."""
    return [
        pytest.param(
            name,
            id=name,
            marks=[pytest.mark.xfail(strict=True, reason=WAITING[layout_of(name)])]
            if layout_of(name) in WAITING
            else [],
        )
        for name in names
    ]


def read(written: Export, path: Path) -> None:
    """Assert that a file is read as what it is: layout, kind, customers, orders, money."""
    save(written.table, path, separator=written.separator, mark=written.mark)
    layout = find_layout(list(written.table.columns))
    assert layout is not None
    if written.truth is None:
        why = layout.platform if layout.kind == "nobody" else "no column says what customers do"
        with pytest.raises(DataError, match=why):
            smartcart.check(path)
        return
    seen = smartcart.check(path)
    assert seen.contract.kind == layout.kind
    assert seen.ledger.segmented == written.truth.customers
    if layout.kind == "orders":
        assert seen.receipt is not None
        assert seen.receipt.layout == layout.name
        assert seen.receipt.certainty == "known layout"
        assert seen.ledger.orders == written.truth.orders
        assert seen.ledger.revenue is not None
        assert round(seen.ledger.revenue, 2) in written.truth.revenue.values()
        return
    columns = {column_key(c.name): c for c in seen.contract.columns}
    for name, wanted in layout.roles.items():
        column = columns.get(column_key(name))
        if column is None or column.meaning in {"empty", "constant"}:
            continue
        role, _, meaning = wanted.partition(":")
        assert column.role == role, name
        assert role == "dropped" or meaning in {"", column.meaning}, name


@pytest.mark.parametrize("name", exports(HEADERS))
def test_an_export_is_read_as_its_layout_says(made, name, tmp_path) -> None:
    read(export(name, made), tmp_path / "export.csv")


@pytest.mark.parametrize("name", exports(ROWS))
def test_neither_the_order_of_columns_nor_unknown_ones_change_a_reading(
    made, name, tmp_path
) -> None:
    written = export(next(n for n in HEADERS if layout_of(n) == name), made)
    other = Export(shuffled(written.table), written.truth, written.separator, written.mark)
    read(other, tmp_path / "export.csv")


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_is_that_of_one_layout(name) -> None:
    found = find_layout(HEADERS[name])
    assert found is not None
    assert found.name == layout_of(name)
    assert [one.name for one in LAYOUTS if one.matches(HEADERS[name])] == [found.name]


@pytest.mark.parametrize("name", HEADERS)
def test_an_export_without_a_column_of_its_signature_is_not_recognised(name) -> None:
    layout = ROWS[layout_of(name)]
    for column in layout.signature:
        rest = [c for c in HEADERS[name] if column_key(c) != column_key(column)]
        assert not layout.matches(rest), column


def test_every_row_has_an_export_and_a_name_of_its_own() -> None:
    assert {layout_of(name) for name in HEADERS} == set(ROWS)
    assert max(Counter(one.name for one in LAYOUTS).values()) == 1


@pytest.mark.parametrize("layout", SHOPS, ids=lambda one: one.name)
def test_a_row_names_columns_that_its_exports_have(layout: Layout) -> None:
    """A slip in a name would be passed over in silence: each part is in one of the headers."""
    known = {
        column_key(c) for name in HEADERS if layout_of(name) == layout.name for c in HEADERS[name]
    }
    parts = {
        "order": layout.order,
        "day": layout.day,
        "paid": layout.paid,
        "customer": layout.customer,
        "quantity": layout.quantity,
        "unit_price": layout.unit_price,
        "product": layout.product,
        "signature": layout.signature,
        "refunded": layout.refunded,
        "states": tuple(layout.states),
        "currency": layout.currency,
        "channel": layout.channel,
        "mail": layout.mail,
        "cancelled_on": layout.cancelled_on,
        "discount": layout.discount,
    }
    for part, names in parts.items():
        if names and (layout.name, part) not in BY_CHOICE:
            assert {column_key(n) for n in names} & known, part


@pytest.mark.parametrize("layout", SHOPS, ids=lambda one: one.name)
def test_a_row_is_whole(layout: Layout) -> None:
    assert 3 <= len(layout.signature) <= 7
    assert layout.structure
    assert layout.source
    assert not layout.confirmed or "memory" not in layout.source
    if layout.kind == "orders":
        assert all((layout.customer, layout.order, layout.day, layout.paid, layout.days))
        if layout.nobody:
            assert all(word == word.lower() for word in layout.nobody)
    for told in layout.states.values():
        assert set(told.values()) <= {"sold", "cancelled", "returned", "unpaid", "other"}
        assert all(value == value.lower() for value in told)
    for role in layout.roles.values():
        word, _, meaning = role.partition(":")
        assert word in {"id", "forms", "describes", "sensitive", "outcome", "dropped"}
        assert not meaning or meaning in MEANINGS
