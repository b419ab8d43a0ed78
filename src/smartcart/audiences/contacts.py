"""Contacts and suppression lists as streams of normal identifiers, for an audience."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from smartcart.audiences.identifiers import digits_of, normal_email, original, read_phone
from smartcart.engines.customer_key import BLANK, key_text
from smartcart.engines.duckdb import DuckDB
from smartcart.errors import UsageError
from smartcart.sources.text_cells import lines_of, text_rows

__all__ = ["CONTACTS", "SUPPRESSED", "Contacts", "id_columns", "suppressed"]

CONTACTS = pa.schema(
    [*((name, pa.string()) for name in ("id", "email", "phone")), ("marks", pa.list_(pa.string()))]
)
SUPPRESSED = pa.schema([(name, pa.string()) for name in ("kind", "value")])

_HASH = re.compile("[0-9a-f]{64}")
_SIGNS = re.compile(r"^\W*0|[ +()/.\-]")  # of a phone rather than an id
_IDS = {
    "id",
    "customerid",
    "customer",
    "customernumber",
    "customerno",
    "custid",
    "clientid",
    "userid",
    "memberid",
    "kundennummer",
    "kundenid",
}
_PHONES = ("phone", "mobile", "telefon", "handy", "cellular", "msisdn")


@dataclass(slots=True)
class Contacts:
    """A table of contacts being read, and what was found on the way.

    ``kinds`` are ``"email"`` and ``"phone"``, as far as there are columns of them. ``batches`` are
    of the schema :data:`CONTACTS`: the first usable e-mail and phone of a row, and as ``marks`` all
    that may tell the person on a list: e-mails (``e``), phones (``p``) and the digits of phones
    that cannot be read for certain (``d``). ``homeless`` counts phone numbers that need a country.
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
                f"one named {id_column or 'customer_id'!r}",
                "rename the column that holds them",
            )
        if not emails and not phones:
            raise UsageError.of(
                f"{path.name!r} has neither e-mail addresses nor phone numbers ({listed})",
                "a column named 'email' or 'phone'",
                "rename the column that holds them",
            )
        kinds = [kind for kind, places in (("email", emails), ("phone", phones)) if places]
        found = cls(tuple(kinds))
        found.batches = found._normal(rows, own[0], emails, phones, code)
        return found

    def _normal(
        self,
        rows: Iterable[list[list[str | None]]],
        own: int,
        emails: Sequence[int],
        phones: Sequence[int],
        code: str | None,
    ) -> Iterator[pa.RecordBatch]:
        for columns in rows:
            ids = [key_text(cell) for cell in columns[own]]
            email: list[str | None] = [None] * len(ids)
            phone: list[str | None] = [None] * len(ids)
            marks: list[list[str]] = [[] for _ in ids]
            for place in emails:
                for i, cell in enumerate(columns[place]):
                    if one := normal_email(cell):
                        email[i] = email[i] or one
                        marks[i].append(f"e{one}")
            for place in phones:
                for i, cell in enumerate(columns[place]):
                    one, certain = read_phone(cell, code)
                    if one:
                        phone[i] = phone[i] or one
                        marks[i].append(f"p{one}")
                    if not certain and (digits := digits_of(cell)):
                        marks[i].append(f"d{digits}")
                        self.homeless += code is None and one is None
            arrays = [pa.array(cells, pa.string()) for cells in (ids, email, phone)]
            arrays.append(pa.array(marks, CONTACTS.field("marks").type))
            yield pa.record_batch(arrays, schema=CONTACTS)


def suppressed(engine: DuckDB, path: Path, code: str | None) -> Iterator[pa.RecordBatch]:
    """Return a suppression list as kinds and values, batches of the schema :data:`SUPPRESSED`.

    An entry may be of several kinds: digits are an id, and perhaps a phone. What looks like a phone
    and cannot be read for certain is of the kind ``"doubt"``: its digits.

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

    def entries() -> Iterator[pa.RecordBatch]:
        yield from _entries([head], code)
        for columns in rows:
            for i in places:
                yield from _entries([[c for c in columns[i] if c]], code, _is_phone(plain[i]))

    return entries()


def _entries(
    batches: Iterable[Sequence[str | None]], code: str | None, dialled: bool = False
) -> Iterator[pa.RecordBatch]:
    for cells in batches:
        kinds, values = [], []
        for cell in cells:
            for kind, value in _readings(cell or "", code, dialled):
                kinds.append(kind)
                values.append(value)
        yield _batch((kinds, values), SUPPRESSED, len(kinds))


def _readings(cell: str, code: str | None, dialled: bool) -> Iterator[tuple[str, str]]:
    """Yield all that one entry may mean; ``dialled``: it stands in a column of phones."""
    text = cell.strip(BLANK)
    if not text:
        return
    for one in {key_text(told) for told in (text, text.strip("\"'"), original(text))} - {None}:
        yield "id", str(one)
    if email := normal_email(text.strip("\"'")):
        yield "email", email
    phone, certain = read_phone(text.strip("\"'"), code)
    if phone:
        yield "phone", phone
    if not certain and (dialled or _SIGNS.search(text)) and (digits := digits_of(text)):
        yield "doubt", digits
    if _HASH.fullmatch(text.strip("\"'").lower()):
        yield "hash", text.strip("\"'").lower()


def _batch(columns: Sequence[Sequence[object]], schema: pa.Schema, rows: int) -> pa.RecordBatch:
    arrays = [pa.array(list(c) or [None] * rows, pa.string()) for c in columns]
    return pa.record_batch(arrays, schema=schema)


def id_columns(names: Sequence[str]) -> list[int]:
    """Return the places of columns that are named as those of customer ids are."""
    return [i for i, name in enumerate(names) if _plain(name) in _IDS]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


def _is_phone(name: str) -> bool:
    return name in {"tel", "cell"} or any(word in name for word in _PHONES)
