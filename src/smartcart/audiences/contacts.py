"""Contacts and suppression lists as streams of normal identifiers, for an audience."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from smartcart.audiences.identifiers import normal_email, normal_phone, original
from smartcart.engines.duckdb import DuckDB
from smartcart.errors import UsageError
from smartcart.sources.text_cells import BLANK, lines_of, text_rows

__all__ = ["CONTACTS", "SUPPRESSED", "Contacts", "suppressed"]

CONTACTS = pa.schema([(name, pa.string()) for name in ("id", "email", "phone")])
SUPPRESSED = pa.schema([(name, pa.string()) for name in ("kind", "value")])

_HASH = re.compile("[0-9a-f]{64}")
_IDS = {
    "id", "customerid", "customer", "customernumber", "customerno", "custid", "clientid", "userid",
    "memberid", "kundennummer", "kundenid",
}  # fmt: skip
_PHONES = ("phone", "mobile", "telefon", "handy", "cellular", "msisdn")


@dataclass(slots=True)
class Contacts:
    """A table of contacts being read, and what was found on the way.

    ``kinds`` are ``"email"`` and ``"phone"``, as far as there are columns of them. ``batches`` are
    of the schema :data:`CONTACTS`. ``homeless`` counts phone numbers that need a country.
    """

    kinds: tuple[str, ...] = ()
    batches: Iterator[pa.RecordBatch] | None = None
    homeless: int = field(default=0)

    @classmethod
    def read(cls, engine: DuckDB, path: Path, id_column: str | None, code: str | None) -> Contacts:
        """Find the columns; ids are in ``id_column``, else in a column that is named so.

        Raises ``UsageError`` where there is no column of ids, or none of contacts.
        """
        names, rows = text_rows(engine, path)
        plain = [_plain(name) for name in names]
        own = [i for i, name in enumerate(names) if name == id_column]
        own += [i for i, name in enumerate(plain) if name in _IDS]
        emails = [i for i, name in enumerate(plain) if "mail" in name and i not in own[:1]]
        phones = [i for i, name in enumerate(plain) if _is_phone(name) and i not in own[:1]]
        listed = ", ".join(map(repr, names[:12]))
        if not own:
            raise UsageError.of(
                f"{path.name!r} has no column of customer ids ({listed})",
                f"one named {id_column or 'customer_id'!r}", "rename the column that holds them",
            )  # fmt: skip
        if not emails and not phones:
            raise UsageError.of(
                f"{path.name!r} has neither e-mail addresses nor phone numbers ({listed})",
                "a column named 'email' or 'phone'", "rename the column that holds them",
            )  # fmt: skip
        kinds = [kind for kind, places in (("email", emails), ("phone", phones)) if places]
        found = cls(tuple(kinds))
        found.batches = found._normal(rows, own[0], emails, phones, code)
        return found

    def _normal(
        self, rows: Iterable[list[list[str | None]]], own: int, emails: Sequence[int],
        phones: Sequence[int], code: str | None,
    ) -> Iterator[pa.RecordBatch]:  # fmt: skip
        for columns in rows:
            ids = [None if cell is None else cell.strip(BLANK) for cell in columns[own]]
            email = [
                next(filter(None, map(normal_email, cells)), None)
                for cells in _side_by_side(columns, emails)
            ]
            phone = [
                next(filter(None, (normal_phone(cell, code) for cell in cells)), None)
                for cells in _side_by_side(columns, phones)
            ]
            if code is None:
                self.homeless += sum(
                    normal_phone(cell, "1") is not None
                    for cells, one in zip(_side_by_side(columns, phones), phone, strict=False)
                    if one is None
                    for cell in cells
                )
            yield _batch((ids, email, phone), CONTACTS, len(ids))


def suppressed(engine: DuckDB, path: Path, code: str | None) -> Iterator[pa.RecordBatch]:
    """Return a suppression list as kinds and values, batches of the schema :data:`SUPPRESSED`.

    An entry may be of several kinds: digits are an id, and perhaps a phone.

    Raises ``UsageError`` where there is no such file, or a table names none of its columns.
    """
    if path.is_file() and (lines := lines_of(path)) is not None:
        return _entries(lines, code)
    names, rows = text_rows(engine, path)
    plain = [_plain(name) for name in names]
    places = [
        i
        for i, name in enumerate(plain)
        if name in _IDS or "mail" in name or _is_phone(name) or "sha256" in name or "hash" in name
    ]
    if not places and len(names) == 1:
        places = [0]
    if not places:
        raise UsageError.of(
            f"{path.name!r} has no column of ids or contacts ({', '.join(map(repr, names[:12]))})",
            "one named 'customer_id', 'email', 'phone' or 'sha256'",
            "name the columns so in a header line",
        )
    head = [names[i] for i in places]  # a list without a header has an entry there
    cells = ([c for i in places for c in columns[i] if c] for columns in rows)
    return _entries(chain([head], cells), code)


def _entries(batches: Iterable[Sequence[str | None]], code: str | None) -> Iterator[pa.RecordBatch]:
    for cells in batches:
        kinds, values = [], []
        for cell in cells:
            for kind, value in _readings(cell or "", code):
                kinds.append(kind)
                values.append(value)
        yield _batch((kinds, values), SUPPRESSED, len(kinds))


def _readings(cell: str, code: str | None) -> Iterator[tuple[str, str]]:
    """Yield all that one entry may mean."""
    text = cell.strip(BLANK)
    if not text:
        return
    for one in {text, text.strip("\"'"), original(text)}:
        yield "id", one
    if email := normal_email(text.strip("\"'")):
        yield "email", email
    if phone := normal_phone(text.strip("\"'"), code):
        yield "phone", phone
    if _HASH.fullmatch(text.strip("\"'").lower()):
        yield "hash", text.strip("\"'").lower()


def _side_by_side(
    columns: Sequence[list[str | None]], places: Sequence[int]
) -> Iterator[tuple[str | None, ...]]:
    return zip(*(columns[i] for i in places), strict=True)


def _batch(columns: Sequence[Sequence[Any]], schema: pa.Schema, rows: int) -> pa.RecordBatch:
    arrays = [pa.array(list(c) or [None] * rows, pa.string()) for c in columns]
    return pa.record_batch(arrays, schema=schema)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


def _is_phone(name: str) -> bool:
    return name in {"tel", "cell"} or any(word in name for word in _PHONES)
