"""The plan page: the same sentences as the report and the command line; two lists, not one."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path
from typing import Any

import pytest

from command_line import smartcart
from web.serving import RUN

PAGE = {"Accept": "text/html"}
WAYS = (
    (["--cost", "1", "--revenue", "50"], "cost=1&revenue=50"),
    (["--cost", "1", "--revenue", "50", "--budget", "0.5"], "cost=1&revenue=50&budget=0,5"),
    (["--cost", "60", "--revenue", "50"], "cost=60&revenue=50"),
    (["--cost", "3", "--revenue", "30", "--budget", "60"], "cost=€ 3,00&revenue=30&budget=60"),
    (["--cost", "1", "--revenue", "50", "--baseline", "0.01"], "cost=1&revenue=50&baseline=1"),
)


def words_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.mark.parametrize(("options", "query"), WAYS)
def test_page_and_command_line_say_the_same(
    client: Any, workspace: Path, options: list[str], query: str
) -> None:
    done = smartcart("plan", workspace / "runs" / RUN, *options)
    assert done.returncode == 0, done.stderr
    told = done.stdout
    page = words_of(client.get(f"/runs/{RUN}/plan?{query}", headers=PAGE).text)
    sentences = [
        line.strip().replace(" (--baseline 0.05)", " under “Respond without contact” above")
        for line in told.splitlines()
        if line.strip().endswith(".") and not line.startswith(("  cost", "Everybody", "Nobody:"))
    ]
    assert len(sentences) >= 4
    for sentence in sentences:
        assert sentence in page, sentence
    assert "Nobody" in page
    advice = next(line for line in sentences if line.startswith("Contact"))
    assert advice.removesuffix(".") in page


def test_a_budget_that_is_too_small_is_told_as_that(client: Any) -> None:
    page = words_of(client.get(f"/runs/{RUN}/plan?cost=1&revenue=50&budget=0.5", headers=PAGE).text)
    assert "the budget does not pay for a single contact" in page
    assert "no segment earns what a contact costs" not in page


def test_what_was_understood_stands_beside_the_field(client: Any) -> None:
    page = words_of(client.get(f"/runs/{RUN}/plan?cost=1.000,50&revenue=10k", headers=PAGE).text)
    assert "1,000.50." in page
    assert "10,000." in page
    refused = client.get(f"/runs/{RUN}/plan?cost=1.000&revenue=50", headers=PAGE)
    assert refused.status_code == 400
    assert "which can be 1 or 1,000" in words_of(refused.text)
    assert client.get("/amount?typed=10k&unit=€").text == "Read as €10,000."
    assert client.get("/amount?typed=2,5&unit=%25").text == "Read as 2.50%."
    assert "can be" in client.get("/amount?typed=1.000").text
    assert client.get("/amount?typed=").text == ""


def test_contacted_and_held_out_are_in_two_files(client: Any) -> None:
    made = client.post(f"/api/v1/runs/{RUN}/plan/lists", json={"cost": 1, "revenue": 50}).json()
    at = f"/api/v1/exports/{made['id']}"
    assert set(made["files"]) == {"contact.csv", "held-out.csv"}

    def rows(path: str) -> list[dict[str, str]]:
        answer = client.get(at + path)
        assert answer.status_code == 200
        return list(csv.DictReader(io.StringIO(answer.text)))

    contact, held = rows("/files/contact.csv"), rows("/files/held-out.csv")
    assert {row["arm"] for row in contact} == {"contact"}
    assert {row["arm"] for row in held} == {"hold out"}
    assert held
    assert not {r["customer_id"] for r in contact} & {r["customer_id"] for r in held}
    assert (len(contact), len(held)) == (made["arms"]["contact"], made["arms"]["hold out"])
    assert rows("") == contact
    assert client.get(at + "/receipt").json()["files"] == made["files"]
    assert client.get(at + "/files/nothing.csv").status_code == 404
    page = client.get(f"/runs/{RUN}/exports/{made['id']}", headers=PAGE)
    assert page.status_code == 200
    said = words_of(page.text)
    assert f"Two lists are ready: {len(contact):,} to contact" in said
    assert "Download contact.csv" in said
    assert "Download held-out.csv" in said
    assert "Upload it nowhere" in said
