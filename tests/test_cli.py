"""The command line as a user meets it: whole processes, exit codes, one sentence."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from command_line import Done, begin, smartcart
from smartcart.datasets import write_customers


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.csv"
    write_customers(path, 600, seed=2)
    return path


def assert_one_sentence(done: Done, code: int, *words: str) -> None:
    assert done.returncode == code, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("smartcart: ")]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in lines[0]


def test_run_writes_the_folder_and_says_so(shop, tmp_path) -> None:
    out = tmp_path / "out"
    done = smartcart("run", shop, "-o", out, fresh=True)
    assert done.returncode == 0, done.stderr
    assert "report.html" in done.stdout
    summary = json.loads((out / "run.json").read_text())
    for segment in summary["segments"]:
        assert segment["segment"] in done.stdout
        assert segment["facts"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_json_is_one_object_and_nothing_else(shop, tmp_path) -> None:
    done = smartcart("run", shop, "-o", tmp_path / "out", "--json", "--k-max", "4")
    found = json.loads(done.stdout)
    assert found["k"] == len(found["segments"])
    kept = json.loads((tmp_path / "out" / "run.json").read_text())
    assert len(kept.pop("picture")["xyz"]) > 100  # thousands of points stay in the file
    assert found == kept | {"output": str(tmp_path / "out")}


def test_quiet_says_nothing(shop, tmp_path) -> None:
    done = smartcart("run", shop, "-o", tmp_path / "out", "--quiet", "--k-max", "3")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_check_fits_nothing_and_shows_roles(shop, tmp_path) -> None:
    done = smartcart("check", shop, cwd=tmp_path)
    assert done.returncode == 0
    assert "Marital_Status" in done.stdout
    assert "customers to segment" in done.stdout
    assert not list(tmp_path.iterdir())
    found = json.loads(smartcart("check", shop, "--json").stdout)
    assert {c["name"] for c in found["contract"]["columns"]} >= {"ID", "Income", "Response"}


def test_demo_makes_a_whole_run(tmp_path) -> None:
    done = smartcart("demo", "-o", tmp_path / "demo", "--rows", "500")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "demo" / "report.html").stat().st_size > 100_000
    assert (tmp_path / "demo" / "shop.csv").exists()


def test_synth_writes_customers_and_truth(tmp_path) -> None:
    done = smartcart(
        "synth", "customers", "--rows", 50, "-o", tmp_path / "a.csv", "--truth", tmp_path / "t.csv"
    )
    assert done.returncode == 0, done.stderr
    assert len(pd.read_csv(tmp_path / "a.csv")) == len(pd.read_csv(tmp_path / "t.csv")) == 50
    again = smartcart("synth", "customers", "--rows", 50, "-o", tmp_path / "a.csv")
    assert_one_sentence(again, 2, "exists already", "--overwrite")


def test_config_gives_roles(shop, tmp_path) -> None:
    config = tmp_path / "smartcart.yaml"
    config.write_text("k: 3\nroles:\n  Income: forms\n  Recency: describes\n")
    done = smartcart("check", shop, "--config", config, "--json")
    columns = {c["name"]: c["role"] for c in json.loads(done.stdout)["contract"]["columns"]}
    assert (columns["Income"], columns["Recency"]) == ("forms", "describes")


@pytest.mark.parametrize(
    "command", [[], ["run"], ["check"], ["demo"], ["layouts"], ["synth", "customers"]]
)
def test_every_command_has_help_with_an_example(command) -> None:
    done = smartcart(*command, "--help", fresh=True)
    assert done.returncode == 0
    assert "Example: smartcart" in done.stdout


def test_layouts_lists_known_exports() -> None:
    everything = json.loads(smartcart("layouts", "--json").stdout)["layouts"]
    assert len(everything) > 40
    found = json.loads(smartcart("layouts", "squarespace", "--json").stdout)["layouts"]
    assert [one["name"] for one in found] == ["squarespace_orders"]
    assert found[0] in everything
    assert found[0]["paid"] == ["Total"]
    told = smartcart("layouts", "SQUARESPACE")
    assert told.returncode == 0
    assert "Squarespace" in told.stdout
    assert "WooCommerce" not in told.stdout
    assert smartcart("layouts", "--quiet").stdout == ""


def test_layouts_says_what_there_is_instead_of_an_unknown_platform() -> None:
    assert_one_sentence(smartcart("layouts", "Shopifi"), 2, "Shopifi", "Did you mean 'Shopify'")


# Bad input --------------------------------------------------------------------------------------


def table(**changes) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "ID": np.arange(1, 61),
            "MntWines": rng.gamma(2, 100, 60).round(),
            "MntMeat": rng.gamma(2, 80, 60).round(),
            "NumWebPurchases": rng.poisson(4, 60),
            "NumStorePurchases": rng.poisson(5, 60),
        }
    )
    return frame.assign(**changes)


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
BAD_TABLES = {
    "empty": (b"", "empty"),
    "header only": (b"ID,MntWines,MntMeat\n", "no rows"),
    "picture": (PNG, "picture"),
    "truncated Parquet": (b"PAR1" + bytes(200), "Parquet"),
    "one customer": (csv(table().head(1)), "1 customer"),
    "all rows equal": (csv(table().iloc[[0] * 40].assign(ID=range(40))), "every"),
    "no numeric column": (b"ID,colour\n1,red\n2,blue\n3,red\n", "colour"),
    "duplicate ids": (csv(table(ID=[1, 1, 2, 2, 2, *range(3, 58)])), "2 (3 times)"),
    "text for numbers": (csv(table(MntWines=["lots"] * 60)), "'MntWines'"),
    "text among numbers": (
        csv(table(NumWebPurchases=["many"] * 30 + list(range(30)))),
        "'NumWebPurchases'",
    ),
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_bad_tables_end_in_one_sentence(tmp_path, name) -> None:
    content, word = BAD_TABLES[name]
    (tmp_path / "bad.csv").write_bytes(content)
    done = smartcart("run", tmp_path / "bad.csv", "-o", tmp_path / "out")
    assert done.returncode == 3, done.stdout + done.stderr
    if name == "all rows equal":
        assert "the same" in done.stderr
    else:
        assert word.lower() in done.stderr.lower()
    assert_one_sentence(done, 3)
    assert [p.name for p in tmp_path.iterdir()] == ["bad.csv"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["run", "nowhere.csv", "-o", "out"], ["nowhere.csv"]),
        (["run", "shop.csv", "-o", "out", "--k", "0"], ["--k", "0"]),
        (["run", "shop.csv", "-o", "out", "--k", "101"], ["101"]),
        (["run", "shop.csv", "-o", "out", "--as-of", "soon"], ["--as-of", "soon"]),
        (["run", "shop.csv", "-o", "out", "--kind", "pets"], ["kind", "pets"]),
        (["run", "shop.csv", "-o", "out", "--engine", "abacus"], ["abacus"]),
        (["run", "shop.csv", "-o", "out", "--config", "none.yaml"], ["none.yaml"]),
        (["run", "shop.csv", "-o", "shop.csv"], ["is a file"]),
        (["run", "shop.csv", "-o", "full"], ["exists already", "--overwrite"]),
        (
            ["run", "shop.csv", "-o", "full", "--overwrite"],
            ["not part of a SmartCart run", "letter.txt"],
        ),
        (["run", "shop.csv", "-o", "/proc/out"], ["cannot be written"]),
        (["synth", "customers", "--rows", "5", "-o", "a.pdf"], [".pdf"]),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else None,
)
def test_wrong_usage_ends_in_one_sentence(shop, tmp_path, args, words) -> None:
    (tmp_path / "shop.csv").write_bytes(shop.read_bytes())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    done = smartcart(*args, cwd=tmp_path)
    assert_one_sentence(done, 2, *words)
    assert (tmp_path / "full" / "letter.txt").read_text() == "mine"
    assert {p.name for p in tmp_path.iterdir()} == {"shop.csv", "full"}


def test_k_beyond_the_customers(tmp_path) -> None:
    (tmp_path / "few.csv").write_bytes(csv(table().head(9)))
    done = smartcart("run", tmp_path / "few.csv", "-o", tmp_path / "out", "--k", "20")
    assert done.returncode in {2, 3}
    assert_one_sentence(done, done.returncode, "20", "9")


def test_errors_are_json_where_json_was_asked_for(tmp_path) -> None:
    done = smartcart("run", tmp_path / "nowhere.csv", "-o", tmp_path / "out", "--json")
    assert json.loads(done.stdout)["exit_code"] == done.returncode == 2


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("run", "a.csv", "-o", "out", "--rfm-bins", "x"), "--rfm-bins"),
        (("run", "a.csv"), "--output"),
        (("nosuch",), "nosuch"),
        (("monitor",), "source"),
    ],
)
def test_wrong_words_are_json_too(words: tuple[str, ...], named: str) -> None:
    done = smartcart(*words, "--json")
    told = json.loads(done.stdout)
    assert told["exit_code"] == done.returncode == 2
    assert named in told["error"]


def test_a_stray_negative_keeps_the_meaning_of_a_column(tmp_path) -> None:
    shop = table()
    shop["recency"] = np.arange(60) % 50
    shop.loc[7, "recency"] = -3
    (tmp_path / "a.csv").write_bytes(csv(shop))
    done = smartcart("check", tmp_path / "a.csv", "--json")
    told = json.loads(done.stdout)
    assert any("recency below 0" in e["sentence"] and e["count"] == 1 for e in _entries(told))


def _entries(told: dict) -> list[dict]:
    return told["ledger"]["entries"]


def test_no_id_column_numbers_the_rows(tmp_path) -> None:
    (tmp_path / "a.csv").write_bytes(csv(table().drop(columns="ID")))
    done = smartcart("run", tmp_path / "a.csv", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "rows are numbered" in done.stdout
    ids = pd.read_parquet(tmp_path / "out" / "segments.parquet")["customer_id"]
    assert sorted(ids) == list(range(1, 61))


def test_a_column_mostly_missing_is_left_out(tmp_path) -> None:
    holed = table()
    holed["visits"] = np.where(np.arange(60) < 3, 5.0, np.nan)
    (tmp_path / "a.csv").write_bytes(csv(holed))
    found = json.loads(smartcart("check", tmp_path / "a.csv", "--json").stdout)
    column = next(c for c in found["contract"]["columns"] if c["name"] == "visits")
    assert column["role"] == "dropped"
    assert "95%" in column["reason"]


def test_infinities_are_counted_as_missing(tmp_path) -> None:
    (tmp_path / "a.csv").write_bytes(
        csv(table(MntMeat=[np.inf, -np.inf, *np.arange(58.0)])).replace(b"inf", b"inf")
    )
    found = json.loads(smartcart("check", tmp_path / "a.csv", "--json").stdout)
    assert any("infinit" in n["message"].lower() for n in found["notices"])
    assert smartcart("run", tmp_path / "a.csv", "-o", tmp_path / "out").returncode == 0


def test_overwrite_replaces_a_run(shop, tmp_path) -> None:
    out = tmp_path / "out"
    assert smartcart("run", shop, "-o", out, "--k", "3", "--k-max", "4").returncode == 0
    assert smartcart("run", shop, "-o", out, "--k", "2", "--k-max", "4").returncode == 2
    assert json.loads((out / "run.json").read_text())["k"] == 3
    done = smartcart("run", shop, "-o", out, "--k", "2", "--k-max", "4", "--overwrite")
    assert done.returncode == 0
    assert json.loads((out / "run.json").read_text())["k"] == 2
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_killed_at_any_moment_leaves_no_half_folder(shop, tmp_path) -> None:
    words = ("run", shop, "--k-max", "4", "-o")
    assert smartcart("--help").returncode == 0  # what is forked is loaded before time counts
    start = time.monotonic()
    assert smartcart(*words, tmp_path / "whole").returncode == 0
    span = time.monotonic() - start
    files = sorted(p.name for p in (tmp_path / "whole").rglob("*"))
    rng, finished = random.Random(0), 0
    for turn in range(20):
        out = tmp_path / f"out{turn}"
        process = begin(*words, out, fresh=turn < 3)  # these are killed while they load
        time.sleep(rng.uniform(0.05, 1.0) * span)
        process.kill()
        process.wait()
        if out.exists():
            finished += 1
            assert sorted(p.name for p in out.rglob("*")) == files
            json.loads((out / "run.json").read_text())
    assert finished < 20
