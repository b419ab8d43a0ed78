"""The look at an uploaded table: what was read, the shop's own figures, and what is asked."""

from __future__ import annotations

import html
import io
import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from smartcart.errors import DataError, ReadingQuestion
from smartcart.records import OtherReading, ReadingReceipt
from smartcart.web.amounts import read_amount
from smartcart.web.app import create_app
from smartcart.web.config import Config
from smartcart.web.errors import WebError
from smartcart.web.views import questions
from smartcart.web.worker_processes import Ended, refuse_failed
from web.serving import client_of

PAGE = {"Accept": "text/html"}
ORDERS, PEOPLE = 120, 16
N = np.arange(ORDERS)
PAID = 10.0 + N % 7
TOTAL = float(PAID.sum())


@pytest.fixture
def client(unused: Path, tmp_path: Path) -> Iterator[TestClient]:
    """Return a client of a server of an empty workspace."""
    folder = shutil.copytree(unused, tmp_path / "workspace")
    with client_of(create_app(Config(folder))) as found:
        yield found


def log(**columns: Any) -> bytes:
    """Orders of 16 customers, three days apart, with the columns given behind them."""
    table = pd.DataFrame(
        {
            "order_id": N + 1000,
            "order_date": (pd.Timestamp("2024-01-01") + pd.to_timedelta(N * 3, "D")).date,
            "customer_id": [f"c{i % PEOPLE:02d}" for i in N],
            **columns,
        }
    )
    buffer = io.BytesIO()
    table.to_csv(buffer, index=False)
    return buffer.getvalue()


TWO = log(**{"Amount Paid": PAID, "Amount Charged": PAID * 2})
SHOP = log(**{"Subtotal": PAID + 5, "Grand Total": PAID})


def upload(client: Any, content: bytes) -> str:
    made = client.post("/api/v1/uploads", files={"file": ("shop.csv", content)})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def said(page: str) -> str:
    """What a page says: without tags, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def seen(client: Any, number: str, status: int = 200) -> str:
    answer = client.get(f"/new/{number}", headers=PAGE)
    assert answer.status_code == status, said(answer.text)[:900]
    return str(answer.text)


def fields(page: str) -> dict[str, Any]:
    """What a browser sends of the page's form, without its buttons."""
    form = page[page.index('<form method="post" action="/new/') :]
    found: dict[str, Any] = {"column": [], "was": [], "role": []}
    for tag in re.findall(r"<input [^>]*>", form):
        told = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        value = html.unescape(told.get("value", ""))
        if told.get("type") in {"checkbox", "submit"} or "name" not in told:
            continue
        if told["name"] in found and isinstance(found[told["name"]], list):
            found[told["name"]].append(value)
        else:
            found[told["name"]] = value
    for name, inner in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        if name == "role":
            found["role"].append(html.unescape(chosen[1]) if chosen else "")
        else:
            found[name] = html.unescape(chosen[1]) if chosen else ""
    return found


def buttons(page: str) -> dict[str, str]:
    """The choices on a page: what each sends, by what it says."""
    found = re.findall(r'name="choose" value="([^"]*)" aria-label="Read it so: ([^"]*)"', page)
    return {html.unescape(label): html.unescape(value) for value, label in found}


def send(client: Any, number: str, page: str, status: int = 200, **given: Any) -> str:
    answer = client.post(f"/new/{number}", data=fields(page) | given, headers=PAGE)
    assert answer.status_code == status, said(answer.text)[:900]
    return str(answer.text)


# What was read ------------------------------------------------------------------------------------


def test_the_receipt_heads_the_page(client: Any) -> None:
    states = np.where(N % 10 == 0, "cancelled", "paid")
    content = log(**{"Subtotal": PAID + 5, "Grand Total": PAID, "Status": states})
    page = seen(client, upload(client, content))
    text = said(page)
    sold = PAID[N % 10 > 0].sum()
    assert f"108 orders of 16 customers, 4 January 2024 to 23 December 2024, worth {sold:,.2f}" in (
        text
    )
    assert "Left out: 12 lines of cancelled orders." in text
    assert "Read by the names of its columns, checked on their values" in text
    assert "money Grand Total" in text
    assert page.count("What was read") == 1
    assert page.index("What was read") < page.index("What each column does")
    before = sold + 5 * 108
    assert f"money: Subtotal for Grand Total 108 orders, 16 customers, {before:,.2f}" in text


def test_another_reading_is_a_button(client: Any) -> None:
    number = upload(client, SHOP)
    page = seen(client, number)
    choice = buttons(page)["money: Subtotal for Grand Total"]
    assert json.loads(choice) == {"columns": {"Subtotal": {"meaning": "amount"}}}
    again = send(client, number, page, choose=choice)
    assert f"worth {TOTAL + 5 * ORDERS:,.2f} (Subtotal" in said(again)
    back = f'href="/new/{number}">Take all back'
    assert back in again
    assert back not in page
    assert f"worth {TOTAL:,.2f} (Grand Total" in said(seen(client, number))


def test_a_table_of_customers_has_its_receipt(client: Any) -> None:
    made = client.post("/api/v1/synthetic", json={"rows": 300})
    text = said(seen(client, made.json()["id"]))
    found = re.search(r"What was read ([\d,]+) orders of 300 customers", text)
    assert found is not None
    assert int(found[1].replace(",", "")) > 300  # added up over the channels


# The shop's own figures ---------------------------------------------------------------------------


def test_own_figures_that_agree_are_kept_for_the_run(client: Any) -> None:
    number = upload(client, SHOP)
    own = {"expect_orders": "120", "expect_customers": "16", "expect_revenue": f"{TOTAL:.2f} €"}
    page = send(client, number, seen(client, number), **own)
    assert 'role="alert"' not in page
    expect = json.loads(fields(page)["said"])["expect"]
    assert expect == {"orders": 120, "customers": 16, "revenue": TOTAL}
    started = client.post(f"/new/{number}", data=fields(page) | {"do": "run"}, headers=PAGE)
    assert started.status_code == 303, said(started.text)[:900]
    job = started.headers["location"].rsplit("/", 1)[1]
    assert client.app.state.services.jobs.asked(job)["wishes"]["expect"] == expect
    emptied = send(client, number, page, expect_orders="", expect_customers="", expect_revenue="")
    assert "expect" not in json.loads(fields(emptied)["said"])


@pytest.mark.parametrize("do", ["look", "run"])
def test_own_figures_that_are_off_are_told_and_the_form_stays(client: Any, do: str) -> None:
    number = upload(client, SHOP)
    own = f"{TOTAL + 5 * ORDERS:,.2f}"
    page = send(client, number, seen(client, number), 422, expect_revenue=own, do=do)
    text = said(page)
    assert f"Revenue read: {TOTAL:,.2f}; expected {own} (your own figure), within 0.5%." in text
    assert "Another reading gives it" in text
    assert "configuration" not in text
    assert f'value="{own}"' in page
    assert f"worth {TOTAL:,.2f} (Grand Total" in text
    assert f"{own} · gives your own figures" in text
    choice = buttons(page)["money: Subtotal for Grand Total"]
    mended = send(client, number, page, choose=choice)
    assert f"worth {own} (Subtotal" in said(mended)
    assert f'value="{own}"' in mended


def test_own_figures_that_no_reading_gives(client: Any) -> None:
    number = upload(client, SHOP)
    page = send(client, number, seen(client, number), 422, expect_orders="1,083")
    text = said(page)
    assert "Orders read: 120; expected 1,083 (your own figure)" in text
    assert "No other reading gives it" in text
    assert "gives your own figures" not in text
    assert "Read as 1,083." in text
    assert "--expect" not in text
    assert "smartcart check" not in text


@pytest.mark.parametrize("typed", ["many", "-3", "1.5"])
def test_own_figures_that_cannot_be_read_are_refused(client: Any, typed: str) -> None:
    number = upload(client, SHOP)
    page = send(client, number, seen(client, number), 400, expect_orders=typed)
    assert "The number of orders is" in said(page)
    assert f'value="{typed}"' in page


def test_counts_are_whole() -> None:
    assert read_amount("1,083", "x", whole=True) == 1083
    assert read_amount("1.083", "x", whole=True) == 1083
    assert read_amount("1.5k", "x", whole=True) == 1500
    for typed in ("1.5", "0.125", "1,08"):
        with pytest.raises(WebError, match="no whole number"):
            read_amount(typed, "x", whole=True)
    with pytest.raises(WebError, match="can be"):
        read_amount("1,083", "x")


@pytest.mark.parametrize(("figure", "fits"), [(995.03, True), (994.9, False), (1005.1, False)])
def test_a_reading_within_half_a_percent_fits(figure: float, fits: bool) -> None:
    one = OtherReading("money: A for B", 9, 3, 1000.0, "columns: {'A': {meaning: amount}}")
    told = ReadingReceipt("orders", None, "guessed", 9, 9, 3, 1.0, None, None, {}, (), (one,))
    assert questions.others(told, {"revenue": figure}, "")[0].fits is fits
    assert not questions.others(told, {"revenue": figure, "orders": 4}, "")[0].fits
    assert not questions.others(told, {}, "")[0].fits


# What is asked ------------------------------------------------------------------------------------


def test_two_readings_are_asked_about_and_the_chosen_one_is_read(client: Any) -> None:
    number = upload(client, TWO)
    page = seen(client, number, 422)
    text = said(page)
    assert "This file can be read in 2 ways" in text
    assert "'shop.csv' can be read in 2 ways that give other totals" in text
    assert "Which reading is right?" in text
    assert f"Money from Amount Paid 120 orders, 16 customers, {TOTAL:,.2f}" in text
    assert f"Money from Amount Charged 120 orders, 16 customers, {2 * TOTAL:,.2f}" in text
    assert "configuration" not in text
    assert "Find the segments" not in text
    choices = buttons(page)
    assert set(choices) == {"Money from Amount Paid", "Money from Amount Charged"}
    for label, worth in (("Amount Paid", TOTAL), ("Amount Charged", 2 * TOTAL)):
        read = send(client, number, page, choose=choices[f"Money from {label}"])
        assert f"worth {worth:,.2f} ({label}" in said(read)
        assert "Find the segments" in read


def test_a_run_of_an_unsettled_file_leads_back_to_the_question(client: Any) -> None:
    number = upload(client, TWO)
    started = client.post("/api/v1/runs", json={"upload_id": number, "settings": {"k": 2}})
    job = started.json()["id"]
    for _ in range(600):
        if not client.app.state.services.jobs.one(job).active:
            break
        time.sleep(0.1)
    page = client.get(f"/jobs/{job}", headers=PAGE)
    assert page.status_code == 200
    assert "2 ways that give other totals" in said(page.text)
    sent = dict(re.findall(r'name="(said|csrf_token|title|parent)" value="([^"]*)"', page.text))
    asked = client.post(
        f"/new/{number}",
        data={n: html.unescape(v) for n, v in sent.items()} | {"do": "look"},
        headers=PAGE,
    )
    assert asked.status_code == 422
    assert len(buttons(asked.text)) == 2
    assert fields(asked.text)["k"] == "2"


def test_the_kinds_of_rows_that_are_sales_are_a_choice(client: Any) -> None:
    orders = [
        f"{1000 + 3 * n + i},{kind},c{n % 16:02d},2024-{1 + n % 12:02d}-{1 + n % 28:02d},"
        f"{10.5 + n}\n"
        for n in range(120)
        for i, kind in enumerate(("VENTE", "TOTAL", "REGLEMENT"))
    ]
    header = "TICKET,TYPE LIGNE,CODE CLIENT,DATE,MONTANT\n"
    number = upload(client, (header + "".join(orders)).encode())
    page = seen(client, number, 422)
    choice = buttons(page)["Sales are the rows whose TYPE LIGNE is VENTE"]
    read = send(client, number, page, choose=choice)
    assert "120 orders of 16 customers" in said(read)
    assert f"worth {sum(10.5 + n for n in range(120)):,.2f}" in said(read)


def test_a_column_that_may_be_the_buyer_is_a_choice(client: Any) -> None:
    content = log(total=PAID).replace(b"customer_id", b"xq")
    number = upload(client, content)
    page = seen(client, number, 422)
    choices = buttons(page)
    assert "Each row is a customer" in choices
    assert "Who bought, from xq" in choices
    assert "--kind" not in said(page)
    read = send(client, number, page, choose=choices["Who bought, from xq"])
    assert "120 orders of 16 customers" in said(read)
    rows = send(client, number, page, choose=choices["Each row is a customer"])
    assert "A table of 120 customers" in said(rows)
    assert json.loads(fields(rows)["said"])["kind"] == "customers"


def test_columns_of_a_refused_file_are_a_form(client: Any) -> None:
    content = log(total=PAID).replace(b"customer_id", b"xq")
    number = upload(client, content)
    page = seen(client, number, 422)
    sent = fields(page)
    assert sent["column"]
    assert len(sent["column"]) == len(sent["role"]) == len(sent["was"]) == 4
    roles = [
        "customer" if n == "xq" else r for n, r in zip(sent["column"], sent["role"], strict=True)
    ]
    assert "120 orders of 16 customers" in said(send(client, number, page, role=roles))


def test_a_wrong_answer_can_be_taken_back(client: Any) -> None:
    number = upload(client, SHOP)
    page = seen(client, number)
    sent = fields(page)
    roles = [
        "dropped" if n == "customer_id" else r
        for n, r in zip(sent["column"], sent["role"], strict=True)
    ]
    lost = send(client, number, page, 422, role=roles)
    assert dict(zip(fields(lost)["column"], fields(lost)["role"], strict=True))["customer_id"] == (
        "dropped"
    )
    sent = fields(lost)
    roles = [
        "customer" if n == "customer_id" else r
        for n, r in zip(sent["column"], sent["role"], strict=True)
    ]
    assert "120 orders of 16 customers" in said(send(client, number, lost, role=roles))


def test_a_day_before_all_orders_keeps_the_form(client: Any) -> None:
    number = upload(client, SHOP)
    page = send(client, number, seen(client, number), 422, as_of="1999-01-01")
    assert "What was read" in page
    assert fields(page)["as_of"] == "1999-01-01"
    assert "120 orders" in said(send(client, number, page, as_of=""))


def test_rows_with_the_same_id_may_be_orders(client: Any) -> None:
    table = pd.DataFrame({"customer_id": [1, 1, 2, 3] * 10, "income": range(40)})
    number = upload(client, table.to_csv(index=False).encode())
    page = seen(client, number, 422)
    assert "Each row is an order, or a line of one" in buttons(page)
    assert "--kind" not in said(page)


@pytest.mark.parametrize(
    "choice",
    ["no", "[]", '{"k": 3}', '{"columns": {"a": 3}}', '{"columns": 3}', "[" * 90_000],
)
def test_a_choice_that_is_none_is_refused(client: Any, choice: str) -> None:
    number = upload(client, SHOP)
    page = send(client, number, seen(client, number), 400, choose=choice)
    assert "The choice is none of those on the page" in said(page)


@pytest.mark.parametrize("name", ["Total", "it's", 'say "so"', "a\\b", "money: x for y", "{a}: b"])
def test_a_line_of_configuration_is_read_back_whatever_the_name(name: str) -> None:
    assert questions.wish_of(f"columns: {{{name!r}: {{meaning: amount}}}}") == {
        name: {"meaning": "amount"}
    }
    assert questions.wish_of(f"columns: {{{name!r}: {{role: dropped}}}}") == {
        name: {"role": "dropped"}
    }
    assert questions.wish_of("columns: {NAME: {meaning: amount}}") == {}


def test_the_worker_carries_the_question_on() -> None:
    one = {
        "differs_in": "amount: A",
        "orders": 3,
        "customers": 2,
        "revenue": 4.5,
        "choose": "columns: {'A': {meaning: amount}}",
    }
    told = {"error": "Two: choose.", "way_out": "choose.", "readings": [one], "kind": "orders"}
    with pytest.raises(ReadingQuestion) as asked:
        refuse_failed(Ended(3, told))
    assert asked.value.readings == (OtherReading(**one),)
    assert asked.value.kind == "orders"
    with pytest.raises(DataError) as plain:
        refuse_failed(Ended(3, {"error": "No.", "way_out": ""}))
    assert not isinstance(plain.value, ReadingQuestion)
    assert plain.value.columns == ()
