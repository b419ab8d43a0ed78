"""Copies of lines where cells are written once: on the first line of an order, or above a block."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ibis import _

import smartcart
from smartcart import workflows
from smartcart.inspection.receipt import totals
from smartcart.records import Inspection
from smartcart.sources import open_on_spark, open_source
from smartcart.tables.order_lines import distinct_lines
from spark_runs import on_spark

ORDERS, BUYERS = 60, 17
TOLD = ["Order Number", "Customer ID", "Order Date", "Order Total", "Status"]


def order(i: int) -> pd.DataFrame:
    """One order of three lines; what is below its first line is alike in many orders."""
    pieces = (1 + i % 2, 1, 2)
    prices = (7.5, 4.0 + i % 3, 11.0)
    lines = pd.DataFrame(
        {
            "Order Number": 5_000 + i,
            "Customer ID": f"K-{i % BUYERS:03}",
            "Order Date": pd.Timestamp("2024-01-05") + pd.Timedelta(11 * i, "D"),
            "Order Total": sum(n * p for n, p in zip(pieces, prices, strict=True)),
            "Status": "Cancelled" if i % 12 == 11 else "Completed",
            "SKU": ["SOAP", "WOOL", "LAMP"],
            "Quantity": pieces,
            "Unit Price": prices,
        }
    )
    lines[["Order Number", "Order Date"]] = lines[["Order Number", "Order Date"]].astype("string")
    lines["Order Total"] = lines["Order Total"].round(2).astype("Float64")
    return lines


def below(numbers: range | list[int] = range(ORDERS)) -> pd.DataFrame:
    """An export that tells an order on its first line, and leaves these cells blank below it."""
    found = []
    for i in numbers:
        lines = order(i)
        lines.loc[1:, TOLD] = pd.NA
        found.append(lines)
    return pd.concat(found, ignore_index=True)


def saved(path: Path, table: pd.DataFrame) -> Path:
    table.to_csv(path, index=False)
    return path


def copies(seen: Inspection) -> tuple[int, int]:
    """Return lines that equal an earlier one, and how many of these were dropped."""
    told = [e for e in seen.ledger.entries if e.rule == "duplicate lines"]
    return (told[0].count, told[0].taken) if told else (0, 0)


def figures(seen: Inspection) -> tuple[int, int, float]:
    receipt = seen.receipt
    assert receipt is not None
    return receipt.orders, receipt.customers, round(receipt.revenue or 0, 2)


def check(path: Path, table: pd.DataFrame, *, drop: bool = False) -> Inspection:
    return smartcart.check(str(saved(path, table)), drop_duplicates=drop)


def test_like_lines_of_different_orders_are_no_copies(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    plain, dropped = check(path, below()), check(path, below(), drop=True)
    assert plain.contract.log is not None
    assert plain.contract.log.fill == "down"
    assert figures(plain)[0] == ORDERS - ORDERS // 12
    assert copies(plain) == copies(dropped) == (0, 0)
    assert figures(dropped) == figures(plain)
    assert dropped.ledger.lines_used == plain.ledger.lines_used


def test_lines_of_one_order_and_whole_orders_written_twice_are_copies(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    table = below()
    within = pd.concat([table.iloc[:3], table.iloc[2:]], ignore_index=True)
    assert copies(check(path, within)) == (1, 0)
    assert copies(check(path, within, drop=True)) == (1, 1)
    once = figures(check(path, table))
    again = pd.concat([table, below([3, 11, 47])], ignore_index=True)
    assert copies(check(path, again)) == (9, 0)
    dropped = check(path, again, drop=True)
    assert copies(dropped) == (9, 9)
    assert figures(dropped) == once
    assert dropped.ledger.rows_read == len(again)


def test_many_whole_orders_twice_are_told_and_few_are_not(tmp_path: Path) -> None:
    def codes(numbers: list[int]) -> set[str]:
        table = pd.concat([below(), below(numbers)], ignore_index=True)
        return {n.code for n in check(tmp_path / "orders.csv", table).notices}

    assert "copied lines" in codes([0, 1, 2, 3])  # 12 of 192 lines
    assert "copied lines" not in codes([0, 1, 2])  # 9 of 189


def test_a_further_line_below_a_copied_first_line_stays_with_its_order(tmp_path: Path) -> None:
    table = below()
    more = below([4])
    more.loc[2, "SKU"] = "CLOCK"
    apart = pd.concat([table, more], ignore_index=True)
    path = tmp_path / "orders.csv"
    plain, seen = check(path, table), check(path, apart, drop=True)
    assert copies(seen) == (2, 2)
    assert figures(seen) == figures(plain)
    assert seen.ledger.lines_used == plain.ledger.lines_used + 1


def test_sums_below_an_order_are_no_lines_of_it_whatever_is_dropped(tmp_path: Path) -> None:
    found = []
    for i in range(ORDERS):
        lines = below([i])
        total = lines.loc[0, "Order Total"]
        lines = lines.drop(columns="Order Total").assign(Amount=lines["Quantity"] * 3.0)
        lines.loc[3, "Amount"] = total
        found.append(lines)
    table = pd.concat(found, ignore_index=True)
    path = tmp_path / "orders.csv"
    plain, dropped = check(path, table), check(path, table, drop=True)
    assert figures(dropped) == figures(plain)
    assert "other rows" in {e.rule for e in plain.ledger.entries}
    assert [(e.rule, e.taken) for e in dropped.ledger.entries if e.unit == "lines"] == [
        (e.rule, e.taken) for e in plain.ledger.entries if e.unit == "lines"
    ]


def test_like_lines_under_the_headings_of_different_buyers_are_no_copies(tmp_path: Path) -> None:
    rows = []
    for buyer in range(40):
        rows.append([f"Shop {buyer:02}", None, None, None])
        rows += [[None, f"2024-{m:02}-01", "SOAP", 12.5] for m in range(1, 6)]
    table = pd.DataFrame(rows, columns=["Customer", "Date", "Item", "Amount"])
    path = tmp_path / "sales.csv"
    plain, dropped = check(path, table), check(path, table, drop=True)
    assert plain.contract.log is not None
    assert plain.contract.log.fill == "group"
    assert copies(plain) == copies(dropped) == (0, 0)
    assert figures(plain) == figures(dropped) == (200, 40, 2_500.0)
    # the same heading again, with one line that was there and one that was not
    again = [["Shop 07", None, None, None], [None, "2024-03-01", "SOAP", 12.5]]
    again += [[None, "2024-09-01", "LAMP", 20.0]]
    more = pd.concat([table, pd.DataFrame(again, columns=table.columns)], ignore_index=True)
    dropped = check(path, more, drop=True)
    assert copies(dropped) == (2, 2)
    assert figures(dropped) == (201, 40, 2_520.0)


def test_a_model_drops_the_same_lines_when_it_scores(tmp_path: Path) -> None:
    table = pd.concat([below(range(120)), below([3, 11, 47])], ignore_index=True)
    path = saved(tmp_path / "orders.csv", table)
    fitted = smartcart.segment(str(path), drop_duplicates=True, k_max=3)
    fitted.save(tmp_path / "run")
    workflows.score(str(path), workflows.load(tmp_path / "run"), tmp_path / "new.parquet")
    found = pd.read_parquet(tmp_path / "new.parquet").set_index("customer_id").sort_index()
    here = fitted.customers.set_index("customer_id").sort_index()
    assert found["segment_id"].tolist() == here["segment_id"].tolist()


@on_spark
def test_spark_drops_the_same_copies(tmp_path: Path) -> None:
    table = pd.concat([below(), below([3, 11, 47])], ignore_index=True)
    path = saved(tmp_path / "orders.csv", table)
    log = check(path, table, drop=True).contract.log
    assert log is not None
    with open_source(str(path)) as one, open_on_spark(str(path)) as other:
        here, there = (totals(opened, log, None) for opened in (one, other))
        lines = other.engine.record(distinct_lines(other.table, log).aggregate(n=_.count()))
    assert there == here
    assert lines["n"] == len(table) - 9


@pytest.mark.parametrize("drop", [False, True])
def test_flat_lines_are_told_apart_by_their_own_cells(tmp_path: Path, drop: bool) -> None:
    table = pd.concat([order(i) for i in (*range(ORDERS), 3)], ignore_index=True)
    seen = check(tmp_path / "orders.csv", table, drop=drop)
    assert copies(seen) == (3, 3 * drop)


@pytest.mark.parametrize(("header", "once"), [(True, True), (False, False)])
def test_exports_put_together_that_overlap_count_their_lines_once(
    header: bool, once: bool, tmp_path: Path
) -> None:
    n = np.arange(120)
    table = pd.DataFrame({"Order No": n // 2 + 1000, "Customer": [f"Ada Birch{i // 6}" for i in n]})
    table["Date"] = (pd.Timestamp("2024-01-01") + pd.to_timedelta(n // 2, "D")).astype(str)
    table["Item"], table["Line Total"] = [f"S{i % 7}" for i in n], 10.0 + n % 9
    first, second = table.head(80).to_csv(index=False), table.tail(60).to_csv(index=False)
    second = second if header else second.partition("\n")[2]
    (tmp_path / "both.csv").write_text(first + second)
    seen = smartcart.check(tmp_path / "both.csv")
    assert seen.receipt.orders == 60
    again = 0.0 if once else table["Line Total"][60:80].sum()
    assert seen.receipt.revenue == pytest.approx(table["Line Total"].sum() + again)
    told = {notice.code for notice in seen.notices}
    assert ("overlapping exports" in told, "copied lines" in told) == (once, not once)
