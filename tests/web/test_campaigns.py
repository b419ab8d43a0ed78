"""Results of campaigns in the browser and by the API: as Python and the command line say."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import smartcart.store
from smartcart import store
from smartcart.cli.main import app
from smartcart.workflows.kept_campaigns import learnt
from smartcart.workflows.plan import make_plan
from smartcart.workflows.results import measure_arms
from web.browsing import shared_table
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
    assert "Difference to those left alone, in percentage points" in said
    assert "Difference to those left alone, per customer" in said
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


# The next plan ---------------------------------------------------------------------------------


def chosen_first(client: Any) -> tuple[str, str]:
    """Return the first offer of the plan's page that is a measured campaign: value and words."""
    page = client.get(f"/runs/{RUN}/plan", headers=PAGE)
    assert page.status_code == 200
    found = re.findall(r'<option value="(results:[^"]*)"[^>]*>([^<]*)<', page.text)
    return found[0] if found else ("", "")


def test_the_next_plan_learns_what_a_contact_added(client: Any, workspace: Path) -> None:
    assert chosen_first(client) == ("", "")
    measured(client, table(workspace), title="Spring", cost="0,50")
    value, words = chosen_first(client)
    assert words == "Spring: visit after Mens, beyond control"
    asked = {"cost": "1", "revenue": "50", "outcome": value}
    page = client.get(f"/runs/{RUN}/plan", params=asked, headers=PAGE)
    assert page.status_code == 200
    said = words_of(page.text)
    assert "Planned from what a contact added: visit after 'Mens' in “Spring”" in said
    assert "expected further responses" in said.casefold()
    kept = client.get("/api/v1/campaigns").json()[0]
    body = {"cost": 1, "revenue": 50, "campaign": kept["id"], "arm": "Mens", "outcome": "visit"}
    told = client.post(f"/api/v1/runs/{RUN}/plan", json=body).json()["plan"]
    assert told["measured"] is True
    assert f"Contact {told['chosen']['contacts']:,} customers" in said
    effects = {
        one["segment_id"]: one
        for one in kept["effects"]["effects"]
        if (one["outcome"], one["arm"]) == ("visit", "Mens")
    }
    for one in told["segments"]:  # drawn a little to the middle, and not the rate of all visits
        effect = effects[one["segment_id"]]
        assert one["trials"] == effect["customers"]
        assert abs(one["rate"] - effect["difference"]) < 0.12
        assert one["rate"] < effect["mean"] - 0.05
    asked["outcome"] = "results:0000000000000000:0"
    page = client.get(f"/runs/{RUN}/plan", params=asked, headers=PAGE)
    assert page.status_code == 404
    assert "There is no campaign with results" in page.text
    body["arm"] = "Kids"
    refused = client.post(f"/api/v1/runs/{RUN}/plan", json=body)
    assert refused.status_code == 400
    assert "visit of Mens, visit of Womens" in refused.json()["error"]["message"]


def test_python_and_the_command_line_plan_and_sum_up_alike(
    client: Any, workspace: Path, tmp_path: Path
) -> None:
    file = tmp_path / "results.csv"
    file.write_bytes(table(workspace))
    run = workspace / "runs" / RUN
    saved = smartcart.store.read_run(run)
    lesson = learnt(measure_arms(file, saved), "results.csv")
    want = make_plan(saved, cost=1, revenue=50, learnt=lesson).plan
    asked = ["plan", str(run), "--cost", "1", "--revenue", "50", "--earlier", str(file), "--json"]
    done = json.loads(CliRunner().invoke(app, asked).stdout)
    assert done["plan"]["chosen"] == store.plain(want.chosen)
    both = CliRunner().invoke(app, [*asked, "--rate", "0.1"])
    assert "the results of an earlier campaign and another rate are given" in str(both.exception)

    nothing = CliRunner().invoke(app, ["campaigns", str(workspace)])
    assert nothing.stdout == "No campaign has results yet.\n"
    for title, cost in (("Spring", "0,50"), ("Summer", "1")):
        assert measured(client, table(workspace), title=title, cost=cost).status_code == 303
    told = json.loads(CliRunner().invoke(app, ["campaigns", str(workspace), "--json"]).stdout)
    assert told == {"ledger": client.get("/api/v1/campaigns/ledger").json(), "planned": 0}
    rows = told["ledger"]
    assert rows[1]["so_far"] == pytest.approx(rows[0]["earned"] + rows[1]["earned"])
    shown = CliRunner().invoke(app, ["campaigns", str(workspace)]).stdout
    page = words_of(client.get("/campaigns", headers=PAGE).text)
    for figure in re.findall(r"-?[\d,]+\.\d\d", shown):
        assert figure in page
    damaged = next((workspace / "campaigns").glob("*/campaign.json"))
    damaged.write_text("{")
    broken = CliRunner().invoke(app, ["campaigns", str(workspace)])
    assert "cannot be read" in str(broken.exception)


def test_hillstrom_is_alike_on_the_page_by_the_api_and_in_python(
    client: Any, workspace: Path, tmp_path: Path
) -> None:
    mail = pd.read_csv(shared_table("hillstrom.csv.gz"))
    mail.insert(0, "ID", np.arange(1, len(mail) + 1))
    run = workspace / "runs" / RUN
    known = pq.read_table(run / "segments.parquet")
    model = client.app.state.services.workspace.run(RUN).model
    ids = pa.array(mail["ID"].astype(str))
    segments = pa.array(np.array(model.ids)[np.arange(len(mail)) % len(model.ids)])
    half = pa.array(np.full(len(mail), 0.5))
    names = pa.array(["any"] * len(mail))
    rows = {
        "customer_id": ids,
        "segment_id": segments,
        "segment": names,
        "distance": half,
        "confidence": half,
    }
    made = pa.table({name: rows[name] for name in known.column_names}).cast(known.schema)
    pq.write_table(made, run / "segments.parquet")
    file = tmp_path / "hillstrom.csv"
    mail.to_csv(file, index=False)

    answer = measured(client, file.read_bytes(), arm="segment", title="E-mails", cost="0,01")
    assert answer.status_code == 303, words_of(answer.text)[-600:]
    page = client.get(answer.headers["location"], headers=PAGE)
    said = words_of(page.text)
    assert page.status_code == 200
    for figure in ("18.28%", "15.14%", "10.62%", "1.25%", "0.88%", "0.57%", "1.42", "1.08", "0.65"):
        assert figure in said
    (kept,) = client.get("/api/v1/campaigns").json()
    python = measure_arms(file, smartcart.store.read_run(run), arm="segment")
    assert kept["effects"] == json.loads(json.dumps(store.plain(python)))
    assert kept["effects"]["customers"] == 64_000
