"""Results of campaigns in the browser and by the API: as Python and the command line say."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from web.serving import RUN
from web.test_platform_lists import token

PAGE = {"Accept": "text/html"}


def words_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def table(workspace: Path, *, arms: bool = True) -> bytes:
    ids = pq.read_table(workspace / "runs" / RUN / "segments.parquet")["customer_id"].to_pylist()
    rng = np.random.default_rng(5)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["customer_id", *(["group"] if arms else []), "visit", "spend"])
    for one in ids:
        group = rng.choice(["Mens", "Womens", "control"])
        visit = int(rng.random() < (0.2 if group == "control" else 0.6))
        money = round(float(visit * rng.exponential(20)), 2)
        writer.writerow([one, *([group] if arms else []), visit, money])
    return out.getvalue().encode()


def measured(client: Any, content: bytes, **fields: str) -> Any:
    at = f"/runs/{RUN}/results"
    return client.post(
        at,
        data={"csrf_token": token(client, at), **fields},
        files={"file": ("results.csv", content)},
        headers=PAGE,
    )


def test_results_of_several_arms_are_shown_kept_and_in_the_ledger(
    client: Any, workspace: Path
) -> None:
    answer = measured(client, table(workspace), title="Spring", cost="0,50", margin="40")
    assert answer.status_code == 303, words_of(answer.text)[-600:]
    page = client.get(answer.headers["location"], headers=PAGE)
    assert page.status_code == 200
    said = words_of(page.text)
    kept = client.get("/api/v1/campaigns").json()
    assert [one["title"] for one in kept] == ["Spring"]
    effects = kept[0]["effects"]
    assert (effects["control"], effects["arms"]) == ("control", ["Mens", "Womens"])
    assert effects["outcomes"] == ["visit", "spend"]
    whole = [e for e in effects["effects"] if not e["segment_id"] and e["outcome"] == "visit"]
    for one in whole:
        assert f"{one['mean']:.2%}" in said
    assert "Mens : more, beyond chance" in said
    segments = {e["segment"] for e in effects["effects"]}
    assert all(name in said for name in segments)
    row = client.get("/api/v1/campaigns/ledger").json()[0]
    pooled = next(e for e in effects["pooled"] if e["outcome"] == "spend")
    contacts = sum(e["customers"] for e in whole)
    assert row["cost"] == contacts * 0.5
    assert row["earned"] == pytest.approx(0.4 * pooled["total"] - row["cost"])
    again = measured(client, table(workspace), title="Summer", cost="1", margin="40")
    assert again.status_code == 303
    rows = client.get("/api/v1/campaigns/ledger").json()
    assert [one["name"] for one in rows] == ["Spring", "Summer"]
    assert rows[1]["so_far"] == pytest.approx(rows[0]["earned"] + rows[1]["earned"])
    ledger = client.get("/campaigns", headers=PAGE)
    assert ledger.status_code == 200
    assert "Spring" in ledger.text
    assert "Summer" in ledger.text


def test_a_plan_knows_who_was_in_which_arm(client: Any, workspace: Path) -> None:
    at = f"/runs/{RUN}/plan"
    answer = client.post(
        f"{at}/lists",
        data={"csrf_token": token(client, at), "cost": "1", "revenue": "50"},
        headers=PAGE,
    )
    assert answer.status_code == 303
    planned = client.get("/api/v1/campaigns").json()[0]
    assert planned["effects"] is None
    done = measured(client, table(workspace, arms=False), campaign=planned["id"])
    assert done.status_code == 303, words_of(done.text)[-600:]
    kept = client.get("/api/v1/campaigns").json()
    assert len(kept) == 1
    effects = kept[0]["effects"]
    assert (effects["control"], effects["arms"]) == ("hold out", ["contact"])
    assert kept[0]["contacts"] == planned["contacts"]


def test_what_cannot_be_read_is_told_and_what_was_typed_stays(client: Any, workspace: Path) -> None:
    answer = measured(client, table(workspace), control="nobody", title="Autumn")
    assert answer.status_code == 422
    said = html.unescape(answer.text)
    assert "no arm is 'nobody'" in said.casefold()
    assert 'value="Autumn"' in said
    answer = measured(client, table(workspace), cost="1.000")
    assert answer.status_code == 400
    assert "can be 1 or 1,000" in words_of(answer.text)


def test_a_campaign_can_be_deleted(client: Any, workspace: Path) -> None:
    at = measured(client, table(workspace)).headers["location"]
    done = client.post(f"{at}/delete", data={"csrf_token": token(client, at)}, headers=PAGE)
    assert done.status_code == 303
    assert client.get(at, headers=PAGE).status_code == 404
    assert client.get("/api/v1/campaigns").json() == []
