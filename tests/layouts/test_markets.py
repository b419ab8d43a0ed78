"""Exports of markets, tills, payments, books and lists: each read as what it is, to the cent."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import smartcart
from layouts.abroad_exports import ABROAD_CASES
from layouts.booking_exports import BOOKING_CASES
from layouts.customer_exports import CUSTOMER_CASES, customer_table
from layouts.market_cases import HEADERS, Case
from layouts.market_exports import MARKET_CASES
from layouts.shop import Shop, customers_of, shop, shuffled
from layouts.till_exports import TILL_CASES
from smartcart.errors import DataError
from smartcart.layouts import LAYOUTS, column_key, find_layout
from smartcart.tables.vocabulary import MEANINGS

CASES = {case.header: case for case in (*MARKET_CASES, *ABROAD_CASES, *TILL_CASES, *BOOKING_CASES)}
READ = [name for name, case in CASES.items() if case.truth is not None]
REFUSED = [name for name, case in CASES.items() if case.truth is None]
WALK_INS = ("lightspeed_sales", "loyverse_receipts", "loyverse_items", "toast_payments")
BY_NAME = {layout.name: layout for layout in LAYOUTS}
HERE = {name.partition("/")[0] for name in HEADERS}
CENTS = 0.006


def _made(case: Case) -> Shop:
    return shop(3, walk_ins=0.08 if case.layout in WALK_INS else 0.0)


def _mixed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns in another order and more of them; of one name, the filled one first."""
    out = shuffled(table)
    for name in out.columns[out.columns.duplicated()].unique():
        places = [i for i, column in enumerate(out.columns) if column == name]
        cells = sorted((out.iloc[:, i] for i in places), key=lambda c: (c == "").all())
        for place, values in zip(places, cells, strict=True):
            out.isetitem(place, values.to_numpy())
    return out


def _read_right(case: Case, made: Shop, table: pd.DataFrame, folder: Path) -> None:
    assert case.truth is not None
    truth = case.truth(made)
    told = smartcart.check(case.write(table, folder)).receipt
    assert told is not None
    assert (told.layout, told.kind) == (case.layout, "orders")
    assert told.revenue is not None
    near = {name: told.revenue - money for name, money in truth.revenue.items()}
    assert (told.customers, told.orders) == (truth.customers, truth.orders)
    assert min(abs(gap) for gap in near.values()) < CENTS, near


@pytest.mark.parametrize("name", HEADERS)
def test_the_header_of_an_export_is_known(name: str) -> None:
    layout = find_layout(HEADERS[name])
    assert layout is not None
    assert layout.name == name.partition("/")[0]


@pytest.mark.parametrize("name", HEADERS)
def test_a_signature_asks_for_columns_that_only_this_export_has(name: str) -> None:
    others = [one for one in LAYOUTS if one.name != name.partition("/")[0]]
    assert not [one.name for one in others if one.matches(HEADERS[name])]


@pytest.mark.parametrize("name", sorted(HERE))
def test_what_a_layout_names_stands_in_its_header(name: str) -> None:
    layout = BY_NAME[name]
    headers = [columns for header, columns in HEADERS.items() if header.partition("/")[0] == name]
    keys = {column_key(column) for columns in headers for column in columns}
    who = () if layout.grouped else layout.customer
    for part in (layout.order, who, layout.day, layout.paid):
        assert not part or any(column_key(column) in keys for column in part), part
    for column in layout.states:
        assert column_key(column) in keys, column


@pytest.mark.parametrize("name", sorted(HERE))
def test_roles_of_a_list_are_roles(name: str) -> None:
    layout = BY_NAME[name]
    assert (layout.kind == "customers") == bool(layout.roles)
    for said in layout.roles.values():
        role, _, meaning = said.partition(":")
        assert role in {"id", "describes", "dropped", "sensitive", "forms"}
        assert (role == "forms") == bool(meaning)
        assert not meaning or meaning in MEANINGS
    ids = [column for column, said in layout.roles.items() if said == "id"]
    assert len(ids) == (layout.kind == "customers")


def test_every_header_has_an_export_that_is_tried() -> None:
    assert set(HEADERS) == {*CASES, *CUSTOMER_CASES}


@pytest.mark.parametrize("name", READ)
def test_an_export_comes_to_the_truth(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    made = _made(case)
    _read_right(case, made, case.table(made), tmp_path)


@pytest.mark.parametrize("name", READ)
def test_order_of_columns_and_more_of_them_change_nothing(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    if case.layout.startswith("quickbooks") and BY_NAME[case.layout].grouped:
        pytest.skip("a report whose first column is the heading")
    made = _made(case)
    table = case.table(made)
    if case.after.startswith("Totals"):
        case = Case(case.header, case.parts, case.truth)
    _read_right(case, made, _mixed(table), tmp_path)


@pytest.mark.parametrize("name", REFUSED)
def test_lines_of_nobody_are_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    assert BY_NAME[case.layout].kind == "nobody"
    made = _made(case)
    for table in (case.table(made), _mixed(case.table(made))):
        with pytest.raises(DataError) as refused:
            smartcart.check(case.write(table, tmp_path))
        assert BY_NAME[case.layout].platform in str(refused.value)


@pytest.mark.parametrize("name", CUSTOMER_CASES)
@pytest.mark.parametrize("mixed", [False, True])
def test_a_list_of_customers_is_read_by_its_roles(name: str, mixed: bool, tmp_path: Path) -> None:
    table = customer_table(name)
    path = tmp_path / "list.csv"
    (shuffled(table) if mixed else table).to_csv(path, index=False)
    seen = smartcart.check(path)
    told = seen.receipt
    assert told is not None
    assert (told.layout, told.kind, told.customers) == (name, "customers", len(table))
    roles = {column.name: column for column in seen.contract.columns}
    filled = [n for n in BY_NAME[name].roles if n in table and (table[n] != "").any()]
    for column in filled:
        role, _, meaning = BY_NAME[name].roles[column].partition(":")
        if table[column].nunique() > 1 and role in {"id", "dropped", "sensitive"}:
            assert roles[column].role == role, column
        if role == "forms":
            assert (roles[column].role, roles[column].meaning) == (role, meaning), column
        if meaning in {"spend_total", "frequency"}:
            known = customers_of(shop())
            told_sum = told.revenue if meaning == "spend_total" else told.orders
            there = known["total" if meaning == "spend_total" else "orders"].sum()
            assert told_sum == pytest.approx(there, abs=CENTS), column


@pytest.mark.parametrize("name", ["loyverse_receipts", "lightspeed_sales"])
def test_most_receipts_of_a_till_may_be_of_nobody_and_are_told(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    made = shop(3, walk_ins=0.7)
    unnamed = int(made.orders["walk_in"].sum())
    seen = smartcart.check(case.write(case.table(made), tmp_path))
    left = {one.reason: one.lines for one in seen.receipt.left_out}
    assert sum(n for reason, n in left.items() if "without a customer" in reason) >= unnamed
    assert any(n.code == "most_unnamed" for n in seen.notices)
    nearly_all = shop(3, walk_ins=0.97)
    with pytest.raises(DataError, match="without a buyer"):
        smartcart.check(case.write(case.table(nearly_all), tmp_path))
