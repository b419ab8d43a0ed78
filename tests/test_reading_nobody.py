"""Rows of a table of customers that are nobody: they are left out, and told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.inspection import estimated_figures
from smartcart.records import Inspection

N = 120


def customers(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = 1 + rng.poisson(np.array([1, 4, 12])[np.arange(N) % 3])
    return pd.DataFrame(
        {
            "customer_id": 1_000 + 7 * np.arange(N),
            "name": [f"Ada Birch{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(N)],
            "orders_count": count,
            "total_spent": (count * rng.uniform(10, 60, N)).round(2),
        }
    )


def with_rows(frame: pd.DataFrame, *rows: tuple[object, str]) -> pd.DataFrame:
    more = pd.DataFrame(
        [(who, name, 900, 80_000.5) for who, name in rows], columns=list(frame.columns)
    )
    return pd.concat([frame, more], ignore_index=True)


def left(found: Inspection) -> int:
    told = [n.count for n in found.notices if n.code == "nobody"]
    entries = [e.count for e in found.ledger.entries if e.rule == "nobody"]
    assert told == entries
    return sum(entries)


def seen(frame: pd.DataFrame) -> Inspection:
    return smartcart.check(frame)


@pytest.mark.parametrize(
    "who",
    [0, -1, "UNKNOWN", "Guest", " Walk-In ", "Laufkundschaft", "Invité", "ゲスト", "Convidado"],
)
def test_a_row_of_nobody_is_no_customer(who: object) -> None:
    frame = customers()
    found = seen(with_rows(frame, (who, "")))
    assert left(found) == 1
    assert found.receipt is not None
    assert found.receipt.customers == N
    assert found.receipt.revenue == pytest.approx(frame["total_spent"].sum())
    assert [part.lines for part in found.receipt.left_out] == [1]


def test_several_rows_of_nobody_are_no_repeated_ids() -> None:
    found = seen(with_rows(customers(), ("Guest", ""), ("Guest", ""), ("unknown", "")))
    assert left(found) == 3
    assert found.receipt is not None
    assert found.receipt.customers == N


def test_ids_that_count_from_0_have_a_customer_0() -> None:
    frame = customers()
    frame["customer_id"] = np.arange(N)
    assert left(seen(frame)) == 0
    found = seen(with_rows(frame, (-1, "")))
    assert left(found) == 1  # and not the customer 0 beside it


def test_a_0_no_farther_from_the_next_id_than_others_are_is_a_customer() -> None:
    frame = customers()
    frame["customer_id"] = 5 * np.arange(N)
    frame.loc[1, "customer_id"] = 1  # 0, 1, 10, 15, ...
    assert left(seen(frame)) == 0
    frame.loc[1:, "customer_id"] += 400
    assert left(seen(frame)) == 1  # 0, 401, 410, ...


def test_ids_of_both_signs_are_ids() -> None:
    frame = customers()
    frame["customer_id"] = 7 * np.arange(N) - 350
    assert left(seen(frame)) == 0


@pytest.mark.parametrize(("name", "nobody"), [("Walk-in Customer", 1), ("Unknown", 0), ("N/A", 0)])
def test_a_guest_in_place_of_a_name_is_nobody_and_a_name_not_known_is_not(
    name: str, nobody: int
) -> None:
    assert left(seen(with_rows(customers(), (17, name)))) == nobody


def test_a_table_by_name_without_an_id() -> None:
    frame = with_rows(customers(), (1, "Walk-in Customer")).drop(columns="customer_id")
    assert left(seen(frame)) == 1


@pytest.mark.parametrize(("rows", "nobody"), [(3, 3), (4, 0)])
def test_guests_with_a_row_each_are_customers(rows: int, nobody: int) -> None:
    frame = with_rows(customers(), *((20 + i, "Guest") for i in range(rows)))
    assert left(seen(frame)) == nobody


def test_a_run_lists_them_as_rejected(tmp_path: Path) -> None:
    frame = with_rows(customers(), ("Guest", "")).drop(columns="name")
    frame["customer_id"] = frame["customer_id"].astype(str)
    source = tmp_path / "c.csv"
    frame.to_csv(source, index=False)
    smartcart.segment(str(source), k=2).save(tmp_path / "run")
    rejected = pd.read_csv(tmp_path / "run" / "rejected.csv")
    assert rejected["customer_id"].tolist() == ["Guest"]
    assert "nobody" in rejected["reason"][0]
    kept = pd.read_parquet(tmp_path / "run" / "segments.parquet")
    assert "Guest" not in set(kept["customer_id"])
    assert len(kept) == N


def test_what_was_expected_is_held_against_the_table_without_them() -> None:
    frame = with_rows(customers(), (0, ""))
    with pytest.raises(smartcart.errors.DataError, match="customers"):
        smartcart.check(frame, expect={"customers": N + 20})
    smartcart.check(frame, expect={"customers": N})


def test_large_tables_have_words_as_they_are_usually_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(estimated_figures, "EXACT_ROWS", 100)
    frame = with_rows(customers(), ("Walk-In Customer", ""), ("GUEST", ""))
    found = seen(frame.drop(columns="name"))
    assert left(found) == 2
    assert found.receipt is not None
    assert found.receipt.customers == N


@pytest.mark.parametrize(
    ("name", "nobody"),
    [
        ("CLIENTE CONTADO / MOSTRADOR", True),
        ("Mostrador", True),
        ("Guest (till 2)", True),
        ("Thekenverkauf | Kasse", True),
        ("Gast, Jo", False),
        ("Mostrador Ruiz", False),
    ],
)
def test_a_word_for_nobody_may_have_another_behind_it(name: str, nobody: bool) -> None:
    found = seen(with_rows(customers(), (3_000, name)))
    assert left(found) == nobody
    assert found.receipt.customers == N + (not nobody)


@pytest.mark.parametrize(("orders", "told"), [(900, True), (60, False)])
def test_a_row_with_far_more_orders_than_any_other_is_told(orders: int, told: bool) -> None:
    table = with_rows(customers(), (3_000, "Cleo Ash"))
    table.loc[N, "orders_count"] = orders
    assert ("outsized buyer" in {n.code for n in seen(table).notices}) == told


def test_a_log_of_a_counter_with_two_words_for_nobody() -> None:
    n = np.arange(240)
    who = np.where(n % 3 == 0, "Cliente contado / Mostrador", [f"Ada Birch{i % 40}" for i in n])
    log = {"Ticket": n + 1, "Fecha": pd.Timestamp("2024-01-01") + pd.to_timedelta(n, "D")}
    found = seen(pd.DataFrame(log | {"Cliente": who, "Total": 10.0 + n % 7}))
    assert (found.receipt.orders, "nobody" in {x.code for x in found.notices}) == (160, True)


@pytest.mark.parametrize(("blank", "left_out"), [(1, 1), (3, 3), (4, 0)])
def test_a_row_without_any_name_is_nobody_where_all_others_have_one(blank, left_out) -> None:
    table = customers().drop(columns="customer_id")
    table["Email"] = [f"p{i}@mail.example" for i in range(N)]
    table.loc[: blank - 1, ["name", "Email"]] = None
    assert left(seen(table)) == left_out
    assert left(seen(table.assign(customer_id=range(7, 7 + N)))) == 0  # an id is a customer's
    half = table.copy()
    half.loc[0, "name"] = "Ada Birch"
    assert left(seen(half)) == max(0, left_out - 1)
