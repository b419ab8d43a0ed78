"""What comes next on the pages of a segment and a customer; who is late, to browse and to list."""

from __future__ import annotations

import html
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.testclient import TestClient

import smartcart
from smartcart.web.app import create_app
from smartcart.web.config import Config
from smartcart.workflows.customer_lookup import write_lookup
from test_future import log
from web.serving import RUN, Team, client_of
from web.test_platform_lists import token

PAGE = {"Accept": "text/html"}
SHOP = "orders-000001"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("late") / "workspace"
    source = folder / "uploads" / ("1" * 32) / "orders.csv"
    source.parent.mkdir(parents=True)
    log(900).to_csv(source, index=False)
    run = folder / "runs" / SHOP
    smartcart.segment(str(source), k=3, k_max=4).save(run)
    write_lookup(run, str(source))
    return folder


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "shop"))


@pytest.fixture
def served(shop: Path) -> Iterator[TestClient]:
    with client_of(create_app(Config(shop))) as found:
        yield found


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def told(shop: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shop / "runs" / SHOP / "run.json").read_text())["future"]
    return found


def test_a_segment_says_what_it_will_bring(served: Any, shop: Path) -> None:
    one = told(shop)["segments"][0]
    page = served.get(f"/runs/{SHOP}/segments/1", headers=PAGE)
    assert page.status_code == 200
    said = text_of(page.text)
    assert "What comes next Within 90 days after" in said
    assert f"Orders {one['orders']:,.0f} ({one['orders_low']:,.0f} to" in said
    assert "At risk" in said
    assert "Tried on the last 90 days" in said


def test_a_customer_says_when_the_next_order_is_due(served: Any, shop: Path) -> None:
    table = pd.read_parquet(shop / "runs" / SHOP / "future.parquet").set_index("customer_id")
    late, due = table[table.late].index[0], table[~table.late & table.next_order_by.notna()]
    once = table[table.next_order_by.isna()].index[0]
    pages = {
        key: text_of(served.get(f"/runs/{SHOP}/customers?id={key}", headers=PAGE).text)
        for key in (late, due.index[0], once)
    }
    assert "Late: the next order was due by" in pages[late]
    assert "Late:" not in pages[due.index[0]]
    assert f"Orders within 90 days {due.expected_orders.iloc[0]:.2f}" in pages[due.index[0]]
    assert "no rhythm yet" in pages[once]


def test_who_is_late_is_paged_by_what_is_at_stake(served: Any, shop: Path) -> None:
    folder = shop / "runs" / SHOP
    table = pd.read_parquet(folder / "late.parquet")
    future = pd.read_parquet(folder / "future.parquet")
    assert sorted(table.customer_id) == sorted(future[future.late].customer_id)
    assert len(table) > 50
    want = [
        str(one)
        for one in table.assign(id=table.customer_id.astype(str))
        .sort_values(["at_stake", "id"], ascending=[False, True])
        .id
    ]
    met: list[str] = []
    at = f"/runs/{SHOP}/late"
    while at:
        page = served.get(at, headers=PAGE)
        assert page.status_code == 200
        met += [html.unescape(one) for one in re.findall(r'customers\?id=([^"&]+)">', page.text)]
        more = re.search(r'href="([^"]+)">Next page', page.text)
        at = html.unescape(more[1]) if more else ""
    assert met == want
    first = [one["customer_id"] for one in told(shop)["late"]]
    assert met[: len(first)] == first
    of_one = served.get(f"/runs/{SHOP}/late?segment=1", headers=PAGE).text
    assert f"{(table.segment_id == 1).sum()} " in text_of(of_one) or "Nobody" in of_one
    assert served.get(f"/runs/{SHOP}/late?segment=99", headers=PAGE).status_code == 404
    assert served.get(f"/runs/{SHOP}/late?number=0", headers=PAGE).status_code == 422


def test_the_list_of_who_is_late_has_a_receipt(served: Any, shop: Path) -> None:
    future = pd.read_parquet(shop / "runs" / SHOP / "future.parquet")
    page = served.get(f"/runs/{SHOP}/late", headers=PAGE).text
    form = html.unescape(re.search(r'href="([^"]+audience[^"]+)">Make the list', page)[1])  # type: ignore[index]
    asked = served.get(form, headers=PAGE).text
    assert re.search(r'name="late" value="on" checked', asked)
    answer = served.post(
        f"/runs/{SHOP}/audience",
        data={"csrf_token": token(served, form), "segment": ["1", "2", "3"], "late": "on"},
        headers=PAGE,
    )
    assert answer.status_code == 303
    at = answer.headers["location"]
    said = text_of(served.get(at, headers=PAGE).text)
    late = int(future.late.sum())
    assert f"Your list is ready: {late} customers" in said
    assert f"Left out: not late {len(future) - late}" in said
    number = at.rpartition("/")[2]
    file = served.get(f"/api/v1/exports/{number}")
    found = pd.read_csv(io.BytesIO(file.content))
    assert sorted(found.customer_id) == sorted(future[future.late].customer_id)
    receipt = served.get(f"/api/v1/exports/{number}/receipt").json()
    assert receipt["customers"] == receipt["written"] + sum(receipt["left_out"].values())


def test_a_list_of_who_is_late_needs_a_forecast(client: Any) -> None:
    page = client.get(f"/runs/{RUN}/late", headers=PAGE)
    assert page.status_code == 200
    assert "There is no forecast here" in page.text
    body = {"segment_ids": [1], "late": True}
    answer = client.post(f"/api/v1/runs/{RUN}/audiences", json=body)
    assert answer.status_code == 400
    assert "nobody is known to be late" in answer.text


def test_the_summary_names_nobody_who_is_late(served: Any) -> None:
    found = served.get(f"/api/v1/runs/{SHOP}/summary").json()["future"]
    assert found["late_count"] > 0
    assert "late" not in found


def test_a_viewer_does_not_see_who_is_late(team: Team) -> None:
    assert team["eve"].get(f"/runs/{RUN}/late").status_code == 403
    assert team["bob"].get(f"/runs/{RUN}/late").status_code == 200


def test_a_given_name_stands_in_the_forecast(served: Any, shop: Path) -> None:
    served.put(f"/api/v1/runs/{SHOP}/segments/1/name", json={"name": "Best friends"})
    found = served.get(f"/api/v1/runs/{SHOP}/summary").json()["future"]
    assert found["segments"][0]["segment"] == "Best friends"


def test_a_plan_goes_by_what_each_segment_is_expected_to_spend(served: TestClient) -> None:
    """The page, its lists and the API plan without a revenue where the run foretells it."""
    form = served.get(f"/runs/{SHOP}/plan", headers=PAGE).text
    assert "Leave empty: what a customer of its segment is expected to spend" in text_of(form)
    page = text_of(served.get(f"/runs/{SHOP}/plan?cost=1&rate=5", headers=PAGE).text)
    assert "expected to spend within 90 days by the forecast of this run" in page
    body = {"cost": 1, "rate": 0.05}
    found = served.post(f"/api/v1/runs/{SHOP}/plan", json=body).json()
    assert found["plan"]["revenue_horizon"] == 90
    assert len({one["revenue"] for one in found["plan"]["segments"]}) > 1
    own = text_of(served.get(f"/runs/{SHOP}/plan?cost=1&revenue=9&rate=5", headers=PAGE).text)
    assert "by the forecast of this run" not in own
