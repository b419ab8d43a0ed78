"""The web app in a real browser: what an analyst does, on a desktop, a phone, by keyboard alone."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from web.browsing import DESKTOP, PHONE, Visit, shared_table, tab_to, visit
from web.serving import RUN

FOUR = ["Premium", "Moderate engagement", "Discount-sensitive", "Low engagement / potential churn"]


def _started(seen: Visit, path: Path) -> str:
    """Upload a table, start the run, and return its name once its page is there."""
    page = seen.page
    seen.go("/")
    page.set_input_files("#file", path)
    page.wait_for_url("**/new/*")
    assert page.locator("h1").inner_text() == "A table of 2,240 customers,\nwith 22 columns" or (
        "2,240 customers" in page.locator("h1").inner_text()
    )
    assert page.locator("select[data-was]").count() == 22
    income = page.get_by_label("Role of Income")
    assert income.input_value() == "describes"
    page.get_by_role("button", name="Find the segments").first.click()
    page.wait_for_url("**/jobs/*")
    assert page.locator(".tasks li").count() >= 5
    page.wait_for_url(re.compile(r"/runs/[^/]+$"), timeout=180_000)
    seen.drawn()
    return seen.path().rsplit("/", 1)[1]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_a_table_to_a_campaign(size: dict[str, int], open_page: Any, tmp_path: Path) -> None:
    table = shared_table("smartcart_customers.csv")
    seen: Visit = open_page(size, accept_downloads=True)
    page = seen.page
    run = _started(seen, table)

    # four segments
    names = page.locator(".cards:not([hidden]) h3").all_inner_texts()
    assert names == FOUR
    seen.check()

    # the slider: cards and the picture follow, the recommended stands beside
    page.focus("#k")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector('.chart.solid[data-shown="5"]')
    assert page.locator(".cards:not([hidden]) h3").count() == 5
    assert page.locator("#k-many").inner_text() == "5 segments"
    assert page.locator("#k-back-then").inner_text().startswith("with 4: ")
    drawn = page.locator(".chart.solid").evaluate("el => el.data.length")
    assert drawn == 5
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector('.chart.solid[data-shown="4"]')
    assert page.locator(".cards:not([hidden]) h3").all_inner_texts() == FOUR

    # rename one; the model's own name stays beside it
    page.get_by_role("link", name="Premium", exact=True).first.click()
    seen.drawn()
    page.get_by_text("Rename this segment").click()
    page.get_by_label("Its name for you and your team").fill("Wine lovers")
    page.get_by_role("button", name="Rename").click()
    page.wait_for_url("**done=renamed*")
    seen.drawn()
    assert "Wine lovers" in page.locator("h1").inner_text()
    assert "SmartCart calls it Premium" in page.locator(".head").inner_text()
    seen.check()

    # a list whose rows equal the receipt
    page.get_by_role("button", name="Make the list").click()
    page.wait_for_url("**/exports/*")
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download wine-lovers.csv").click()
    file = tmp_path / "list.csv"
    kept.value.save_as(file)
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download the receipt").click()
    kept.value.save_as(tmp_path / "receipt.json")
    receipt = json.loads((tmp_path / "receipt.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == receipt["written"] == receipt["by_segment"]["Wine lovers"] > 500
    assert f"{receipt['written']:,} customers" in page.locator("h1").inner_text()
    customer = rows[0]["customer_id"]
    seen.check()

    # look up a customer, and what if
    seen.go(f"/runs/{run}/customers")
    page.get_by_label("Customer id").fill(customer)
    page.get_by_role("button", name="Look up").click()
    page.wait_for_url("**id=*")
    assert "Wine lovers" in page.locator(".head").inner_text()
    assert page.get_by_role("heading", name="Why here").is_visible()
    page.get_by_role("link", name="What if this customer were different?").click()
    page.get_by_label("Spend", exact=True).fill("20")
    page.get_by_label("Spend per purchase", exact=True).fill("5")
    page.wait_for_selector("#live .tag")
    assert "moved from Wine lovers" in page.locator("#live").inner_text()
    seen.check()

    # plan a campaign
    seen.go(f"/runs/{run}/plan")
    page.get_by_label("A contact costs").fill("3")
    page.get_by_label("A response brings").fill("11")
    page.get_by_role("button", name="Plan it").click()
    page.wait_for_url("**cost=3*")
    seen.drawn()
    assert "Wine lovers" in page.locator("h1").inner_text()
    assert page.get_by_text("Leave").first.is_visible()
    page.get_by_role("button", name="Make the two lists").click()
    page.wait_for_url("**/exports/*")
    told = page.locator(".receipt").inner_text()
    people: dict[str, set[str]] = {}
    for name, label in (
        ("contact.csv", "To contact: in contact.csv"),
        ("held-out.csv", "To leave alone, for comparison: in held-out.csv"),
    ):
        with page.expect_download() as kept:
            page.get_by_role("link", name=f"Download {name}").click()
        kept.value.save_as(tmp_path / name)
        lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        people[name] = {row["customer_id"] for row in csv.DictReader(lines)}
        assert f"{len(people[name]):,}" in told.split(label)[1].split("\n")[1:3]
    assert not people["contact.csv"] & people["held-out.csv"]
    seen.check()


def test_everything_by_keyboard_alone(open_page: Any) -> None:
    seen: Visit = open_page()
    page = seen.page
    seen.go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tab_to(page, f'.runs a[href="/runs/{RUN}"]')
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/runs/{RUN}")
    seen.drawn()
    tab_to(page, "#k")
    before = int(page.input_value("#k"))
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f'.chart.solid[data-shown="{before - 1}"]')
    assert page.locator(".cards:not([hidden]) h3").count() == before - 1
    page.keyboard.press("ArrowRight")
    tab_to(page, ".card h3 a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/segments/*")
    seen.drawn()
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    tab_to(page, "#name")
    page.keyboard.press("Control+a")
    page.keyboard.type("Best friends")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=renamed*")
    assert "Best friends" in page.locator("h1").inner_text()
    tab_to(page, "#format")
    tab_to(page, 'form[action$="/audience"] button')
    page.keyboard.press("Enter")
    page.wait_for_url("**/exports/*")
    tab_to(page, 'nav.tabs a[href$="/plan"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan")
    tab_to(page, "#cost")
    page.keyboard.type("2")
    tab_to(page, "#revenue")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    page.wait_for_url("**cost=2*")
    seen.drawn()
    assert page.get_by_role("heading", name="Whom to contact").is_visible()


def test_names_of_people_reach_every_page_and_the_own_name_comes_back(open_page: Any) -> None:
    seen: Visit = open_page()
    page = seen.page
    evil = "<img src=x onerror=alert(1)>\"'&amp;"
    seen.go(f"/runs/{RUN}/segments/2")
    own = page.locator("h1 span").last.inner_text()
    page.get_by_text("Rename this segment").click()
    page.fill("#name", evil)
    page.keyboard.press("Enter")
    page.wait_for_url("**done=renamed*")
    for path in ("", "/segments/2", "/plan?cost=1&revenue=50", "/what-if", "/data"):
        seen.go(f"/runs/{RUN}{path}")
        assert evil in page.inner_text("main")
        assert not page.locator("img[src=x]").count()
    seen.go(f"/runs/{RUN}/segments/2")
    page.get_by_text("Rename this segment").click()
    page.fill("#name", "")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=own-name*")
    assert page.locator("h1 span").last.inner_text() == own


def test_pages_work_before_the_script_has_loaded(browser: Any, base: str) -> None:
    seen = visit(browser, base, java_script_enabled=False)
    page = seen.page
    page.goto(f"{base}/runs/{RUN}?k=3")
    assert page.locator(".cards:not([hidden]) h3").count() == 3
    assert page.get_by_role("button", name="Use 3 segments").is_visible()
    page.goto(f"{base}/runs/{RUN}/segments/1?against=2")
    page.get_by_text("The same as a table").first.click()
    assert page.get_by_role("columnheader", name="Difference, SD").is_visible()
    page.goto(f"{base}/runs/{RUN}/what-if")
    page.locator("input[inputmode=decimal]").first.fill("1")
    page.get_by_role("button", name="Show the segment").click()
    page.wait_for_url("**v.spend=1&*")
    assert page.locator("#live .big").is_visible()
    page.goto(f"{base}/")
    assert page.locator("#file").is_visible()
    page.context.close()


def test_every_chart_has_its_table(open_page: Any) -> None:
    seen: Visit = open_page()
    page = seen.page
    charts = 0
    for path in ("", "/segments/1", "/plan?cost=1&revenue=50", "/data"):
        seen.go(f"/runs/{RUN}{path}")
        for chart in page.locator(".chart").all():
            charts += 1
            assert chart.get_attribute("aria-label")
            place = chart.locator("xpath=ancestor::figure")
            beside = place.locator("table").count()
            # the figures per K share one table below them
            assert beside or place.locator("xpath=ancestor::section").locator("table").count()
            assert chart.locator(".main-svg, canvas").count(), chart.get_attribute("data-figure")
    assert charts > 15


def test_a_wrong_value_is_told_with_the_way_out(open_page: Any) -> None:
    seen: Visit = open_page()
    page = seen.page
    seen.go(f"/runs/{RUN}/plan?cost=free&revenue=11")
    alert = page.get_by_role("alert")
    assert "The cost of a contact is 'free', which is no amount." in alert.inner_text()
    assert "Type an amount from 0 up" in alert.inner_text()
    assert page.input_value("#revenue") == "11"
    seen.go(f"/runs/{RUN}/customers?id=nobody")
    assert "There is no customer 'nobody'" in page.get_by_role("alert").inner_text()
    assert seen.go("/runs/nothing").status == 404
    assert "There is no run 'nothing'." in page.locator("h1").inner_text()
    seen.faults = [f for f in seen.faults if "Failed to load resource" not in f]
