"""Audience files: whole, counted, harmless in a spreadsheet, and without the suppressed."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartcart.audiences.identifiers import harmless, hashed, normal_email, normal_phone, original
from smartcart.engines.duckdb import DuckDB
from smartcart.errors import DataError, UsageError
from smartcart.records import Receipt
from smartcart.workflows.audience import receipt_beside, write_audience

NAMES = ["Premium", "Discount-sensitive", "Low engagement / potential churn"]


def make_run(folder: Path, ids: list | None = None, rows: int = 600, seed: int = 0) -> Path:
    """Write the table of a run: customer ids, segments in turn, a confidence."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = list(range(1, rows + 1)) if ids is None else ids
    number = np.arange(len(ids)) % 3
    pq.write_table(
        pa.table(
            {
                "customer_id": ids,
                "segment_id": (number + 1).astype(np.int32),
                "segment": [NAMES[i] for i in number],
                "distance": np.ones(len(ids)),
                "confidence": np.random.default_rng(seed).random(len(ids)).round(3),
            }
        ),
        folder / "segments.parquet",
    )
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "run")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def ids_of(path: Path) -> list[str]:
    return [row["customer_id"] for row in rows_of(path)]


def check(path: Path, receipt: Receipt) -> None:
    """The receipt adds up, equals the file, and is the one beside it."""
    assert receipt.customers == receipt.written + sum(receipt.left_out.values())
    assert receipt.written == sum(receipt.by_segment.values())
    beside = json.loads(receipt_beside(path).read_text(encoding="utf-8"))
    assert (beside["written"], beside["left_out"]) == (receipt.written, receipt.left_out)
    assert beside["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    if path.suffix == ".csv":
        assert len(rows_of(path)) == receipt.written
        assert path.read_text(encoding="utf-8").splitlines()[0] == ",".join(
            f'"{name}"' for name in receipt.columns
        )
    left = [p.name for p in path.parent.iterdir() if p.name.endswith(".part")]
    assert not left


def text(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


# The file --------------------------------------------------------------------------------------


def test_a_segment_goes_into_a_csv_in_the_order_of_the_run(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "premium.csv"
    receipt = write_audience(run, out, segments=["Premium"])
    check(out, receipt)
    table = pd.read_parquet(run / "segments.parquet")
    mine = table[table.segment == "Premium"]
    rows = rows_of(out)
    assert [row["customer_id"] for row in rows] == mine.customer_id.astype(str).tolist()
    assert [float(row["confidence"]) for row in rows] == mine.confidence.tolist()
    assert receipt.left_out == {"other segment": 400}
    assert receipt.notices == ()


def test_parquet_keeps_types_and_text_has_a_customer_a_line(run: Path, tmp_path: Path) -> None:
    receipt = write_audience(run, tmp_path / "a.parquet", segments=NAMES[:2])
    check(tmp_path / "a.parquet", receipt)
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.schema.field("customer_id").type == pa.int64()
    assert table.num_rows == receipt.written == 400
    assert receipt.by_segment == {"Premium": 200, "Discount-sensitive": 200}
    receipt = write_audience(run, tmp_path / "a.txt", segments=["premium"])
    check(tmp_path / "a.txt", receipt)
    lines = (tmp_path / "a.txt").read_text().splitlines()
    assert lines == [str(i) for i in range(1, 601, 3)]


def test_the_unsure_are_left_out(run: Path, tmp_path: Path) -> None:
    receipt = write_audience(run, tmp_path / "a.csv", segments=["Premium"], min_confidence=0.4)
    check(tmp_path / "a.csv", receipt)
    table = pd.read_parquet(run / "segments.parquet")
    mine = table[(table.segment == "Premium") & (table.confidence >= 0.4)]
    assert receipt.written == len(mine)
    assert receipt.left_out["below confidence"] == 200 - len(mine)


def test_no_confidence_is_less_than_any(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [1, 2, 3, 4])
    table = pq.read_table(run / "segments.parquet").to_pydict()
    table["confidence"] = [float("nan"), 1.0, 1.0, 0.5]
    pq.write_table(pa.table(table), run / "segments.parquet")
    for least, want in ((0.0, ["1", "4"]), (0.5, ["4"])):
        out = tmp_path / f"{least}.csv"
        write_audience(run, out, segments=["Premium"], min_confidence=least)
        assert ids_of(out) == want


def test_a_small_audience_is_noticed(run: Path, tmp_path: Path) -> None:
    receipt = write_audience(run, tmp_path / "a.csv", segments=["Premium"], minimum=201)
    assert [n.code for n in receipt.notices] == ["small_audience"]
    receipt = write_audience(run, tmp_path / "b.csv", segments=["Premium"], minimum=200)
    assert receipt.notices == ()


def test_the_same_call_writes_the_same_bytes(run: Path, tmp_path: Path) -> None:
    contacts = text(
        tmp_path / "c.csv", "id,email\n" + "".join(f"{i},c{i % 90}@x.de\n" for i in range(1, 601))
    )
    prints = {
        write_audience(run, tmp_path / f"{i}.csv", segments=NAMES, contacts=contacts).sha256
        for i in range(3)
    }
    assert len(prints) == 1


# Refusals --------------------------------------------------------------------------------------


def test_an_unknown_segment_is_refused_with_those_there_are(run: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean 'Premium'") as error:
        write_audience(run, tmp_path / "a.csv", segments=["Premum"])
    assert all(name in str(error.value) for name in NAMES)
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_an_existing_file_is_kept_unless_overwritten(run: Path, tmp_path: Path) -> None:
    out = text(tmp_path / "a.csv", "mine")
    with pytest.raises(UsageError, match="exists already"):
        write_audience(run, out, segments=["Premium"])
    assert out.read_text() == "mine"
    check(out, write_audience(run, out, segments=["Premium"], overwrite=True))


def test_a_failure_leaves_nothing(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("smartcart.workflows.audience.sha256", fail)
    with pytest.raises(UsageError, match="No space left"):
        write_audience(run, tmp_path / "a.csv", segments=["Premium"])
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_what_a_killed_call_left_is_removed(run: Path, tmp_path: Path) -> None:
    left = tmp_path / ".a.csv.4194399-x.part"  # of a process that cannot be
    left.mkdir()
    write_audience(run, tmp_path / "a.csv", segments=["Premium"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "a.csv.receipt.json", "run"]


def test_decimal_ids_are_found(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [1.0, 2.0, 3.0, 4.0])
    suppress = text(tmp_path / "stop.txt", "1\n")
    write_audience(run, tmp_path / "a.csv", segments=["Premium"], suppress=suppress)
    assert [float(i) for i in ids_of(tmp_path / "a.csv")] == [4.0]


def test_an_empty_audience_is_an_error_that_says_why(run: Path, tmp_path: Path) -> None:
    out = text(tmp_path / "a.csv", "mine")
    with pytest.raises(DataError, match=r"nobody of 600 customers.*below confidence: 200"):
        write_audience(run, out, segments=["Premium"], min_confidence=1, overwrite=True)
    assert out.read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"output": "a.xlsx"}, r"\.csv, \.parquet or \.txt"),
        ({"output": "run/segments.parquet"}, "is read for this audience"),
        ({"run_folder": "nowhere"}, "no file .*segments.parquet"),
        ({"segments": []}, "no segment is named"),
        ({"min_confidence": 2}, "confidence is 2"),
        ({"minimum": -1}, "--minimum is -1"),
        ({"hash_contacts": True}, "no contacts to hash"),
        ({"contacts": "none.csv"}, "no file .*none.csv"),
        ({"suppress": "none.txt"}, "no file .*none.txt"),
        ({"country": "Germany"}, "calling code"),
        ({"output": "a.txt", "changes_since": "run"}, "no column for who joined"),
    ],
)
def test_wrong_usage_is_refused(options: dict, words: str, run: Path, tmp_path: Path) -> None:
    right = {"run_folder": "run", "output": "a.csv", "segments": ["Premium"]} | options
    for name in ("run_folder", "output", "contacts", "suppress", "changes_since"):
        if name in right:
            right[name] = tmp_path / right[name]
    with pytest.raises(UsageError, match=words):
        write_audience(right.pop("run_folder"), right.pop("output"), **right)
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


# Cells that a spreadsheet would run ------------------------------------------------------------

FORMULA = "=cmd|' /C calc'!A0"
HOSTILE = [
    FORMULA,
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "  =1",
    '"=1',
    "'=1",
    "\u00a0=1",
    "\u3000=1",
    "\ufeff=1",
    "\u200b=1",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM",
    '""=1',
    "'\"=1",
    '=HYPERLINK("http://x.example","y")',
    "-5+cmd",
    "+49 151 1",
    "--1",
    "=",
    "+",
    "-",
    "@",
    "-1,5",
    "+1-2",
    "=a,b",
    '=a"b',
    "=a;b",
    "\tx",
    "\rx",
    "\nx",
    "-.5.",
    "-1e",
    "@",
    "=\n1",
    "-\uff11",
    "\u2212=1",
    "|calc",
    " \t=1",
    "\u201c=1",
    "`=1",
    "\x00=1",
    "=1\x00",
    "- 5",
    "-5 ",
]
KIND = [
    "-5",
    "+5",
    "-1.5",
    "1e5",
    "-1e-5",
    "007",
    "C001",
    "a=b",
    "a-b",
    "x@y.de",
    "",
    "'tis",
    "a b",
]


def live(cell: str) -> bool:
    """Whether a spreadsheet might run the cell: judged apart from the code under test."""
    try:
        float(cell)
    except ValueError:
        pass
    else:
        if cell.isascii() and cell == cell.strip():
            return False
    bare = re.sub(r"^[\s\x00-\x20\u00a0\u3000\ufeff\u200b\"`\u201c]+", "", cell)
    return cell[:1] in {"\t", "\r", "\n"} or bare[:1] in set("=+-@|\uff1d\uff0b\uff0d\uff20\u2212")


def test_no_hostile_id_or_name_is_live_in_a_csv(tmp_path: Path) -> None:
    hostile = list(dict.fromkeys(HOSTILE))
    assert len(hostile) >= 50
    assert all(live(cell) or cell.startswith("'") for cell in hostile)
    table = make_run(tmp_path / "run", hostile + KIND) / "segments.parquet"
    content = pq.read_table(table).to_pydict()
    content["segment"] = [FORMULA] * len(content["segment"])
    pq.write_table(pa.table(content), table)
    out = tmp_path / "a.csv"
    receipt = write_audience(tmp_path / "run", out, segments=[FORMULA], minimum=1)
    check(out, receipt)
    rows = rows_of(out)
    assert not [cell for row in rows for cell in row.values() if live(cell)]
    assert [original(row["customer_id"]) for row in rows] == hostile + KIND
    assert [row["customer_id"] for row in rows][-len(KIND) :] == KIND
    assert {original(row["segment"]) for row in rows} == {FORMULA}
    assert receipt.escaped_cells == len(hostile) + len(rows)
    assert [n.code for n in receipt.notices] == ["escaped_cells"]
    receipt = write_audience(tmp_path / "run", tmp_path / "a.parquet", segments=[FORMULA])
    assert pq.read_table(tmp_path / "a.parquet")["customer_id"].to_pylist() == hostile + KIND


def formulas(source: Path, folder: Path) -> list[str]:
    """Return the formulas that LibreOffice makes of a CSV, told to run whatever it can."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("soffice (LibreOffice) is not installed")
    willing = "CSV:44,34,76,1,,0,false,true,false,false,false,-1,true"  # evaluates formulas
    subprocess.run(
        [
            office,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            f"--infilter={willing}",
            "--convert-to",
            "fods",
            "--outdir",
            str(folder),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=100,
    )
    sheet = (folder / source.with_suffix(".fods").name).read_text(encoding="utf-8")
    assert "<table:table-cell" in sheet
    return re.findall(r'table:formula="([^"]*)"', sheet)


def test_libreoffice_runs_no_cell_of_an_audience(tmp_path: Path) -> None:
    hostile = [cell for cell in dict.fromkeys(HOSTILE) if "\x00" not in cell]
    table = make_run(tmp_path / "run", hostile) / "segments.parquet"
    content = pq.read_table(table).to_pydict()
    content["segment"] = [FORMULA] * len(hostile)
    pq.write_table(pa.table(content), table)
    out = tmp_path / "audience.csv"
    receipt = write_audience(tmp_path / "run", out, segments=[FORMULA], minimum=1)
    assert receipt.written == len(hostile) >= 48
    raw = tmp_path / "raw.csv"
    with raw.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([cell] for cell in hostile)
    assert len(formulas(raw, tmp_path)) >= 5
    assert formulas(out, tmp_path) == []


@given(st.text(alphabet=st.sampled_from("=+-@'\"\t\r 15ae.,\uff1d\u3000|x")))
def test_what_is_made_harmless_can_be_undone(cell: str) -> None:
    safe = harmless(cell)
    assert original(safe) == cell
    assert not live(safe)


def test_ids_with_line_breaks_do_not_fit_in_a_text_file(tmp_path: Path) -> None:
    make_run(tmp_path / "run", ["a", "b", "c", "d\ne"])
    with pytest.raises(DataError, match="line break"):
        write_audience(tmp_path / "run", tmp_path / "a.txt", segments=["Premium"])
    assert not (tmp_path / "a.txt").exists()


# Contacts --------------------------------------------------------------------------------------


def test_hashes_are_as_the_platforms_document_them() -> None:
    """Meta's documentation of customer lists: John_Smith@gmail.com and (650)555-1212."""
    email = normal_email(" John_Smith@gmail.com ")
    assert hashed(email) == "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"
    phone = normal_phone("(650)555-1212", "1")
    assert phone == "+16505551212"
    want = "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"
    assert hashed(phone, "meta") == want
    assert hashed(phone, "google") == hashlib.sha256(b"+16505551212").hexdigest()
    assert hashed(email, "google") == hashed(email, "meta")


@pytest.mark.parametrize(
    ("text", "country", "want"),
    [
        ("+49 (0)151 1234-5678", None, "+4915112345678"),
        ("0049 151 12345678", None, "+4915112345678"),
        ("0151/12345678", "49", "+4915112345678"),
        ("4915112345678", "49", "+4915112345678"),
        ("1-650-555-1212", "1", "+16505551212"),
        ("650.555.1212", "1", "+16505551212"),
        ("\uff0b44 20 7946 0018", None, "+442079460018"),
        ("'+442079460018", None, "+442079460018"),
        ("0151 12345678", None, None),
        ("call me", "49", None),
        ("12", "49", None),
        ("+12345678901234567", None, None),
        ("", "49", None),
        (None, "49", None),
    ],
)
def test_phones_become_e164(text: str | None, country: str | None, want: str | None) -> None:
    assert normal_phone(text, country) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("MAILTO:Ann@X.de", "ann@x.de"),
        ("a n n@x.de", "ann@x.de"),
        ("ann@x", None),
        ("ann", None),
        ("a@b@c.de", None),
        ("ann@x.de;bob@x.de", None),
        ("\ufeffann@x.de\u200b", "ann@x.de"),
    ],
)
def test_emails_become_plain(text: str, want: str | None) -> None:
    assert normal_email(text) == want


CONTACTS = """Customer ID,E-Mail,Mobile phone,Name
1, Ann@Example.com ,0151 1111111,Ann
4,,0151 2222222,Bob
7,not an address,,Carl
10,ann@example.com,0151 3333333,Dora
13,eve@example.com,,Eve
13,second@example.com,,Eve
2,other@example.com,,Frank
"""


def test_contacts_are_joined_and_those_without_are_left_out(run: Path, tmp_path: Path) -> None:
    contacts = text(tmp_path / "contacts.csv", CONTACTS)
    out = tmp_path / "a.csv"
    receipt = write_audience(run, out, segments=["Premium"], contacts=contacts, country="+49")
    check(out, receipt)
    table = pd.read_parquet(run / "segments.parquet").set_index("customer_id")
    surest = 1 if table.confidence[1] >= table.confidence[10] else 10
    phone = "+491511111111" if surest == 1 else "+491513333333"
    rows = {row["customer_id"]: (row["email"], row["phone"]) for row in rows_of(out)}
    assert rows == {
        str(surest): ("ann@example.com", phone),
        "4": ("", "+491512222222"),
        "13": ("eve@example.com", ""),
    }
    assert receipt.left_out == {
        "other segment": 400,
        "no such contact": 196,
        "duplicate contact": 1,
    }


def test_the_first_usable_contact_of_each_kind_is_taken(run: Path, tmp_path: Path) -> None:
    rows = [
        ",a@x.de,",
        "1,,",
        "1,b@x.de,",
        "1,c@x.de,+4915112345678",
        "4,,+4915112345679",
        "4,d@x.de,+4915112345670",
        "2,other@x.de,",
        "999999,far@x.de,",
    ]
    contacts = text(tmp_path / "c.csv", "\n".join(["id,email,phone", *rows]) + "\n")
    receipt = write_audience(
        run, tmp_path / "a.csv", segments=["Premium"], contacts=contacts, minimum=1
    )
    check(tmp_path / "a.csv", receipt)
    found = {r["customer_id"]: (r["email"], r["phone"]) for r in rows_of(tmp_path / "a.csv")}
    assert found == {"1": ("b@x.de", "+4915112345678"), "4": ("d@x.de", "+4915112345679")}
    assert receipt.left_out == {"other segment": 400, "no such contact": 198}


def test_a_limit_that_is_met_is_told_in_a_sentence(tmp_path: Path) -> None:
    with DuckDB(memory_limit="20MB", threads=1) as engine:
        engine.backend.con.execute("SET max_temp_directory_size = '1MB'")
        with pytest.raises(DataError, match="within the memory limit"):
            engine.spool("SELECT range AS a, list(range) OVER () AS b FROM range(3000000)")


def test_contacts_can_be_hashed(run: Path, tmp_path: Path) -> None:
    contacts = text(tmp_path / "contacts.csv", CONTACTS)
    for platform, plain in (("google", b"+491512222222"), ("meta", b"491512222222")):
        out = tmp_path / f"{platform}.csv"
        receipt = write_audience(
            run,
            out,
            segments=["Premium"],
            contacts=contacts,
            hash_contacts=True,
            country=49,
            platform=platform,
        )
        check(out, receipt)
        assert receipt.columns[-2:] == ("email_sha256", "phone_sha256")
        rows = {row["customer_id"]: row for row in rows_of(out)}
        assert rows["4"]["phone_sha256"] == hashlib.sha256(plain).hexdigest()
        assert rows["13"]["email_sha256"] == hashlib.sha256(b"eve@example.com").hexdigest()
        assert "@" not in out.read_text()
    out = tmp_path / "a.txt"
    write_audience(
        run, out, segments=["Premium"], contacts=contacts, hash_contacts=True, country=49
    )
    lines = out.read_text().splitlines()
    assert len(lines) == 3
    assert all(re.fullmatch("[0-9a-f]{64}", line) for line in lines)


def test_phones_without_a_country_are_counted(run: Path, tmp_path: Path) -> None:
    contacts = text(tmp_path / "contacts.csv", CONTACTS)
    receipt = write_audience(run, tmp_path / "a.csv", segments=["Premium"], contacts=contacts)
    check(tmp_path / "a.csv", receipt)
    assert receipt.written == 2
    counts = {n.code: n.count for n in receipt.notices}
    assert counts["phones_without_country"] == 3


def test_ids_and_phones_of_any_file_stay_as_they_are(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", ["007", "x", "y", "08"])
    frame = pd.DataFrame({"id": ["007", " 08 "], "phone": ["+4915100000", "+4915100001"]})
    frame.to_csv(tmp_path / "c.csv", index=False)
    frame.to_excel(tmp_path / "c.xlsx", index=False)
    frame.to_parquet(tmp_path / "c.parquet")
    for kind in ("csv", "xlsx", "parquet"):
        out = tmp_path / f"{kind}.csv"
        write_audience(run, out, segments=["Premium"], contacts=tmp_path / f"c.{kind}")
        found = [(row["customer_id"], row["phone"]) for row in rows_of(out)]
        assert found == [("007", "+4915100000"), ("08", "+4915100001")]
    whole = pd.DataFrame({"id": [1.0, 4.0], "email": ["a@x.de", "b@x.de"]})
    whole.to_parquet(tmp_path / "whole.parquet")
    numbers = make_run(tmp_path / "numbers")
    out = tmp_path / "whole.csv"
    write_audience(numbers, out, segments=["Premium"], contacts=tmp_path / "whole.parquet")
    assert ids_of(out) == ["1", "4"]


def test_the_id_column_of_the_run_is_known(run: Path, tmp_path: Path) -> None:
    (run / "model.json").write_text(json.dumps({"contract": {"id_column": "Konto"}}))
    contacts = text(tmp_path / "c.csv", "id,Konto,mail\n9,1,a@x.de\n8,4,b@x.de\n")
    write_audience(run, tmp_path / "a.csv", segments=["Premium"], contacts=contacts)
    assert ids_of(tmp_path / "a.csv") == ["1", "4"]


def test_a_table_without_ids_or_contacts_is_refused(run: Path, tmp_path: Path) -> None:
    for header, words in (("name,email", "no column of customer ids"), ("id,name", "neither")):
        contacts = text(tmp_path / "c.csv", f"{header}\n1,2\n3,4\n")
        with pytest.raises(UsageError, match=words):
            write_audience(run, tmp_path / "a.csv", segments=["Premium"], contacts=contacts)


# The suppressed --------------------------------------------------------------------------------


def test_the_suppressed_are_never_written(tmp_path: Path) -> None:
    ids = [f"C{i:03}" for i in range(60)]
    run = make_run(tmp_path / "run", ids)
    contacts = text(
        tmp_path / "contacts.csv",
        "id,email,phone\n"
        + "".join(f"{c},{c.lower()}@x.de,+4915{i:07}\n" for i, c in enumerate(ids)),
    )
    listed = [
        "  c000 ",
        "C003@X.DE",
        "\tc006@x.de",
        "+49 15 0000009",
        "004915 0000012",
        hashlib.sha256(b"c015@x.de").hexdigest().upper(),
        hashlib.sha256(b"+49150000018").hexdigest(),
        hashlib.sha256(b"49150000021").hexdigest(),
        '"C024"',
        "'C027",
        "",
        "nobody@x.de",
    ]
    gone = {f"C{i:03}" for i in range(0, 28, 3)}
    out = tmp_path / "a.csv"
    for ending in ("\n", "\r\n"):
        suppress = tmp_path / "stop.txt"
        suppress.write_bytes(("\ufeff" + ending.join(listed)).encode())
        receipt = write_audience(
            run, out, segments=["Premium"], contacts=contacts, suppress=suppress, overwrite=True
        )
        check(out, receipt)
        assert receipt.left_out["suppressed"] == len(gone)
        assert set(ids_of(out)) == set(ids[::3]) - gone
        assert ids_of(out) == ids[30::3]


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_a_list_may_be_a_table(kind: str, run: Path, tmp_path: Path) -> None:
    frame = pd.DataFrame({"Customer_ID": [1, 4], "reason": ["7", "10"], "since": ["13", "16"]})
    path = tmp_path / f"stop.{kind}"
    {"csv": frame.to_csv, "parquet": frame.to_parquet, "xlsx": frame.to_excel}[kind](
        path, index=False
    )
    receipt = write_audience(run, tmp_path / "a.csv", segments=["Premium"], suppress=path)
    check(tmp_path / "a.csv", receipt)
    assert ids_of(tmp_path / "a.csv")[:3] == ["7", "10", "13"]
    strange = text(tmp_path / "strange.csv", "a,b\n1,2\n")
    with pytest.raises(UsageError, match="no column of ids or contacts"):
        write_audience(run, tmp_path / "b.csv", segments=["Premium"], suppress=strange)


def test_no_line_of_a_list_is_lost(run: Path, tmp_path: Path) -> None:
    """Without a header, with a line too long and one too short, and where a cell looks like one."""
    bare = text(tmp_path / "stop.csv", "1,ann@x.de\n4,b@x.de\n7,c@x.de\n")
    with pytest.raises(UsageError, match="in a header line"):
        write_audience(run, tmp_path / "a.csv", segments=["Premium"], suppress=bare)
    one = text(tmp_path / "stop.txt", "1\n\t4\n 7;\n10\n")
    receipt = write_audience(run, tmp_path / "a.csv", segments=["Premium"], suppress=one)
    assert receipt.left_out["suppressed"] >= 3
    header = text(tmp_path / "stop.csv", "id,email\n1,x\n4,b@x.de\n7,c@x.de,9,9\n10\n")
    receipt = write_audience(run, tmp_path / "b.csv", segments=["Premium"], suppress=header)
    assert receipt.left_out["suppressed"] == 4


def test_a_list_that_cannot_be_honoured_is_refused(run: Path, tmp_path: Path) -> None:
    for entry in ("ann@x.de", hashlib.sha256(b"ann@x.de").hexdigest()):
        suppress = text(tmp_path / "stop.txt", f"{entry}\n")
        with pytest.raises(UsageError, match="known by id only"):
            write_audience(run, tmp_path / "a.csv", segments=["Premium"], suppress=suppress)
    empty = text(tmp_path / "stop.txt", "\n")
    receipt = write_audience(run, tmp_path / "a.csv", segments=["Premium"], suppress=empty)
    assert [n.code for n in receipt.notices] == ["empty_suppression"]


def test_an_address_shared_with_the_suppressed_is_not_written(run: Path, tmp_path: Path) -> None:
    contacts = text(
        tmp_path / "c.csv",
        "id,email,phone\n1,a@x.de,\n2,A@x.de,+4915100000\n4,d@x.de,+4915100000\n7,e@x.de,\n",
    )
    suppress = text(tmp_path / "stop.txt", "2\n")
    write_audience(
        run, tmp_path / "a.csv", segments=["Premium"], contacts=contacts, suppress=suppress
    )
    assert ids_of(tmp_path / "a.csv") == ["7"]


def test_ids_that_are_addresses_are_suppressed_as_such(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", ["Ann@x.de", "b@x.de", "c@x.de", "d@x.de"])
    suppress = text(tmp_path / "stop.txt", "ANN@X.DE \n")
    write_audience(run, tmp_path / "a.csv", segments=["Premium"], suppress=suppress)
    assert ids_of(tmp_path / "a.csv") == ["d@x.de"]


def test_a_list_of_ids_as_we_wrote_them_is_understood(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", ["=1", "b", "c", "d"])
    suppress = text(tmp_path / "stop.txt", f"{harmless('=1')}\n")
    write_audience(run, tmp_path / "a.csv", segments=["Premium"], suppress=suppress)
    assert ids_of(tmp_path / "a.csv") == ["d"]


# Changes ---------------------------------------------------------------------------------------


def test_changes_are_those_who_joined_and_those_who_left(tmp_path: Path) -> None:
    old = make_run(tmp_path / "old", rows=300)
    new = make_run(tmp_path / "new", ids=list(range(2, 402)), seed=1)
    a, b = (pd.read_parquet(f / "segments.parquet").set_index("customer_id") for f in (old, new))
    was = set(a.index[(a.segment == "Premium") & (a.confidence >= 0.3)])
    now = set(b.index[(b.segment == "Premium") & (b.confidence >= 0.3)])
    out = tmp_path / "a.csv"
    receipt = write_audience(new, out, segments=["Premium"], min_confidence=0.3, changes_since=old)
    check(out, receipt)
    rows = {int(row["customer_id"]): row for row in rows_of(out)}
    assert {i for i, row in rows.items() if row["change"] == "joined"} == now - was
    assert {i for i, row in rows.items() if row["change"] == "left"} == was - now
    assert receipt.by_change == {"joined": len(now - was), "left": len(was - now)}
    assert receipt.left_out.get("unchanged", 0) == len(now & was)
    assert receipt.customers == len(set(b.index) | was)
    assert all(row["segment"] == "Premium" for row in rows.values())
    assert {1, *now, *was} >= set(rows)


def test_an_address_that_changes_hands_stays_in(tmp_path: Path) -> None:
    """One customer left and another joined with the same address: it must not be removed."""
    old = make_run(tmp_path / "old", ["a", "b", "c"])
    new = make_run(tmp_path / "new", ["b", "a", "c"])
    table = pq.read_table(old / "segments.parquet").to_pydict()
    table["confidence"] = [1.0, 1.0, 1.0]
    pq.write_table(pa.table(table), old / "segments.parquet")
    contacts = text(tmp_path / "c.csv", "id,email\na,we@x.de\nb,we@x.de\n")
    receipt = write_audience(
        new, tmp_path / "a.csv", segments=["Premium"], changes_since=old, contacts=contacts
    )
    check(tmp_path / "a.csv", receipt)
    assert [(r["customer_id"], r["change"]) for r in rows_of(tmp_path / "a.csv")] == [
        ("b", "joined")
    ]


def test_what_changes_cannot_say_is_noticed(tmp_path: Path) -> None:
    old, new = make_run(tmp_path / "old", rows=300), make_run(tmp_path / "new", rows=330)
    table = pq.read_table(old / "segments.parquet").to_pydict()
    table["segment"] = ["Old" if s == NAMES[1] else s for s in table["segment"]]
    pq.write_table(pa.table(table), old / "segments.parquet")
    suppress = text(tmp_path / "stop.txt", "1\n4\n")
    receipt = write_audience(
        new, tmp_path / "a.csv", segments=NAMES[:2], changes_since=old, suppress=suppress
    )
    check(tmp_path / "a.csv", receipt)
    codes = {n.code: n.count for n in receipt.notices}
    assert set(codes) == {"new_segment", "suppressed_before"}
    assert codes["suppressed_before"] == 2
    assert receipt.left_out == {"other segment": 110, "suppressed": 2, "unchanged": 98}
    assert receipt.by_change == {"joined": 120}


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_nobody_who_joined_or_left_is_an_empty_file(suffix: str, run: Path, tmp_path: Path) -> None:
    """A nightly job must not fail on a quiet day."""
    out = tmp_path / f"b.{suffix}"
    receipt = write_audience(run, out, segments=["Premium"], changes_since=run)
    check(out, receipt)
    assert receipt.written == 0
    assert receipt.left_out == {"other segment": 400, "unchanged": 200}
    assert [n.code for n in receipt.notices] == ["no_changes"]
    table = pd.read_csv(out) if suffix == "csv" else pd.read_parquet(out)
    assert list(table) == ["customer_id", "segment", "confidence", "change"]
    assert len(table) == 0
    with pytest.raises(DataError, match="nobody of 600"):
        write_audience(
            run, tmp_path / "c.csv", segments=["Premium"], changes_since=run, min_confidence=1
        )


# All of it against pandas ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_every_customer_gets_one_verdict(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    run = make_run(tmp_path / "run", rows=3000, seed=seed)
    frame = pd.read_parquet(run / "segments.parquet")
    picked = rng.choice(3000, 2000, replace=False) + 1
    contacts = pd.DataFrame(
        {"customer_id": picked, "email": [f"m{rng.integers(1500)}@x.de" for _ in picked]}
    )
    contacts.to_csv(tmp_path / "c.csv", index=False)
    stop = [str(i) for i in rng.choice(3000, 300)] + [f"M{i}@x.de " for i in range(100)]
    text(tmp_path / "stop.txt", "\n".join(stop))
    receipt = write_audience(
        run,
        tmp_path / "a.csv",
        segments=NAMES[1:],
        min_confidence=0.2,
        contacts=tmp_path / "c.csv",
        suppress=tmp_path / "stop.txt",
    )
    check(tmp_path / "a.csv", receipt)
    own = contacts.email[contacts.customer_id.astype(str).isin(stop)]  # of those suppressed by id
    frame = frame.merge(contacts, how="left")
    reason = np.select(
        [
            ~frame.segment.isin(NAMES[1:]),
            frame.confidence < 0.2,
            frame.customer_id.astype(str).isin(stop)
            | frame.email.isin([*own, *(s.strip().lower() for s in stop)]),
            frame.email.isna(),
        ],
        ["other segment", "below confidence", "suppressed", "no such contact"],
        "",
    )
    left = frame[reason == ""].sort_values(["confidence"], ascending=False, kind="stable")
    kept = left.drop_duplicates("email")
    assert receipt.left_out == {
        **{r: int((reason == r).sum()) for r in set(reason) - {""}},
        "duplicate contact": len(left) - len(kept),
    }
    ties = kept.duplicated(["email", "confidence"]).sum()
    assert ties == 0
    assert {row["email"] for row in rows_of(tmp_path / "a.csv")} == set(kept.email)
    assert len(set(ids_of(tmp_path / "a.csv")) ^ set(kept.customer_id.astype(str))) <= 4
