"""``model.json`` is a contract: published, versioned, checked, and never wrong in silence."""

from __future__ import annotations

import copy
import json
import os
import random
from pathlib import Path

import jsonschema_rs
import numpy as np
import pandas as pd
import pytest

from smartcart import store, workflows
from smartcart.datasets import write_customers, write_orders
from smartcart.errors import DataError, SmartCartError, UsageError
from smartcart.store import model as model_file
from smartcart.workflows.monitor import monitor

ROOT = Path(__file__).parents[1]
MODELS = Path(__file__).parent / "models"
SCHEMA = ROOT / "docs" / "model.schema.json"
NUMBERS = "0123456789"
USED = int(os.environ.get("SMARTCART_TEST_USED", "5"))


def fitted(source: Path, folder: Path, k: int = 3) -> Path:
    folder.mkdir()
    store.write_run(folder, workflows.segment(source, folder, k=k, k_max=k))
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("model") / "shop.csv"
    write_customers(path, 400, seed=7)
    return path


@pytest.fixture(scope="module")
def run(shop) -> Path:
    return fitted(shop, shop.parent / "run")


@pytest.fixture(scope="module")
def log_run(tmp_path_factory) -> tuple[Path, Path]:
    path = tmp_path_factory.mktemp("log") / "orders.csv"
    write_orders(path, 3_000, seed=4)
    return path, fitted(path, path.parent / "run")


def content_of(run: Path) -> dict:
    return json.loads((run / "model.json").read_text(encoding="utf-8"))


def signed(content: dict) -> dict:
    return {**content, "checksum": model_file.checksum(content)}


def load(folder: Path, content: object) -> object:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "model.json").write_text(text, encoding="utf-8")
    return workflows.load(folder)


def test_a_model_comes_back_as_it_was(shop, run, log_run) -> None:
    for folder in (run, log_run[1]):
        model = workflows.load(folder)
        assert store.plain(model) == {
            name: value for name, value in content_of(folder).items() if name != "checksum"
        }


# The schema ------------------------------------------------------------------------------------


def test_models_obey_the_published_schema_and_others_do_not(run, log_run) -> None:
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))
    for folder in (run, log_run[1]):
        content = content_of(folder)
        assert [str(one) for one in validator.iter_errors(content)] == []
        for name in ("checksum", "version", "recipe", "centroids"):
            assert not validator.is_valid({k: v for k, v in content.items() if k != name}), name
        assert not validator.is_valid({**content, "version": 1})
        assert not validator.is_valid({**content, "centroids": "none"})
        wrong = copy.deepcopy(content)
        wrong["recipe"]["transform"][0] = "__import__('os')"
        assert not validator.is_valid(wrong)


# Versions --------------------------------------------------------------------------------------


def test_a_file_of_version_1_is_upgraded_and_assigns_as_it_did(shop, tmp_path) -> None:
    text = (MODELS / "v1.json").read_text(encoding="utf-8")
    assert json.loads(text)["version"] == 1
    model = load(tmp_path, text)
    assert model.version == 2
    assert model.reference is not None
    found = workflows.assign(shop, model).sort_values("customer_id")
    truth = (MODELS / "v1.segments.txt").read_text().strip()
    assert "".join(map(str, found["segment_id"])) == truth
    assert monitor(shop, model).drift.verdict == "keep"
    again = tmp_path / "again"
    again.mkdir()
    model_file.write_model(again / "model.json", model)  # from now on of this version
    assert workflows.load(again) == model


def test_the_first_files_of_version_1_had_no_ids_and_no_reference(tmp_path) -> None:
    content = json.loads((MODELS / "v1.json").read_text(encoding="utf-8"))
    for name in ("ids", "used", "lineage"):
        del content[name]
    model = load(tmp_path, {**content, "reference": {}})
    assert (model.ids, model.reference) == ((1, 2, 3), None)


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (3, "use the SmartCart that wrote it"),
        (0, "no version 0"),
        (-1, "no version -1"),
        (None, "not a whole number"),
        ("2", "not a whole number"),
        (True, "not a whole number"),
        (2.0, "not a whole number"),
    ],
)
def test_other_versions_are_refused(run, tmp_path, version, words) -> None:
    with pytest.raises(DataError, match=words):
        load(tmp_path, signed({**content_of(run), "version": version}))


def test_a_later_version_cannot_pass_for_version_1(run, tmp_path) -> None:
    with pytest.raises(DataError, match="version 1, which has no checksum"):
        load(tmp_path, {**content_of(run), "version": 1})


# Damage ----------------------------------------------------------------------------------------


def test_layout_is_free_and_content_is_not(run, tmp_path) -> None:
    content = content_of(run)
    model = workflows.load(run)
    shuffled = dict(sorted(content.items()))
    assert load(tmp_path, json.dumps(shuffled, indent=4)) == model
    assert load(tmp_path, json.dumps(content, separators=(",", ":"))) == model
    content["centroids"][1][0] = np.nextafter(content["centroids"][1][0], 9.0)
    with pytest.raises(DataError, match="does not fit its checksum"):
        load(tmp_path, content)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not whole JSON"),
        ("{", "ends too early"),
        ("[]", "no object"),
        ("7", "no object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 60 + "1" + "}" * 60, "nested too deeply"),
        ('{"version": 2, "centroids": [[NaN]]}', "NaN is no number"),
        ('{"version": 2, "x": ' + "9" * 6000 + "}", "not whole JSON"),
        ('{"version": ' + "[" * 30 + "]" * 30 + "}", "not a whole number"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path, text, words) -> None:
    with pytest.raises(DataError, match=words):
        load(tmp_path, text)


def test_bytes_that_are_no_text_and_a_missing_file(tmp_path) -> None:
    (tmp_path / "model.json").write_bytes(b'{"version": 2, "name": "\xff\xfe"}')
    with pytest.raises(DataError, match="UTF-8"):
        workflows.load(tmp_path)
    with pytest.raises(UsageError, match="no model"):
        workflows.load(tmp_path / "nowhere")


def test_a_truncated_file_is_refused_wherever_it_ends(run, tmp_path) -> None:
    text = (run / "model.json").read_text(encoding="utf-8").rstrip()
    for end in range(0, len(text), 997):
        with pytest.raises(DataError, match=r"cannot be used"):
            load(tmp_path, text[:end])


def corrupted(text: str, rng: random.Random) -> str:
    """Return the text with one accident: a letter, a digit, a piece gone, doubled or moved."""
    at = rng.randrange(len(text))
    piece = slice(at, at + rng.choice([1, 2, 5, 40, 400]))
    kind = rng.randrange(6)
    if kind == 0:
        return text[:at] + chr(rng.randrange(32, 127)) + text[at + 1 :]
    if kind == 1:
        digits = [i for i in range(at, min(at + 4000, len(text))) if text[i] in NUMBERS]
        at = rng.choice(digits or [at])
        return text[:at] + rng.choice(NUMBERS) + text[at + 1 :]
    if kind == 2:
        return text[: piece.start] + text[piece.stop :]
    if kind == 3:
        return text[: piece.stop] + text[piece] + text[piece.stop :]
    if kind == 4:
        other = rng.randrange(len(text))
        return text[:other] + text[piece] + text[other:]
    return text[:at]


def test_a_thousand_random_corruptions_are_refused_or_harmless(shop, run, tmp_path) -> None:
    text = (run / "model.json").read_text(encoding="utf-8")
    model = workflows.load(run)
    rng = random.Random(0)
    refused = 0
    for _ in range(1000):
        try:
            found = load(tmp_path, corrupted(text, rng))
        except SmartCartError as error:
            refused += 1
            assert "cannot be used" in str(error) or "has version" in str(error)
            assert "\n" not in str(error)
        else:
            assert found == model  # so it assigns as it did
    assert refused > 900


def mutated(content: dict, rng: random.Random) -> dict:
    """Return the content with one value changed, as somebody with the checksum could do it."""
    content = copy.deepcopy(content)
    places: list[tuple] = []

    def visit(value) -> None:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, one in items:
            places.append((value, key))
            if isinstance(one, dict | list):
                visit(one)

    visit({k: v for k, v in content.items() if k in {"contract", "recipe", "reference"}})
    visit(content)
    holder, key = rng.choice(places)
    other = rng.choice(places)
    choices = [
        None,
        -1,
        0,
        10**18,
        1e300,
        "",
        "x",
        "'; DROP TABLE t; --",
        [],
        {},
        True,
        other[0][other[1]],
    ]
    if rng.random() < 0.2:
        if isinstance(holder, list):
            holder.pop(key)
        else:
            del holder[key]
    else:
        holder[key] = copy.deepcopy(rng.choice(choices))
    return content


@pytest.mark.parametrize("kind", ["customers", "orders"])
def test_signed_nonsense_is_refused_or_used_without_a_crash(
    shop, run, log_run, tmp_path, kind
) -> None:
    """Whoever makes the checksum anew gets a sentence at worst, also where the model is used."""
    source, folder = (shop, run) if kind == "customers" else log_run
    table = pd.read_csv(source, dtype=str if kind == "orders" else None)
    content = content_of(folder)
    rng = random.Random(1)
    used = 0
    for _ in range(150):
        try:
            model = load(tmp_path, signed(mutated(content, rng)))
            used += 1
            if used <= USED:  # to use one takes longer than to load it
                workflows.assign(table, model)
                monitor(table, model)
                if kind == "customers":
                    workflows.sql(model, "duckdb", "shop")
        except SmartCartError:
            pass
    assert used > 20


def test_nothing_in_a_model_becomes_sql(shop, run, tmp_path) -> None:
    """A column's name and a segment's name are quoted wherever they go."""
    import duckdb

    evil = 'Mnt"; DROP TABLE shop; --'
    table = pd.read_csv(shop, parse_dates=["Dt_Customer"], dayfirst=True)
    content = json.loads(json.dumps(content_of(run)).replace('"MntWines"', json.dumps(evil)))
    content["names"][0] = "x'); DROP TABLE shop; --"
    model = load(tmp_path, signed(content))
    table = table.rename(columns={"MntWines": evil})
    mine = workflows.assign(table, model)
    with duckdb.connect() as con:
        con.register("table_of_shop", table)
        con.execute("CREATE TABLE shop AS FROM table_of_shop")
        rows = con.execute(workflows.sql(model, "duckdb", "shop")).fetchall()
        assert con.execute("SELECT count(*) FROM shop").fetchone() == (len(table),)
    assert {r[0]: r[1] for r in rows} == dict(
        zip(mine["customer_id"], mine["segment_id"], strict=True)
    )


# Golden rows -----------------------------------------------------------------------------------


def test_golden_rows_are_checked_and_clear(run, tmp_path) -> None:
    content = content_of(run)
    content["golden"][0]["segment_id"] = 3 if content["golden"][0]["segment_id"] != 3 else 1
    with pytest.raises(DataError, match="gives a golden row segment"):
        load(tmp_path, signed(content))
    content = content_of(run)
    content["centroids"][0], content["centroids"][1] = content["centroids"][1::-1]
    with pytest.raises(DataError, match="gives a golden row segment"):
        load(tmp_path, signed(content))


def test_no_golden_row_lies_on_a_border(tmp_path) -> None:
    """On a coarse grid many customers are as near to two centroids; another CPU may toss them."""
    grid = np.array([(a, b) for a in range(5) for b in range(5)] * 8)
    table = pd.DataFrame(grid, columns=["visits", "calls"])
    table.insert(0, "customer_id", range(1, len(table) + 1))
    folder = fitted_frame(table, tmp_path / "run", 2)
    model = workflows.load(folder)
    assert {row.segment_id for row in model.golden} == {1, 2}
    from smartcart.core import kmeans, prepare

    X = np.array([row.values for row in model.golden], dtype=float)
    _, d1, d2 = kmeans.assign(prepare.apply_recipe(X, model.recipe), model.centroids)
    assert (d2 - d1 > 1e-6 * d2).all()


def fitted_frame(table: pd.DataFrame, folder: Path, k: int) -> Path:
    folder.mkdir()
    store.write_run(folder, workflows.segment(table, folder, k=k, k_max=k))
    return folder


@pytest.mark.parametrize(
    ("units", "told"),
    [
        (lambda units: [0.0, *units[1:]], "not above 0"),
        (lambda units: units[1:], "not as long"),
    ],
)
def test_a_unit_that_nothing_can_be_divided_by_is_refused(run, tmp_path, units, told) -> None:
    content = content_of(run)
    content["recipe"]["unit"] = units(content["recipe"]["unit"])
    with pytest.raises(SmartCartError, match=told):
        load(tmp_path, signed(content))
