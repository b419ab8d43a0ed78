"""Hostile uploads and names: no script in a page, no file outside, no fault."""

from __future__ import annotations

import gzip
import html.parser
import io
import re
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from web.serving import RUN
from web.test_jobs import ended, wait

SCRIPT = "<script>alert(1)</script>"
BREAKOUTS = (
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}",
    "</script><script>alert(1)</script>",
    "<b>&lt;script&gt;",
    "\u2028alert(1)",
    "<!--",
    "]]>",
    "%3Cscript%3Ealert(1)%3C/script%3E",
)
NAMES = (
    "../../etc/passwd",
    "..\\..\\windows\\system32\\x.csv",
    "/etc/cron.d/x",
    "C:\\x.csv",
    "a\x00b.csv",
    "....//....//x.csv",
    "%2e%2e%2fx.csv",
    "~/.bashrc",
    ".htaccess",
    "CON.csv",
    "nul",
    "x" * 3_000 + ".csv",
    "",
    " ",
    ".",
    "..",
    "-rf",
    "--output=x",
    "$(id).csv",
    "`id`.csv",
    "|id",
    ";id",
    "x.csv\r\nSet-Cookie: a=b",
    "\u202egnp.csv",
    "\ufeff.csv",
    "a/b/c.csv",
    "file:///etc/passwd",
    "http://127.0.0.1/x.csv",
    "*.csv",
    "x?.csv",
    "[a-z].csv",
    "a::b.csv",
    "'; DROP TABLE runs; --.csv",
    *BREAKOUTS,
)


def table(*names: str, rows: int = 120, cell: str = "1") -> bytes:
    """Return a CSV of a customers table with further columns."""
    head = ",".join(["ID", "Spend", "Visits", *('"' + n.replace('"', '""') + '"' for n in names)])
    quoted = '"' + cell.replace('"', '""') + '"'
    lines = [
        ",".join([str(i), str(i % 37 * 10), str(i % 5), *[quoted] * len(names)])
        for i in range(rows)
    ]
    return "\n".join([head, *lines, ""]).encode("utf-8", "surrogatepass")


def workbook(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


def lying_workbook() -> bytes:
    """Return a workbook whose directory says that a large part is small."""
    found = bytearray(workbook(xl__workbook_dot_xml=b"x" * 5_000_000))
    at = found.rfind(b"PK\x01\x02")
    struct.pack_into("<I", found, at + 24, 10)
    return bytes(found)


def contents() -> dict[str, bytes]:
    """Return what is handed in, by what is wrong with it."""
    found = {
        "empty": b"",
        "nothing but zeros": b"\0" * 10_000,
        "one byte": b"x",
        "line ends alone": b"\n" * 1_000,
        "a header alone": b"ID,Spend\n",
        "a huge header": b"c" * 3_000_000 + b"\n1\n",
        "very many columns": ",".join(f"c{i}" for i in range(20_000)).encode() + b"\n1\n",
        "zeros in cells": table("x", cell="a\0b"),
        "a long cell": table("x", rows=3, cell="y" * 2_000_000),
        "unclosed quote": b'ID,Spend\n1,"2\n3,4\n' * 50,
        "no utf-8": b"ID,Spend\n\xff\xfe\xfd,1\n" * 50,
        "utf-16 cut short": "ID,Spend\n1,2\n".encode("utf-16")[:-1],
        "surrogates": table("\ud800"),
        "a picture": b"\x89PNG\r\n\x1a\n" + b"x" * 100,
        "a program": b"\x7fELF" + b"\0" * 100,
        "a page": b"<!doctype html><script>alert(1)</script>",
        "an svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "a pdf": b"%PDF-1.7 x",
        "a pickle": b"\x80\x04\x95cos\nsystem\n(S'id'\ntR.",
        "a database": b"SQLite format 3\0" + b"\0" * 200,
        "a duckdb": b"\0" * 8 + b"DUCK" + b"\0" * 200,
        "half a parquet": b"PAR1" + b"x" * 100,
        "parquet of nothing": b"PAR1" + b"\xff" * 200 + b"\xff\xff\xff\x7fPAR1",
        "half a zip": b"PK\x03\x04" + b"x" * 100,
        "a zip of a table": workbook(shop_dot_csv=b"ID,Spend\n1,2\n"),
        "a zip that climbs": workbook(**{"..__..__etc__passwd": b"x"}),
        "a workbook without sheets": workbook(xl__workbook_dot_xml=b"<x/>"),
        "a workbook that is no xml": workbook(xl__workbook_dot_xml=b"\0\1\2"),
        "entities in a workbook": workbook(
            xl__workbook_dot_xml=b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 1_000 + b'">]><x>&a;</x>'
        ),
        "outer entity": workbook(
            xl__workbook_dot_xml=b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
        ),
        "a bomb": workbook(xl__workbook_dot_xml=b"<x/>", xl__bomb_dot_xml=b"\0" * 40_000_000),
        "a lying bomb": lying_workbook(),
        "very many parts": workbook(**{f"xl__{i}": b"" for i in range(6_000)}),
        "a packed bomb": gzip.compress(b"1," * 30_000_000),
        "packed and cut": gzip.compress(table())[:-20],
        "packed nonsense": b"\x1f\x8b" + b"x" * 100,
        "zstd nonsense": b"\x28\xb5\x2f\xfd" + b"x" * 100,
        "an old workbook of nothing": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "numbers of all sizes": table("x", cell="1e999"),
        "not a number": table("x", cell="nan"),
        "dates that are none": table("Dt_Customer", cell="31-02-2014"),
        "the year 99999": table("Dt_Customer", cell="99999-01-01"),
        "the same column twice": b"ID,Spend,Spend\n1,2,3\n4,5,6\n",
        "columns without names": b",,,\n1,2,3,4\n5,6,7,8\n",
        "a column of ours": table("__row__"),
        "sql in a column": table('x"; DROP TABLE t; --'),
    }
    for i, text in enumerate(BREAKOUTS):
        found[f"breakout {i} in a column's name"] = table(text)
        found[f"breakout {i} in cells"] = table("Education", cell=text)
    for sign in "=+-@\t\r":
        found[f"formula {sign!r}"] = table("Country", cell=f"{sign}cmd|'/c calc'!A0")
    return found


def test_there_are_a_hundred() -> None:
    assert len(contents()) + len(NAMES) >= 100


class Scripts(html.parser.HTMLParser):
    """Finds what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        kind = given.get("type", "")
        if tag == "script" and "json" not in kind:
            if not given.get("src", "").startswith("/static/"):
                self.found.append(f"script {given}")
            self._inside = True
        for name, value in given.items():
            if name.startswith("on"):
                self.found.append(f"{tag} {name}={value}")
            target = re.sub(r"[\s\x00-\x20]", "", value).lower()
            if name in {"href", "src", "action", "formaction"} and target.startswith("javascript:"):
                self.found.append(f"{tag} {name}={value}")
        if tag in {"iframe", "object", "embed", "base"} and tag != "iframe":
            self.found.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside and data.strip():
            self.found.append(f"inline {data[:60]}")


def scripts(page: str) -> list[str]:
    finder = Scripts()
    finder.feed(page)
    return finder.found


def test_the_finder_finds() -> None:
    assert len(scripts("<script>x</script><a href=' java\nscript:x'><b onclick=x>")) == 4
    assert (
        scripts(
            '<script src="/static/a/app.js"></script><script type="application/json">1</script>'
        )
        == []
    )


def outside(workspace: Path) -> set[str]:
    """Return all that is beside the workspace, or in it where no upload may be."""
    around = workspace.parent.rglob("*")
    allowed = ("uploads/", "app.sqlite", ".lock", "comparisons", "exports", "tmp", "runs")
    return {
        str(p.relative_to(workspace.parent))
        for p in around
        if p.is_file()
        and not str(p.relative_to(workspace.parent)).startswith(
            tuple(f"{workspace.name}/{one}" for one in allowed)
        )
    }


def pages(client: TestClient, *paths: str) -> None:
    """Look at pages as a browser does: they answer, and nothing in them runs."""
    for path in paths:
        answer = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        assert answer.status_code < 500 or answer.status_code == 503, path
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "script-src 'self' " not in answer.headers["content-security-policy"]
        assert scripts(answer.text) == [], path


def test_hostile_contents(make_client: Any, workspace: Path) -> None:
    client = make_client(upload_bytes=5_000_000)
    before = outside(workspace)
    taken = 0
    for told, content in contents().items():
        answer = client.post("/api/v1/uploads", files={"file": (f"{told}.csv", content)})
        assert answer.status_code in {201, 413, 422}, f"{told}: {answer.text}"
        if answer.status_code == 201:
            taken += 1
            number = answer.json()["id"]
            assert re.fullmatch("[0-9a-f]{32}", number)
            pages(client, "/")
        else:
            assert answer.json()["error"]["message"], told
    assert taken >= 20
    assert outside(workspace) == before
    for file in (workspace / "uploads").rglob("*"):
        if file.is_file():
            assert re.fullmatch(
                r"[a-z0-9-]+\.(csv|csv\.gz|csv\.zst|parquet|xlsx|xlsb|xls|ods)", file.name
            ), file
            assert file.stat().st_mode & 0o111 == 0


@pytest.mark.parametrize(
    "told",
    [
        "breakout 0 in a column's name",
        "breakout 0 in cells",
        "breakout 1 in a column's name",
        "sql in a column",
        "zeros in cells",
        "a workbook without sheets",
        "outer entity",
        "parquet of nothing",
        "an old workbook of nothing",
        "very many columns",
        "the year 99999",
        "formula '='",
        "a column of ours",
    ],
)
def test_hostile_contents_are_looked_at(client: TestClient, told: str) -> None:
    made = client.post("/api/v1/uploads", files={"file": ("x.csv", contents()[told])})
    if made.status_code != 201:
        assert made.status_code == 422
        return
    number = made.json()["id"]
    seen = client.post(f"/api/v1/uploads/{number}/inspection", json={})
    assert seen.status_code in {200, 400, 422}, seen.text
    assert "/etc/passwd" not in seen.text
    assert "root:" not in seen.text
    pages(client, f"/new/{number}")


def test_hostile_names(client: TestClient, workspace: Path) -> None:
    before = outside(workspace)
    for name in NAMES:
        client.app.state.services.uploads.take(io.BytesIO(table(rows=5)), name, "you")
    assert outside(workspace) == before
    listed = client.get("/api/v1/uploads?limit=200").json()["items"]
    assert len(listed) >= len(NAMES)
    assert all(set(one["name"]).isdisjoint("/\\\0\r\n") for one in listed)
    for one in listed:
        assert ".." not in one["file"]
    pages(client, "/")
    for name in (*NAMES, *BREAKOUTS):
        for path in (f"/runs/{RUN}/customers", f"/runs/{RUN}/what-if", "/over-time", "/login"):
            answer = client.get(
                path,
                params={"id": name, "from": name, "to": name, "next": name},
                headers={"Accept": "text/html"},
            )
            assert answer.status_code < 500 or answer.status_code == 503, (path, name)
            assert scripts(answer.text) == [], (path, name)
            assert not answer.headers.get("location", "/").startswith(("http", "//", "\\"))


def test_hostile_words_are_shown_as_they_are(client: TestClient) -> None:
    for i, text in enumerate(BREAKOUTS):
        named = client.put(f"/api/v1/runs/{RUN}/segments/1/name", json={"name": text[:80]})
        assert named.status_code == 200, text
        noted = client.post(
            f"/api/v1/runs/{RUN}/notes", json={"text": text, "segment_id": 1 if i % 2 else None}
        )
        assert noted.status_code == 201
        assert client.patch(f"/api/v1/runs/{RUN}", json={"title": text}).status_code == 200
        pages(client, "/", f"/runs/{RUN}", f"/runs/{RUN}/segments/1", "/over-time")


def test_a_hostile_table_all_the_way(client: TestClient, workspace: Path) -> None:
    """A run of a table full of breakouts: pages, report and audience stay harmless."""
    shop = next((workspace / "uploads").rglob("shop.csv")).read_text(encoding="utf-8")
    head, *lines = shop.splitlines()
    place = head.split(",").index("Education")
    cells = [line.split(",") for line in lines]
    for i, row in enumerate(cells):
        row[place] = '"' + BREAKOUTS[i % 4].replace('"', '""') + '"'
        row[0] = f"={row[0]}" if i % 9 == 0 else row[0]
    name = '"<img src=x onerror=alert(1)>"'
    text = "\n".join(
        [f"{head},{name}", *(",".join([*row, str(i % 7)]) for i, row in enumerate(cells))]
    )
    made = client.post("/api/v1/uploads", files={"file": (f"{SCRIPT}.csv", text.encode())}).json()
    asked = {"upload_id": made["id"], "settings": {"k_max": 4}}
    job = client.post("/api/v1/runs", json=asked).json()
    done = wait(client, job["id"], ended)
    assert done["state"] == "done", done
    run = done["result"]
    pages(
        client,
        "/",
        f"/jobs/{job['id']}",
        f"/runs/{run}",
        f"/runs/{run}/segments/1",
        f"/runs/{run}/customers?id=%3D0",
        f"/runs/{run}/plan?cost=1&revenue=20",
    )
    made = client.post(f"/api/v1/runs/{run}/audiences", json={"segment_ids": [1, 2]}).json()
    listed = client.get(f"/api/v1/exports/{made['id']}")
    assert listed.headers["content-disposition"].startswith("attachment")
    rows = listed.text.splitlines()[1:]
    assert len(rows) == made["receipt"]["written"]
    assert not [row for row in rows if row.startswith(("=", '"=', "+", "@"))]
