"""From a run to a campaign and back: the plan, its lists, what came of it, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart
from command_line import smartcart as command
from smartcart import store, workflows
from smartcart.datasets import write_customers
from smartcart.errors import DataError, UsageError
from smartcart.report import campaign
from smartcart.store import read_run
from smartcart.workflows.campaign_report import with_actions
from smartcart.workflows.explain import explain
from smartcart.workflows.plan import make_plan, measure_results, write_arms


def with_outcomes(saved, *outcomes):
    """Return a run that holds these outcomes alone."""
    return replace(saved, told=saved.told | {"outcomes": store.plain(outcomes)})


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.csv"
    write_customers(path, 1500, seed=3)
    return path


@pytest.fixture(scope="module")
def run(shop) -> Path:
    folder = shop.parent / "run"
    folder.mkdir()
    store.write_run(folder, workflows.segment(shop, folder, k=4, k_max=4))
    return folder


def test_outcomes_of_a_run_count_every_customer(shop, run):
    saved = read_run(run)
    truth = pd.read_csv(shop).merge(
        pd.read_csv(run / "segments.csv"), left_on="ID", right_on="customer_id"
    )
    assert [one.column for one in saved.outcomes][:1] == ["Response"]
    counted = truth.groupby("segment_id")["Response"].agg(["sum", "count"])
    rates = saved.outcomes[0].rates
    assert [(one.positives, one.customers) for one in rates] == list(
        counted.itertuples(index=False, name=None)
    )
    assert saved.outcomes[0].auc is not None
    assert 0.5 < saved.outcomes[0].auc < 1


def test_a_plan_without_an_outcome_needs_a_rate(run):
    saved = with_outcomes(read_run(run))
    with pytest.raises(UsageError, match="no outcome column"):
        make_plan(saved, cost=3, revenue=11)
    found = make_plan(saved, cost=3, revenue=11, rate=0.4)
    assert found.plan.assumed
    assert found.backtest is None
    assert found.plan.chosen.profit_low is None
    with pytest.raises(UsageError, match="one of them"):
        make_plan(saved, cost=3, revenue=11, rate=0.4, outcome="Response")
    with pytest.raises(UsageError, match="no outcome of this run"):
        make_plan(read_run(run), cost=3, revenue=11, outcome="Nonsense")


def test_lists_hold_exactly_the_plan(run, tmp_path):
    saved = read_run(run)
    found = make_plan(saved, cost=3, revenue=30, budget=900).plan
    planned = {one.segment: one.contacts for one in found.segments if one.contacts}
    assert sum(planned.values()) == 300
    counts = write_arms(saved, found, tmp_path / "list.csv", seed=5)
    reached = pd.read_csv(tmp_path / "list.csv")
    held = pd.read_csv(tmp_path / "list.held-out.csv")
    assert set(reached["arm"]) == {"contact"}
    assert set(held["arm"]) == {"hold out"}
    assert not set(reached["customer_id"]) & set(held["customer_id"])
    table = pd.concat([reached, held])
    assert table.groupby("segment").size().to_dict() == planned
    assert counts["contact"] + counts["hold out"] == len(table) == 300
    assert counts["contact"] + counts["hold out"] + counts["leave"] == sum(saved.sizes)
    assert (table["arm"] == "hold out").sum() == counts["hold out"] == found.holdout.size > 0
    write_arms(saved, found, tmp_path / "again.csv", seed=5)
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "list.csv").read_bytes()
    write_arms(saved, found, tmp_path / "other.csv", seed=6)
    assert (tmp_path / "other.csv").read_bytes() != (tmp_path / "list.csv").read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        write_arms(saved, found, tmp_path / "list.csv")
    (tmp_path / "list.csv").unlink()  # the other one alone is not replaced, either
    with pytest.raises(UsageError, match="exists already"):
        write_arms(saved, found, tmp_path / "list.csv")


def test_a_plan_that_contacts_nobody_writes_no_list(run, tmp_path):
    saved = read_run(run)
    found = make_plan(saved, cost=3, revenue=3.01).plan
    with pytest.raises(DataError, match="contacts nobody"):
        write_arms(saved, found, tmp_path / "list.csv")
    assert not any(tmp_path.iterdir())


def test_a_list_without_arms_is_refused(run, tmp_path):
    """A text file has one column: those held out would be contacted as well."""
    saved = read_run(run)
    found = make_plan(saved, cost=3, revenue=30).plan
    with pytest.raises(UsageError, match="no column for who is held out"):
        write_arms(saved, found, tmp_path / "list.txt")
    assert not any(tmp_path.iterdir())


def test_the_outcome_called_response_is_taken_first(run):
    saved = read_run(run)
    first = saved.outcomes[0]
    turned = with_outcomes(saved, replace(first, column="AcceptedCmp3"), first)
    found = make_plan(turned, cost=3, revenue=30)
    assert found.plan.column == "Response" == first.column
    assert found.others == ("AcceptedCmp3",)
    assert make_plan(turned, cost=3, revenue=30, rate=0.3).others == ()
    assert turned.outcome("response") == first
    with pytest.raises(UsageError, match="Did you mean 'Response'"):
        turned.outcome("Respons")
    text = campaign.plan_lines(found)[0]
    assert text.startswith("Planned from the rate of Response in each segment (the run also has")


def test_churn_is_no_answer_to_a_campaign(run):
    saved = read_run(run)
    churn = replace(saved.outcomes[0], column="Churned")
    other = replace(saved.outcomes[0], column="Bought")
    with pytest.raises(UsageError, match=r"of a campaign \(only Churned\)"):
        make_plan(with_outcomes(saved, churn), cost=3, revenue=30)
    both = with_outcomes(saved, churn, other)
    assert make_plan(both, cost=3, revenue=30).plan.column == "Bought"
    assert make_plan(both, cost=3, revenue=30, outcome="Churned").plan.column == "Churned"


def test_an_outcome_of_three_values_is_told_not_to_be_tested(shop):
    table = pd.read_csv(shop)
    table["Grade"] = np.arange(len(table)) % 3
    roles = {"Grade": "outcome"}
    found = smartcart.segment(table, k=2, k_max=3, roles=roles).record
    assert "Grade" not in [one.column for one in found.outcomes]
    told = [n.message for n in found.notices if n.code == "outcomes not tested"]
    assert len(told) == 1
    assert told[0].startswith("Not only 0 and 1 in Grade: ")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"cost": 3, "revenue": 3.01}, "no segment earns what a contact costs"),
        ({"cost": 3, "revenue": 30, "budget": 0}, "does not pay for a single contact"),
        ({"cost": 3, "revenue": 30, "budget": 2.99}, "does not pay for a single contact"),
        ({"cost": 3, "revenue": 30, "budget": 60, "partial": False}, "no whole segment"),
        ({"cost": 30, "revenue": 3}, "not even a response of everybody would pay"),
        ({"cost": 0, "revenue": 3}, "nothing is lost on average"),
        ({"cost": 0, "revenue": 3}, "nothing is gained by choosing"),
        ({"cost": 3, "revenue": 30}, "than contacting nobody"),
        ({"cost": 3, "revenue": 30}, "In a test of two equal arms each needs"),
        ({"cost": 3, "revenue": 30}, "is assumed: with it the campaign just pays"),
        ({"cost": 3, "revenue": 30, "rate": 0.3}, "Assumed: the response rate is yours"),
    ],
)
def test_a_plan_says_why(run, options, sentence):
    found = make_plan(read_run(run), **options)
    assert sentence in "\n".join(campaign.plan_lines(found))


def test_measuring_takes_no_wishes_of_a_plan(run, tmp_path):
    ids = pd.read_csv(run / "segments.csv")["customer_id"].head(4)
    results = tmp_path / "r.csv"
    pd.DataFrame({"customer_id": ids, "arm": ["contact", "hold out"] * 2, "response": 1}).to_csv(
        results, index=False
    )
    for wish in (["--budget", 3], ["--rate", 0.1], ["--whole"], ["-o", tmp_path / "l.csv"]):
        done = command("plan", run, "--results", results, *wish)
        assert done.returncode == 2
        assert f"{wish[0]} and --results are given" in done.stderr
    with pytest.raises(DataError, match=r"there is no '.*segments\.parquet'"):
        measure_results(replace(read_run(run), folder=tmp_path), results)


def test_results_are_counted_as_pandas_counts_them(run, tmp_path):
    people = pd.read_csv(run / "segments.csv")
    rng = np.random.default_rng(2)
    people["arm"] = rng.choice(["contact", "hold out", "leave"], len(people))
    people["response"] = rng.choice([0.0, 1.0, np.nan], len(people))
    people.to_csv(tmp_path / "results.csv", index=False)
    found, _ = measure_results(read_run(run), tmp_path / "results.csv", cost=1, revenue=9)
    known = people.dropna(subset="response").groupby(["segment_id", "arm"])["response"]
    want = known.agg(["count", "sum"]).to_dict("index")
    for one in found[:-1]:
        treated, held = want[one.segment_id, "contact"], want[one.segment_id, "hold out"]
        assert (one.treated, one.treated_responses) == (treated["count"], treated["sum"])
        assert (one.holdout, one.holdout_responses) == (held["count"], held["sum"])


def test_results_in_other_capitals_and_with_holes_are_read(run, tmp_path):
    ids = pd.read_csv(run / "segments.csv")["customer_id"].head(60)
    table = pd.DataFrame(
        {
            "Customer_ID": ids,
            "Arm": ["Contact", "Holdout", "leave"] * 20,
            "Response": [1, 0, 5] * 19 + [np.nan, 0, 5],
        }
    )
    table.to_csv(tmp_path / "results.csv", index=False)
    found, strangers = measure_results(read_run(run), tmp_path / "results.csv")
    assert strangers == 0
    assert (found[-1].treated + found[-1].holdout) <= 39
    assert sum(one.treated for one in found[:-1]) == 19
    assert sum(one.holdout for one in found[:-1]) == 20
    assert all(one.profit is None for one in found)


def test_results_give_back_a_planted_uplift(run, tmp_path):
    saved = read_run(run)
    ids = pd.read_csv(run / "segments.csv")
    rng = np.random.default_rng(1)
    arm = np.where(rng.random(len(ids)) < 0.5, "contact", "hold out")
    chance = np.where(arm == "contact", 0.30, 0.10)
    answers = pd.DataFrame(
        {
            "customer_id": ids["customer_id"],
            "arm": arm,
            "response": (rng.random(len(ids)) < chance).astype(int),
        }
    )
    answers.loc[len(answers)] = [10**9, "contact", 1]
    answers.to_csv(tmp_path / "results.csv", index=False)
    found, strangers = measure_results(saved, tmp_path / "results.csv", cost=1, revenue=20)
    assert strangers == 1
    assert len(found) == len(saved.names) + 1
    whole = found[-1]
    known = answers.iloc[:-1].groupby("arm")["response"].mean()
    assert whole.uplift == pytest.approx(known["contact"] - known["hold out"], abs=0.01)
    assert whole.low < 0.20 < whole.high
    assert whole.treated + whole.holdout == len(ids)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.drop(columns="arm"), "no column 'arm'"),
        (lambda t: t.rename(columns={"response": "respons"}), "Did you mean 'respons'"),
        (lambda t: t.assign(arm="maybe"), "'contact' or 'hold out'"),
        (lambda t: t.assign(arm=None), "the arm of customer .* is empty"),
        (lambda t: t.assign(response=7), "expected 0 or 1"),
        (lambda t: t.assign(response=[0, 1] * 24 + [2, 0]), "is 2; expected 0 or 1"),
        (lambda t: t.assign(response="yes"), "is 'yes'; expected 0 or 1"),
        (lambda t: pd.concat([t, t]), "more than once"),
        (lambda t: t.assign(customer_id=t["customer_id"] + 10**9), "is in this run"),
    ],
)
def test_results_that_cannot_be_read(run, tmp_path, change, sentence):
    ids = pd.read_csv(run / "segments.csv")["customer_id"].head(50)
    table = pd.DataFrame({"customer_id": ids, "arm": "contact", "response": 1})
    table.loc[::2, "arm"] = "hold out"
    change(table).to_csv(tmp_path / "results.csv", index=False)
    with pytest.raises(DataError, match=sentence):
        measure_results(read_run(run), tmp_path / "results.csv", cost=1, revenue=20)


def test_the_command_plans_and_measures(run, tmp_path):
    done = command("plan", run, "--cost", 3, "--revenue", 30, "--json", "-o", tmp_path / "l.csv")
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert content["plan"]["column"] == "Response"
    assert content["arms"]["contact"] > 0
    assert content["held_out"] == str(tmp_path / "l.held-out.csv")
    lists = [pd.read_csv(tmp_path / name) for name in ("l.csv", "l.held-out.csv")]
    pd.concat(lists).assign(response=0).to_csv(tmp_path / "r.csv", index=False)
    done = command("plan", run, "--cost", 3, "--revenue", 30, "--results", tmp_path / "r.csv")
    assert done.returncode == 0, done.stderr
    assert "all segments" in done.stdout
    assert "points" in done.stdout
    said = command("plan", run, "--cost", 3, "--revenue", 30)
    assert "Contact" in said.stdout
    assert "Everybody" in said.stdout
    assert "Nobody" in said.stdout
    assert command("plan", run, "--cost", -1, "--revenue", 30).returncode == 2
    done = command("plan", run, "--results", tmp_path / "r.csv")
    assert done.returncode == 0, done.stderr
    assert "uplift (90% interval)" in done.stdout
    assert "profit" not in done.stdout
    for amounts in (["--cost", 3], ["--revenue", 30], []):
        done = command("plan", run, *amounts)
        assert done.returncode == 2
        assert "is not given; expected what a contact costs" in done.stderr
    done = command("plan", run, "--cost", 3, "--results", tmp_path / "r.csv")
    assert done.returncode == 2
    assert "only --cost is given" in done.stderr
    assert command("plan", tmp_path, "--cost", 1, "--revenue", 30).returncode == 3


def test_pages_of_a_plan_its_results_and_an_explanation(run, tmp_path):
    amounts = ("--cost", 3, "--revenue", 30)
    page, results = tmp_path / "plan.html", tmp_path / "r.csv"
    done = command("plan", run, *amounts, "--report", page, "-o", results)
    assert done.returncode == 0, done.stderr
    assert f"Open {page} in a browser." in done.stdout
    assert "Whom to contact" in page.read_text(encoding="utf-8")
    pd.read_csv(results).assign(response=0).to_csv(results, index=False)
    uplift = tmp_path / "uplift.html"
    done = command("plan", run, "--results", results, "--report", uplift)
    assert done.returncode == 0, done.stderr
    assert "What the campaign changed" in uplift.read_text(encoding="utf-8")
    who = pd.read_csv(run / "segments.csv")["customer_id"][0]
    why = tmp_path / "why.html"
    done = command("explain", run, "--customer", who, "--report", why)
    assert done.returncode == 0, done.stderr
    assert f"Customer {who}: " in why.read_text(encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    for wrong, words in (
        (("plan", run, *amounts, "--report", page), "exists already"),
        (("plan", run, *amounts, "--report", tmp_path / "p.txt"), "ends in .html"),
        (("plan", run, *amounts, "--report", tmp_path / "no" / "p.html"), "cannot be written"),
        (
            ("plan", run, *amounts, "--report", tmp_path / "x.html", "-o", tmp_path / "x.html"),
            "are both",
        ),
        (("explain", run, "--customer", who, "--report", why), "exists already"),
    ):
        done = command(*wrong)
        assert done.returncode == 2
        assert words in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_the_main_job_plans_and_explains_where_it_is_asked(shop, tmp_path):
    who = pd.read_csv(shop)["ID"][0]
    out = tmp_path / "out"
    done = command(
        "run",
        shop,
        "-o",
        out,
        "--k",
        4,
        "--k-max",
        4,
        "--cost",
        3,
        "--revenue",
        30,
        "--budget",
        900,
        "--explain",
        who,
        "-q",
    )
    assert done.returncode == 0, done.stderr
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Whom to contact" in page
    assert f"Customer {who}: " in page
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert told["campaign"]["plan"]["chosen"]["contacts"] == 300
    assert told["explained"][0]["customer_id"] == str(who)
    assert len(told["reasons"]) == 4
    for wrong, words in (
        (("--cost", 3), "--revenue is not given"),
        (("--budget", 3), "--cost is not given"),
        (("--cost", -1, "--revenue", 3), "--cost is -1.0; expected an amount of 0 or more"),
        (("--cost", 1, "--revenue", "nan"), "--revenue is nan; expected an amount above 0"),
        (("--cost", 1, "--revenue", 0), "--revenue is 0.0; expected an amount above 0"),
    ):
        done = command("run", shop, "-o", tmp_path / "no", *wrong)
        assert done.returncode == 2
        assert words in done.stderr
    assert not (tmp_path / "no").exists()


def test_an_explanation_is_of_the_run_and_adds_up(shop, run):
    rows = pd.read_csv(run / "segments.csv").sample(20, random_state=0)
    found = explain(shop, workflows.load(run), rows["customer_id"].tolist())
    for one, row in zip(found, rows.itertuples(), strict=True):
        assert (one.customer_id, one.segment_id) == (str(row.customer_id), row.segment_id)
        assert one.distance == pytest.approx(row.distance, abs=1e-9)
        assert one.confidence == pytest.approx(row.confidence, abs=1e-9)
        lead = sum(part.contribution for part in one.contributions)
        assert lead == pytest.approx(one.other_distance**2 - one.distance**2, abs=1e-9)


def test_who_cannot_be_explained(shop, run, tmp_path):
    model = workflows.load(run)
    with pytest.raises(DataError, match="'nobody' is not in"):
        explain(shop, model, ["nobody"])
    with pytest.raises(UsageError, match=r"no segment 'Premum'.*Did you mean 'Premium'"):
        explain(shop, model, [1], other="Premum")
    table = pd.read_csv(shop)
    behaviour = [
        c for c in table if c.startswith(("Mnt", "Num")) or c in {"Recency", "Dt_Customer"}
    ]
    table.loc[0, behaviour] = np.nan
    table.to_csv(tmp_path / "holes.csv", index=False)
    with pytest.raises(DataError, match="has no segment: "):
        explain(tmp_path / "holes.csv", model, [table.loc[0, "ID"]])


def test_the_source_is_found_beside_the_run(run, shop, tmp_path):
    saved = read_run(run)
    assert saved.find_source() == str(shop)
    gone = replace(saved, told=saved.told | {"source": "moved.csv"})
    with pytest.raises(DataError, match="--source"):
        gone.find_source()
    (tmp_path / "moved.csv").write_bytes(shop.read_bytes())
    assert replace(gone, folder=tmp_path).find_source() == str(tmp_path / "moved.csv")
    assert gone.find_source("here.csv") == "here.csv"


def test_the_command_explains(run, shop):
    who = pd.read_csv(run / "segments.csv").loc[0]
    done = command("explain", run, "--customer", who["customer_id"])
    assert done.returncode == 0, done.stderr
    assert who["segment"] in done.stdout
    assert "Nearer to" in done.stdout
    done = command("explain", run, "--customer", who["customer_id"], "--json")
    one = json.loads(done.stdout)["explanations"][0]
    assert one["segment"] == who["segment"]
    assert one["contributions"]
    assert command("explain", run, "--customer", "nobody").returncode == 3


def test_a_source_that_has_changed_is_told(run, shop, tmp_path):
    rows = pd.read_csv(run / "segments.csv")
    names = [s["segment"] for s in json.loads((run / "run.json").read_text())["segments"]]
    table = pd.read_csv(shop)
    a, b = (rows.loc[rows["segment"] == names[i], "customer_id"].iloc[0] for i in (0, -1))
    keep = table.set_index("ID")
    keep.loc[a] = keep.loc[b]
    keep.reset_index().to_csv(tmp_path / "later.csv", index=False)
    done = command(
        "explain", run, "--customer", a, "--customer", b, "--source", tmp_path / "later.csv"
    )
    assert done.returncode == 0, done.stderr
    assert f"Note: in the run customer {a} is in {names[0]}: the source has changed" in done.stdout
    assert f"customer {b} is in" not in done.stdout
    assert "Note:" not in command("explain", run, "--customer", a).stdout


def test_the_rulebook_as_sql_says_what_the_rulebook_says(run, shop):
    from smartcart.engines.duckdb import DuckDB

    done = command("sql", "--model", run, "--dialect", "duckdb", "--table", "shop", "--rules")
    assert done.returncode == 0, done.stderr
    assert "imitat" in done.stdout
    with DuckDB() as engine:
        engine.backend.con.execute(f"CREATE VIEW shop AS SELECT * FROM read_csv('{shop}')")
        told = engine.backend.con.execute(done.stdout).to_arrow_table().to_pandas()
    told = told.set_index("customer_id")["segment_id"]
    truth = pd.read_csv(run / "segments.csv").set_index("customer_id")["segment_id"]
    agree = (told.reindex(truth.index) == truth).mean()
    book = read_run(run).rulebook
    assert book is not None
    assert agree == pytest.approx(book.fit, abs=0.02)  # copies and all


def test_python_plans_and_explains(shop):
    found = smartcart.segment(shop, k=4, k_max=4)
    who = found.customers.iloc[0]
    assert found.explain(who["customer_id"]).segment == who["segment"]
    assert found.plan(cost=3, revenue=30).chosen.contacts > 0
    assert found.rules["coverage"].sum() == pytest.approx(1)
    assert found.artefacts == ()
    assert found.fairness.columns
    assert list(found.outcomes)[:4] == ["outcome", "segment_id", "segment", "customers"]
    assert [one.segment for one in found.reasons] == list(found.model.names)


def test_python_contacts_measures_and_reports(shop, tmp_path):
    found = smartcart.segment(shop, k=4, k_max=4)
    campaign = found.campaign(cost=3, revenue=30)
    assert campaign.plan == found.plan(cost=3, revenue=30)
    assert campaign.backtest.repeats == 50
    counts = found.contacts(campaign.plan, tmp_path / "list.csv")
    assert counts["hold out"] == campaign.plan.holdout.size
    lists = [pd.read_csv(tmp_path / name) for name in ("list.csv", "list.held-out.csv")]
    listed = pd.concat(lists, ignore_index=True).assign(response=1)
    listed.to_csv(tmp_path / "results.csv", index=False)
    whole = found.measure(tmp_path / "results.csv", cost=3, revenue=30)[-1]
    assert (whole.uplift, whole.holdout) == (0, counts["hold out"])
    name = found.model.names[0]
    receipt = found.audience(name, tmp_path / "a.csv", minimum=1)
    assert receipt.written == len(pd.read_csv(tmp_path / "a.csv")) > 0
    who = listed["customer_id"][0]
    text = found.report(tmp_path / "r.html", cost=3, revenue=30, customers=[who]).read_text("utf-8")
    assert f"Customer {who}: " in text
    assert "Whom to contact" in text
    text = found.report(tmp_path / "plain.html").read_text("utf-8")
    assert "Whom to contact" not in text
    assert "holds no customer ids" in text


def test_a_run_without_outcomes_says_why_no_campaign_was_planned(shop, tmp_path):
    table = pd.read_csv(shop).drop(columns=["Response", "Complain"], errors="ignore")
    found = smartcart.segment(table, k=2, k_max=3)
    assert found.record.outcomes == ()
    told = with_actions(found.record, tmp_path, table, cost=3, revenue=30)
    assert told.campaign is None
    assert told.notices[-1].code == "no campaign"
    assert "smartcart plan --rate" in told.notices[-1].message
