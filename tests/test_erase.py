"""An erased customer is found nowhere: every byte of a workspace is searched."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from command_line import smartcart
from smartcart.audiences.erasing import Wanted, erase_rows
from smartcart.datasets import write_customers
from smartcart.errors import UsageError
from smartcart.workflows.customer_lookup import find, write_lookup
from smartcart.workflows.erase import erase_files, without

WHO, OTHER = "C-77341", "C-77342"
PERSON = Wanted(WHO, frozenset({"customer_id"}))


def everything(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file, those of packed ones unpacked as well."""
    found = {}
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        raw = path.read_bytes()
        found[str(path)] = raw
        if raw[:2] == b"\x1f\x8b":
            found[f"{path} unpacked"] = gzip.decompress(raw)
        elif raw[:4] == b"\x28\xb5\x2f\xfd":
            found[f"{path} unpacked"] = pa.input_stream(str(path), compression="zstd").read()
        elif raw[:4] == b"PAR1":
            text = pq.read_table(path).to_pandas().to_csv()
            stats = str(pq.read_metadata(path).to_dict())
            found[f"{path} unpacked"] = (text + stats).encode()
        elif raw[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(raw)) as book:
                for name in book.namelist():
                    found[f"{path} {name}"] = book.read(name)
    return found


def holders(folder: Path, who: str) -> list[str]:
    return [
        name
        for name, raw in everything(folder).items()
        if who.encode() in raw or who.encode("utf-16-le") in raw
    ]


def table(rows: int = 6) -> pd.DataFrame:
    ids = [f"C-7734{i}" for i in range(rows)]
    return pd.DataFrame(
        {
            "customer_id": ids,
            "name": [f"Person {i}" for i in range(rows)],
            "spend": [1.5 * i for i in range(rows)],
        }
    )


def _csv(path: Path) -> None:
    text = table().to_csv(index=False).replace("Person 3", '"Per\nson, 3"')
    path.write_bytes(text.encode("utf-8-sig"))


def _semicolon(path: Path) -> None:
    path.write_text(table().to_csv(index=False, sep=";"), encoding="utf-16")


def _gzip(path: Path) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(table().to_csv(index=False))


def _zstd(path: Path) -> None:
    with pa.CompressedOutputStream(str(path), "zstd") as file:
        file.write(table().to_csv(index=False).encode())


def _parquet(path: Path) -> None:
    pq.write_table(pa.Table.from_pandas(table()), path, row_group_size=2)


def _workbook(path: Path) -> None:
    table().to_excel(path, index=False)
    book = openpyxl.load_workbook(path)
    book.active["E2"] = "=C2*2"
    book.save(path)


def _lines(path: Path) -> None:
    path.write_text("\n".join(table()["customer_id"]) + "\n", encoding="utf-8")


KINDS = {
    "a.csv": _csv,
    "wide.csv": _semicolon,
    "a.csv.gz": _gzip,
    "a.csv.zst": _zstd,
    "a.parquet": _parquet,
    "a.xlsx": _workbook,
    "list.txt": _lines,
}


def read_back(path: Path) -> list[str]:
    name = path.name
    if name.endswith(".parquet"):
        return list(pd.read_parquet(path)["customer_id"])
    if name.endswith(".xlsx"):
        return list(pd.read_excel(path, engine="openpyxl")["customer_id"].dropna())
    if name == "list.txt":
        return path.read_text(encoding="utf-8").split()
    if name.endswith(".zst"):
        raw = pa.input_stream(str(path), compression="zstd").read()
        return list(pd.read_csv(io.BytesIO(raw))["customer_id"])
    sign = ";" if name.startswith("wide") else ","
    return list(pd.read_csv(path, sep=sign, encoding="utf-8-sig")["customer_id"])


@pytest.mark.parametrize("name", KINDS)
def test_a_customer_leaves_a_table_of_any_form_and_the_rest_stays(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    KINDS[name](path)
    assert holders(tmp_path, WHO)
    assert erase_rows(path, PERSON) == 1
    assert not holders(tmp_path, WHO)
    assert holders(tmp_path, OTHER)
    assert read_back(path) == [f"C-7734{i}" for i in (0, 2, 3, 4, 5)]
    before = path.read_bytes()
    assert erase_rows(path, PERSON) == 0
    assert path.read_bytes() == before


def test_lines_of_an_order_go_with_it_where_only_its_first_names_the_customer(
    tmp_path: Path,
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(
        "Name,Email,Item\n#1,ann@example.com,Cup\n#1,,Plate\n#2,bob@example.com,Cup\n#2,,Pan\n",
        encoding="utf-8",
    )
    who = Wanted("Ann@Example.com", frozenset({"Email"}), frozenset({"Name"}))
    assert erase_rows(path, who) == 2
    assert path.read_text(encoding="utf-8") == (
        "Name,Email,Item\n#2,bob@example.com,Cup\n#2,,Pan\n"
    )


def test_a_short_number_counts_in_columns_of_ids_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("customer_id,spend\n17,5\n18,17\n17.0,6\n", encoding="utf-8")
    assert erase_rows(path, Wanted("17")) == 2
    assert path.read_text(encoding="utf-8") == "customer_id,spend\n18,17\n"


def test_words_are_replaced_as_a_whole_only() -> None:
    assert without("C-1, C-12, c-1", Wanted("C-1")) == ("(erased), C-12, (erased)", 2)
    assert without("5 customers, customer 5, id=5", Wanted("5"))[1] == 2


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("erase")
    shop = folder / "shop.csv"
    write_customers(shop, 300, seed=2)
    data = pd.read_csv(shop)
    first = data.columns[0]
    data[first] = [f"C-{77000 + i}" for i in range(len(data))]
    data.to_csv(shop, index=False)
    run = folder / "run"
    smartcart("run", shop, "-o", run, "--k-max", "4", "--quiet").check_returncode()
    write_lookup(run, str(shop))
    content = json.loads((run / "run.json").read_text(encoding="utf-8"))
    content["notices"] = [{"code": "x", "message": "Customer C-77100 is odd.", "count": None}]
    (run / "run.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def erased_by_command(folder: Path, who: str) -> Any:
    done = smartcart("erase", folder, "--customer", who, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_command_leaves_nothing_of_a_customer_in_a_folder_of_runs(runs: Path) -> None:
    who = "C-77100"
    assert len(holders(runs, who)) > 4
    run = runs / "run"
    sizes = [s["size"] for s in json.loads((run / "run.json").read_text("utf-8"))["segments"]]
    told = erased_by_command(runs, who)
    assert not holders(runs, who)
    assert holders(runs, "C-77101")
    assert who not in json.dumps(told)
    assert {one["place"] for one in told["places"]} >= {
        "shop.csv",
        "run/segments.parquet",
        "run/segments.csv",
        "run/lookup.parquet",
        "run/run.json",
    }
    after = [s["size"] for s in json.loads((run / "run.json").read_text("utf-8"))["segments"]]
    assert after == sizes  # sums stay
    assert find(run, who) is None
    assert find(run, "C-77101") is not None
    (run / "lookup.parquet").unlink()  # and the look-up can still be made again
    assert write_lookup(run, str(runs / "shop.csv")) == sum(sizes) - 1
    assert not erased_by_command(runs, who)["places"]


def test_nothing_and_nowhere_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no customer is named"):
        erase_files(tmp_path, "  ")
    with pytest.raises(UsageError, match="there is no folder"):
        erase_files(tmp_path / "nothing", "x")


@pytest.mark.parametrize(
    ("who", "telling"),
    [
        ("C-1", True),
        ("ann@example.com", True),
        ("12345678", True),
        ("1234567", False),
        ("customers", False),
        ("true", False),
    ],
)
def test_what_can_be_something_else_is_looked_for_in_ids_alone(who: str, telling: bool) -> None:
    assert Wanted(who).telling is telling


def test_names_of_fields_and_words_of_a_record_stay(tmp_path: Path) -> None:
    content = {"customers": 3, "kind": "customers", "notes": ["customer customers called"]}
    run = tmp_path / "notes.json"
    run.write_text(json.dumps(content), encoding="utf-8")
    told = erase_files(tmp_path, "customers")
    found = json.loads(run.read_text(encoding="utf-8"))
    assert (found["customers"], found["kind"]) == (3, "customers")
    assert found["notes"] == ["customer (erased) called"]
    assert any("read them" in one for one in told.left)


@pytest.mark.parametrize("ending", [".sqlite", ".sqlite3", ".db"])
def test_a_database_that_holds_the_customer_is_named(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"shop{ending}"
    with contextlib.closing(sqlite3.connect(path)) as con:
        con.execute("CREATE TABLE orders AS SELECT 'C-1' AS customer_id")
        con.commit()
    told = erase_files(tmp_path, "C-1")
    assert any(path.name in one for one in told.left)
