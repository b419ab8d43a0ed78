"""Audiences: the customers of chosen segments in a file that an ad or mail platform takes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from smartcart import store
from smartcart.audiences.contacts import Contacts, suppressed
from smartcart.audiences.destinations import DESTINATIONS, Destination, destination_of
from smartcart.audiences.file import AudienceFile, refuse_kind
from smartcart.audiences.identifiers import calling_code
from smartcart.audiences.selection import JudgedCustomers, chosen_names, segment_names
from smartcart.engines.duckdb import DuckDB
from smartcart.errors import DataError, UsageError
from smartcart.records import Notice, Receipt, RunFile
from smartcart.workflows.audience_columns import Platform, as_wanted, columns_of

__all__ = ["DESTINATIONS", "receipt_beside", "sha256", "write_audience"]


def write_audience(
    run_folder: Path,
    output: Path,
    *,
    segments: Sequence[str],
    min_confidence: float = 0.0,
    changes_since: Path | None = None,
    contacts: Path | None = None,
    hash_contacts: bool = False,
    platform: Platform = "google",
    country: str | int | None = None,
    suppress: Path | None = None,
    minimum: int | None = None,
    destination: str | None = None,
    late: bool = False,
    overwrite: bool = False,
    temp_dir: Path | None = None,
) -> Receipt:
    """Write the customers of some segments to ``output``, and a receipt beside it.

    Customers stream from the ``segments.parquet`` of the run folder; they are never held in memory.
    The columns are ``customer_id, segment, confidence``, with ``change`` and the contacts where
    asked for; a ``.txt`` has one customer a line and no header: his id or, with contacts, e-mail
    (else phone). Files appear once they are whole.

    Parameters
    ----------
    run_folder, output : a finished run, and a new ``.csv``, ``.parquet`` or ``.txt`` file.
    segments : names of segments, whatever their capitals.
    min_confidence : customers whose segment is less certain are left out.
    changes_since : an earlier run folder (or its ``segments.parquet``). Only customers who joined
        the audience since, or left it, are written, told apart by the column ``change``; one who
        left has the segment and confidence of then. Segments are compared by name.
    contacts : a table with a column of customer ids and some of e-mail addresses or phone numbers.
        The first usable ones of a customer are written, in normal form; customers without any are
        left out, and of those who share an e-mail (without one: a phone) all but the surest.
    hash_contacts : write SHA-256 of the contacts in their place.
    platform : whose rule for hashing phones holds: with ``+`` (Google) or without (Meta).
    country : calling code (or two letters) of the country in which phone numbers without a code
        are dialled; the rules of each country are those of the library ``phonenumbers``.
    suppress : who must never be contacted: a file with an id, e-mail, phone or SHA-256 of one per
        line, or a table with columns named so. Whoever shares an e-mail or phone with a suppressed
        customer is left out, too.
    minimum : a smaller audience is a notice in the receipt; without it 100, or what the
        destination takes at least.
    destination : platform that the list is for (``google``, ``meta``, ``tiktok``, ``linkedin``,
        ``klaviyo``, ``mailchimp``): a CSV of its documented columns, hashed where it wants that.
    late : only customers who are late by the run's forecast: silent for longer than nine in ten
        who stay would be at their rhythm.

    Raises
    ------
    UsageError
        Where a segment, file or column is unknown, there is no forecast, or the output exists and
        is not to be replaced.
    DataError
        Where nobody is left. That nobody joined or left is no error: the file is empty then.
    """
    output = Path(output)
    goal = None if destination is None else destination_of(destination)
    if goal is not None:
        _refuse_destination(goal, output, contacts, changes_since)
        hash_contacts, platform = goal.hashing is not None, goal.hashing or "google"
    if minimum is None:
        minimum = goal.least if goal is not None else 100
    table = _table(Path(run_folder))
    before = None if changes_since is None else _table(Path(changes_since))
    forecast = _forecast(Path(run_folder), before) if late else None
    paths = {"run": table, "changes_since": before, "contacts": contacts, "suppress": suppress}
    inputs = {name: Path(path) for name, path in paths.items() if path is not None}
    _refuse(output, inputs, min_confidence, minimum, hash_contacts=hash_contacts)
    code = calling_code(country)
    receipt_file = receipt_beside(output)
    with (
        store.new_files([output, receipt_file], overwrite=overwrite) as part,
        DuckDB(temp_dir=temp_dir) as engine,
        AudienceFile(part / output.name) as file,
    ):
        named = segment_names(engine, table, store.names_of(table.parent))
        names = chosen_names(segments, [*named.values()])
        then = (
            named
            if before is None
            else segment_names(engine, before, store.names_of(before.parent))
        )
        reached = Contacts()
        if contacts is not None:
            reached = Contacts.read(
                engine, Path(contacts), store.id_column_of(Path(run_folder)), code
            )
        people = JudgedCustomers(
            engine,
            table,
            names,
            min_confidence,
            named=named,
            before=before,
            named_before=then,
            contacts=reached.batches,
            suppressed=None if suppress is None else suppressed(engine, Path(suppress), code),
            needs_email=goal is not None and goal.needs_email,
            late=forecast,
        )
        if suppress is not None:
            _refuse_unmatched(people, Path(suppress))
        columns = columns_of(output, reached.kinds, people.changes, hash_contacts, platform)
        if goal is not None:
            columns = as_wanted(columns, goal)
        by_segment, by_change = Counter[str](), Counter[str]()
        for batch in people.batches():
            made = [value(batch) for value in columns.values()]
            file.write(pa.record_batch(made, names=list(columns)))
            by_segment.update(_counts(batch["segment"]))
            by_change.update(_counts(batch["change"]))
        file.close()
        left_out = people.left_out()
        if not file.written and not left_out.get("unchanged"):
            raise _nobody(names, people.customers, left_out)
        receipt = Receipt(
            output=output.name,
            segments=names,
            columns=tuple(columns),
            customers=people.customers,
            written=file.written,
            left_out=left_out,
            by_segment={name: by_segment[name] for name in names},
            by_change=dict(sorted(by_change.items())),
            min_confidence=min_confidence,
            hashed=platform if hash_contacts else None,
            sha256=sha256(part / output.name),
            notices=_notices(
                people, [n for n in names if n not in then.values()], reached, file, minimum
            ),
            escaped_cells=file.escaped,
            inputs={name: str(path) for name, path in inputs.items()},
        )
        text = json.dumps(store.plain(receipt), ensure_ascii=False, indent=1)
        (part / receipt_file.name).write_text(text + "\n", encoding="utf-8")
    return receipt


def receipt_beside(output: Path) -> Path:
    """Return the file beside an audience that says what went into it.

    >>> receipt_beside(Path("premium.csv")).name
    'premium.csv.receipt.json'
    """
    return output.with_name(f"{output.name}.receipt.json")


def _table(run: Path) -> Path:
    return run / RunFile.SEGMENTS if run.is_dir() or run.suffix != ".parquet" else run


def _forecast(run: Path, before: Path | None) -> Path:
    """Return the file that says who is late. Raises ``UsageError`` where there is none."""
    found = run / RunFile.FUTURE
    if not found.is_file():
        raise UsageError.of(
            f"{str(run)!r} has no forecast, so nobody is known to be late",
            "the run of an order log that is long enough for one",
            "leave out --late",
        )
    if before is not None:
        raise UsageError.of(
            "a list of who is late has no one who joined or left",
            "one of both",
            "leave out --late or --changes-since",
        )
    return found


def _refuse(
    output: Path,
    inputs: dict[str, Path],
    min_confidence: float,
    minimum: int,
    *,
    hash_contacts: bool,
) -> None:
    refuse_kind(output)
    for path in inputs.values():
        if path.resolve() == output.resolve():
            raise UsageError.of(
                f"{str(output)!r} is read for this audience", "another file", "choose another -o"
            )
    if not 0 <= min_confidence <= 1:
        raise UsageError.of(
            f"--min-confidence is {min_confidence:g}", "0 to 1", "choose another, such as 0.1"
        )
    if minimum < 0:
        raise UsageError.of(f"--minimum is {minimum}", "0 or more customers", "choose another")
    if hash_contacts and "contacts" not in inputs:
        raise UsageError.of(
            "there are no contacts to hash",
            "a table of contacts",
            "name one with --contacts, or leave out --hash",
        )
    if "changes_since" in inputs and output.suffix.lower() == ".txt":
        raise UsageError.of(
            "a text file has no column for who joined and who left",
            "a .csv or .parquet file",
            "choose another -o",
        )


def _refuse_unmatched(people: JudgedCustomers, path: Path) -> None:
    """Raise where a list names people by what nobody here is known by: it would be ignored."""
    by = [kind for kind in ("email", "hash") if people.listed.get(kind)]
    if people.reaches or not by or people.any_id_like("@") or people.left_out().get("suppressed"):
        return
    word = {"email": "e-mail addresses", "hash": "hashes"}[by[0]]
    raise UsageError.of(
        f"{path.name!r} holds {people.listed[by[0]]:,} {word}, but customers are known by id only",
        "a table of contacts to find them by",
        "name one, or suppress by customer id",
    )


def _refuse_destination(
    goal: Destination, output: Path, contacts: Path | None, before: Path | None
) -> None:
    if contacts is None:
        raise UsageError.of(
            f"{goal.name} knows people by e-mail or phone, and no contacts are named",
            "a table of customer ids with e-mail addresses or phone numbers",
            "name one",
        )
    if output.suffix.lower() != ".csv":
        raise UsageError.of(
            f"the list is {output.name!r}, and {goal.name} takes CSV",
            "a name that ends in .csv",
            "choose another",
        )
    if before is not None:
        raise UsageError.of(
            f"a list for {goal.name} has no column for who joined and who left",
            "a list for it, or a list of changes",
            "leave one of both out",
        )


def _counts(column: pa.Array) -> dict[str, int]:
    pairs = column.value_counts().to_pylist()
    return {pair["values"]: pair["counts"] for pair in pairs if pair["values"] is not None}


def _notices(
    people: JudgedCustomers, new: Sequence[str], reached: Contacts, file: AudienceFile, minimum: int
) -> tuple[Notice, ...]:
    found = []
    if people.changes and not file.written:
        found.append(Notice("no_changes", "nobody joined or left: the file has a header only"))
    elif file.written < minimum and not people.changes:
        found.append(
            Notice(
                "small_audience",
                f"the audience has {file.written:,} customers, fewer than {minimum:,}: platforms "
                "refuse small lists, and figures on few people say little",
                file.written,
            )
        )
    if new:
        found.append(
            Notice(
                "new_segment",
                f"the earlier run has no segment {', '.join(map(repr, new))}: all of its customers "
                "count as joined",
            )
        )
    if reached.homeless:
        found.append(
            Notice(
                "phones_without_country",
                f"{reached.homeless:,} phone numbers have no country code and were not used: name "
                "the country they belong to",
                reached.homeless,
            )
        )
    if doubted := people.left_out().get("suppressed in doubt"):
        found.append(
            Notice(
                "suppressed_in_doubt",
                f"{doubted:,} customers are left out in doubt: a phone number of theirs, or on the "
                "suppression list, cannot be read for certain and ends alike",
                doubted,
            )
        )
    if people.listed.get("doubt") and not people.reaches:
        found.append(
            Notice(
                "suppression_in_doubt",
                f"{people.listed['doubt']:,} entries of the suppression list look like phone "
                "numbers and cannot be read for certain; without contacts nobody is found by them",
                people.listed["doubt"],
            )
        )
    if gone := people.suppressed_before():
        found.append(
            Notice(
                "suppressed_before",
                f"{gone:,} suppressed customers were in the earlier audience and are not in this "
                "file: remove them where that audience was uploaded",
                gone,
            )
        )
    if people.listed == {} and people.lists:
        found.append(Notice("empty_suppression", "the suppression list is empty"))
    if file.escaped:
        found.append(
            Notice(
                "escaped_cells",
                f"{file.escaped:,} cells begin like a formula: an apostrophe stands before them so "
                "that no spreadsheet runs them (write .parquet or .txt to keep them as they are)",
                file.escaped,
            )
        )
    return tuple(found)


def _nobody(names: Sequence[str], customers: int, left_out: dict[str, int]) -> DataError:
    why = ", ".join(f"{reason}: {count:,}" for reason, count in left_out.items())
    return DataError.of(
        f"nobody of {customers:,} customers is left in {' and '.join(map(repr, names))} ({why})",
        "at least one customer",
        "choose other segments, a lower confidence, or more contacts",
    )


def sha256(path: Path) -> str:
    """Return the checksum of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
