"""In a browser, from an upload with e-mail and phone to a platform's list, without a terminal."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from smartcart.audiences.destinations import DESTINATIONS
from smartcart.datasets import write_customers
from web.browsing import DESKTOP, PHONE, Visit

ROWS = 300


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def phone(place: int) -> str:
    """Return a number as people in its country write it."""
    return f"06 1{place:03d} {place:04d}"


def dialled(place: int) -> str:
    return f"+3161{place:03d}{place:04d}"


def shop(path: Path) -> dict[str, int]:
    """Write a table of customers with e-mail and phone; return the place of each customer id."""
    write_customers(path, ROWS, seed=8)
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    rows = [f"{line},Kate{i}@Example.com,{phone(i)}" for i, line in enumerate(lines)]
    path.write_text("\n".join([f"{head},E-mail,Phone", *rows]), encoding="utf-8")
    return {line.split(",")[0]: i for i, line in enumerate(lines)}


def test_from_an_upload_to_a_hashed_list_without_who_must_not_be_reached(
    open_page: Any, tmp_path: Path
) -> None:
    table = tmp_path / "contacts.csv"
    places = shop(table)
    seen: Visit = open_page()
    page = seen.page
    seen.go("/")
    page.set_input_files("#file", table)
    page.wait_for_url("**/new/*")
    for name in ("E-mail", "Phone"):
        assert page.get_by_label(f"Role of {name}", exact=True).input_value() == "dropped"
    page.get_by_role("button", name="Find the segments").first.click()
    page.wait_for_url(re.compile(r"/runs/[^/]+$"), timeout=180_000)
    run = seen.path().rsplit("/", 1)[1]
    asked = f"{seen.base}/api/v1/runs/{run}/customers?limit=1000&segment_id=1"
    listed = page.request.get(asked).json()["items"]
    members = sorted(places[one["customer_id"]] for one in listed)
    assert len(members) > 20
    by_mail, by_phone, by_hash, *reached = members
    stop = tmp_path / "stop.txt"
    lines = [f"KATE{by_mail}@example.com", dialled(by_phone), sha(f"kate{by_hash}@example.com")]
    stop.write_text("\n".join(lines), encoding="utf-8")
    google = next(one for one in DESTINATIONS if one.key == "google")
    for size in (DESKTOP, PHONE):
        _listed(open_page(size), run, stop, tmp_path, google, reached)


def _listed(
    seen: Visit,
    run: str,
    stop: Path,
    folder: Path,
    google: Any,
    left: list[int],
) -> None:
    page = seen.page
    assert seen.go(f"/runs/{run}/segments/1").status == 200
    page.get_by_role("link", name="A list for a platform").click()
    page.wait_for_url("**/audience?*")
    page.get_by_label("Platform").select_option("google")
    own = page.get_by_label("E-mail and phone are in").locator("option", has_text="The table of")
    page.get_by_label("E-mail and phone are in").select_option(own.get_attribute("value"))
    page.get_by_label("Country of phones without a code").fill("NL")
    page.set_input_files("#suppress_file", stop)
    seen.check()
    page.get_by_role("button", name="Make the list").click()
    page.wait_for_url("**/exports/*")
    told = " ".join(page.locator(".receipt").inner_text().split())
    assert f"{len(left):,} customers" in page.locator("h1").inner_text()
    with page.expect_download() as kept:
        page.get_by_role("link", name=re.compile(r"Download .*\.csv")).first.click()
    file = folder / "list.csv"
    kept.value.save_as(file)
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download the receipt").click()
    kept.value.save_as(folder / "receipt.json")
    receipt = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert receipt["customers"] == receipt["written"] + sum(receipt["left_out"].values()) == ROWS
    assert receipt["left_out"]["suppressed"] == 3
    assert receipt["written"] == len(rows) == len(left)
    assert receipt["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert receipt["sha256"] in told.replace(" ", "")
    assert {row[google.email] for row in rows} == {sha(f"kate{i}@example.com") for i in left}
    assert {row[google.phone] for row in rows} == {sha(dialled(i)) for i in left}
    seen.check()
