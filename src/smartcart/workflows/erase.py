"""A customer who must be forgotten, taken out of all files of a workspace."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from smartcart import store
from smartcart.audiences.erasing import Wanted, erase_rows, key
from smartcart.errors import DataError, SmartCartError, UsageError
from smartcart.records import Erased, Erasure, JsonObject, RunFile
from smartcart.workflows.renaming import report_again
from smartcart.workflows.runs import runs

__all__ = ["SOURCE_ENDS", "Wanted", "cleaned_json", "erase_files", "erased_before", "without"]

SOURCE_ENDS = (
    ".csv",
    ".tsv",
    ".tab",
    ".txt",
    ".parquet",
    ".pq",
    ".gz",
    ".zst",
    ".xlsx",
    ".xls",
    ".xlsm",
    ".xlsb",
    ".ods",
    ".duckdb",
    ".sqlite",
    ".sqlite3",
    ".db",
)
GONE = "(erased)"
Told = Callable[[Path, int, str], None]


def erase_files(workspace: Path, customer: str) -> Erasure:
    """Take a customer out of every file below a workspace: tables, lists, run folders.

    Figures that are sums over customers stay. Lists that wait to be downloaded are removed whole,
    for a hashed one does not show who is in it.

    Parameters
    ----------
    workspace : folder of the web app, or one that holds run folders.
    customer : the id, as tables hold it.

    Raises
    ------
    UsageError
        Where there is no such folder, or no id.
    """
    customer = customer.strip()
    if not customer:
        raise UsageError.of("no customer is named", "an id", "name one with --customer")
    if not workspace.is_dir():
        raise UsageError.of(
            f"there is no folder {str(workspace)!r}",
            "a workspace",
            "name the folder that is served",
        )
    folders = [Path(one.folder) for one in runs(workspace)]
    wanted, left = _wanted(folders, customer, workspace)
    if not wanted.telling:
        left.append(
            "The id is a word or a short number. Notes and titles that mention it otherwise than "
            "as “customer …” are left: read them."
        )
    places: list[Erased] = []

    def tell(path: Path, rows: int, how: str) -> None:
        if rows:
            places.append(Erased(path.relative_to(workspace).as_posix(), rows, how))

    _drop_lists(workspace, tell)
    searched = 0
    touched: dict[Path, int] = {}
    for path in _files(workspace):
        searched += 1
        found = _in_file(path, wanted, left, tell)
        if found and path.parent in folders and path.name == RunFile.SEGMENTS:
            touched[path.parent] = touched.get(path.parent, 0) + found
    for folder in folders:
        _in_run(folder, wanted, tell)
        if folder in touched:
            count = erased_before(folder) + touched[folder]
            store.write_json(folder / RunFile.ERASED, {"customers": count})
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return Erasure(secrets.token_hex(8), at, searched, tuple(places), tuple(left))


def erased_before(run: Path) -> int:
    """Return how many customers were erased from a run since it was made."""
    try:
        return int(json.loads((run / RunFile.ERASED).read_text(encoding="utf-8"))["customers"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def without(text: str, wanted: Wanted) -> tuple[str, int]:
    """Return a text without the id as a word, and how often it stood there.

    Of an id of a few digits, which may be any number, only what is told to be a customer counts.

    >>> without("Call C-1042, not C-10421", Wanted("C-1042"))
    ('Call (erased), not C-10421', 1)
    >>> without("17 of them like customer 17", Wanted("17"))
    ('17 of them like customer (erased)', 1)
    """
    word = rf"(?<![\w]){re.escape(wanted.customer)}(?![\w])"
    if not wanted.telling:
        word = rf"(?i:(?<=customer )|(?<=id )|(?<=id=)|(?<=#)){word}"
    return re.subn(word, GONE, text, flags=re.IGNORECASE)


def _wanted(folders: list[Path], customer: str, workspace: Path) -> tuple[Wanted, list[str]]:
    """Return what to look for, by what the runs know of their columns."""
    columns, orders, left = {"customer_id"}, set(), []
    for folder in folders:
        try:
            model, stored = store.load_model(folder), store.read_run(folder)
        except SmartCartError:
            left.append(f"The run {folder.name} cannot be read: look through its source yourself.")
            continue
        contract = model.contract
        columns |= {name for name in (contract.id_column,) if name}
        if contract.log is not None:
            columns.add(contract.log.customer)
            if contract.log.given is not None:
                left.append(
                    f"The source of {folder.name} tells buyers by two columns "
                    f"({contract.log.given}, {contract.log.customer}): erase there yourself."
                )
            orders |= {name for name in (contract.log.order,) if name}
        source = stored.source.partition("::")[0]
        path = Path(source)
        if "://" in source or (path.is_absolute() and workspace.resolve() not in path.parents):
            where = "a database" if "://" in source else repr(path.name)
            left.append(
                f"The run {folder.name} was made from {where} outside this workspace: erase there, "
                "too."
            )
    return Wanted(customer, frozenset(columns), frozenset(orders)), list(dict.fromkeys(left))


def _files(workspace: Path) -> Iterator[Path]:
    for path in sorted(workspace.rglob("*")):
        inside = path.relative_to(workspace).parts
        if path.is_file() and not path.is_symlink() and not any(p.startswith(".") for p in inside):
            yield path


def _drop_lists(workspace: Path, tell: Told) -> None:
    exports = workspace / "exports"
    lists = sorted(exports.iterdir()) if exports.is_dir() else []
    for one in lists:
        shutil.rmtree(one, ignore_errors=True)
    tell(exports, len(lists), "lists that waited to be downloaded, removed whole")


def _in_file(path: Path, wanted: Wanted, left: list[str], tell: Told) -> int:
    if path.name.startswith("seen-") and path.suffix == ".json":
        path.unlink()  # what was seen in an upload, kept to be quick
        return 0
    if path.suffix == ".json" and path.name not in store.WITHOUT_CUSTOMERS:
        return _in_json(path, wanted, tell)
    if path.suffix.lower() not in SOURCE_ENDS or path.name.startswith("app.sqlite"):
        return 0
    try:
        found = erase_rows(path, wanted)
    except (DataError, OSError, ValueError):
        if wanted.customer.encode() in path.read_bytes():
            left.append(f"{path.name} cannot be read as a table and holds the id: delete it.")
        return 0
    if found is None:
        left.append(f"{path.name} is a database or an old workbook: erase there yourself.")
        return 0
    tell(path, found, "rows")
    return found


def _in_json(path: Path, wanted: Wanted, tell: Told) -> int:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
    cleaned, found = cleaned_json(content, wanted)
    if found:
        with store.new_files([path], overwrite=True) as part:
            store.write_json(part / path.name, cleaned)
        tell(path, found, "entries and passages")
    return found


def cleaned_json(value: object, wanted: Wanted) -> tuple[object, int]:
    """Return JSON without entries of the customer, and without the id in texts."""
    if isinstance(value, str):
        return without(value, wanted)
    count = 0
    if isinstance(value, dict):
        kept: JsonObject = {}
        for name, one in value.items():
            kept[name], found = cleaned_json(one, wanted)  # names of fields are nobody's
            count += found
        return kept, count
    if isinstance(value, list):
        items = []
        for one in value:
            if isinstance(one, dict) and key(one.get("customer_id")) == wanted.key:
                count += 1
                continue
            cleaned, found = cleaned_json(one, wanted)
            items.append(cleaned)
            count += found
        return items, count
    return value, 0


def _in_run(folder: Path, wanted: Wanted, tell: Told) -> None:
    """Write a report anew that tells of the customer."""
    report = folder / RunFile.REPORT
    if not report.is_file():
        return
    _, found = without(report.read_text(encoding="utf-8"), wanted)
    if not found:
        return
    text = report_again(folder)
    if without(text, wanted)[1]:
        text = without(text, wanted)[0]
    with store.new_files([report], overwrite=True) as part:
        (part / report.name).write_text(text, encoding="utf-8")
    tell(report, found, "passages")
