"""From an upload with e-mail and phone to a platform's list, without who must not be reached."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from smartcart.audiences.destinations import DESTINATIONS
from web.serving import RUN
from web.test_tables import form

PAGE = {"Accept": "text/html"}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def people(workspace: Path) -> list[str]:
    table = pq.read_table(workspace / "runs" / RUN / "segments.parquet").to_pandas()
    return [str(one) for one in table[table["segment_id"] == 1]["customer_id"]]


def token(client: Any, at: str) -> str:
    found = re.search(r'name="csrf" content="([^"]+)"', client.get(at, headers=PAGE).text)
    assert found is not None
    return found[1]


def sent(client: Any, files: dict[str, Any], **fields: Any) -> Any:
    at = f"/runs/{RUN}/audience"
    data = {"csrf_token": token(client, at), "segment": ["1"], "country": "DE", **fields}
    return client.post(at, data=data, files=files, headers=PAGE)


def contacts(ids: list[str]) -> bytes:
    rows = [f"{i},C{i}@Example.com,0151 234{n:05d}\n" for n, i in enumerate(ids)]
    return ("customer_id,email,phone\n" + "".join(rows)).encode()


def rows_of(client: Any, answer: Any) -> tuple[list[dict[str, str]], dict[str, Any]]:
    assert answer.status_code == 303, html.unescape(answer.text)[-900:]
    number = answer.headers["location"].rsplit("/", 1)[1]
    text = client.get(f"/api/v1/exports/{number}").text
    return list(csv.DictReader(io.StringIO(text))), client.get(
        f"/api/v1/exports/{number}/receipt"
    ).json()


@pytest.mark.parametrize("goal", DESTINATIONS, ids=lambda one: one.key)
def test_a_list_has_the_columns_and_hashes_of_its_platform(
    client: Any, workspace: Path, goal: Any
) -> None:
    ids = people(workspace)
    suppress = f"0151 234{1:05d}\nc{ids[2]}@example.com\n{sha('+49151234' + '00003')}\n"
    answer = sent(
        client,
        {
            "contacts_file": ("contacts.csv", contacts(ids)),
            "suppress_file": ("stop.txt", suppress.encode()),
        },
        destination=goal.key,
    )
    rows, receipt = rows_of(client, answer)
    assert receipt["left_out"]["suppressed"] == 3
    assert len(rows) == receipt["written"] == len(ids) - 3
    wanted = [name for name in (goal.email, goal.phone, goal.segment) if name]
    assert list(rows[0]) == wanted
    gone = {f"c{ids[n]}@example.com" for n in (1, 2, 3)}
    emails = {f"c{i}@example.com" for i in ids} - gone
    if goal.hashing:
        emails = {sha(one) for one in emails}
    assert {row[goal.email] for row in rows} == emails
    if goal.phone:
        numbers = {f"+49151234{n:05d}" for n in range(len(ids)) if n not in (1, 2, 3)}
        plain = {one.removeprefix("+") for one in numbers} if goal.hashing == "meta" else numbers
        hashed = {sha(one) for one in plain} if goal.hashing else numbers
        assert {row[goal.phone] for row in rows} == hashed
    number = answer.headers["location"].rsplit("/", 1)[1]
    raw = client.get(f"/api/v1/exports/{number}").content
    assert hashlib.sha256(raw).hexdigest() == receipt["sha256"]
    assert receipt["customers"] == receipt["written"] + sum(receipt["left_out"].values())


def test_the_form_says_what_it_lacks_and_keeps_what_was_chosen(client: Any) -> None:
    answer = sent(client, {}, destination="google")
    assert answer.status_code == 422
    said = html.unescape(answer.text)
    assert "no contacts are named" in said
    assert 'value="google" selected' in said
    assert 'name="segment" value="1" checked' in said
    answer = sent(client, {}, segment=[], destination="")
    assert answer.status_code == 400
    assert "No segment is chosen" in answer.text
    answer = sent(client, {}, country="999", destination="")
    assert answer.status_code == 422
    assert "the country is '999'" in html.unescape(answer.text).lower()


def test_who_joined_and_who_left_since_a_run(client: Any, workspace: Path) -> None:
    import shutil

    shutil.copytree(workspace / "runs" / RUN, workspace / "runs" / "shop-000002")
    answer = form(
        client, f"/runs/{RUN}/audience", f"/runs/{RUN}/audience", segment="1", since="shop-000002"
    )
    rows, receipt = rows_of(client, answer)
    assert rows == []
    assert receipt["left_out"]["unchanged"] == len(people(workspace))
    assert receipt["notices"][0]["code"] == "no_changes"


def test_every_other_segment_can_be_in_the_list_too(client: Any, workspace: Path) -> None:
    answer = sent(client, {}, segment=["1", "2"], destination="", country="")
    rows, receipt = rows_of(client, answer)
    assert len(receipt["segments"]) == 2
    assert len(rows) > len(people(workspace))
