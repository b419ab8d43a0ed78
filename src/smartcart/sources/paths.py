"""What a user's words for a source mean: a file, several, a folder, a glob, a table, an address."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smartcart.engines.address import Address
from smartcart.engines.servers import SERVERS, server_of
from smartcart.errors import DataError, UsageError, did_you_mean
from smartcart.sources.file_format import name_says

__all__ = ["SourceFiles", "find_address", "find_files"]

LONGEST_NAME = 255  # bytes, on all common file systems
_EXPECTED = (
    f"a path, several paths, a folder, a glob, a {' or '.join(s.title for s in SERVERS)} address, "
    "or a pandas, Polars, Arrow or Ibis table"
)
_HOST = r"(\[[0-9A-Fa-f:.%]+\]|[^:@/?\[\],]*)(:\d*)?"
_ADDRESS = re.compile(
    rf"((?P<user>[^:@/?]*)(:[^@/?]*)?@)?(?P<host>{_HOST}(,{_HOST})*)"
    r"(?P<database>/[^@?:]*)?(?P<query>\?[^@]*?)?(::(?P<part>[^@]*))?"
)


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The files of a source in their order; ``part`` is what stood after ``::``."""

    paths: tuple[Path, ...]
    label: str  # as the user named it
    part: str | None = None


def find_address(source: Any) -> Address | None:
    """Return the server that ``source`` addresses; None if it is no address of one we read.

    >>> find_address("postgresql://ann:secret@[::1]:5432/shop?sslmode=require::old.orders")
    Address(label='postgresql://ann@[::1]:5432/shop::old.orders', part='old.orders')
    >>> find_address("shop.csv") is None
    True

    Raises:
        UsageError: the address cannot be taken apart; it is not repeated, for it may hold a
            password.
    """
    if not isinstance(source, str):
        return None
    scheme, colon, rest = source.strip().partition("://")
    server = server_of(scheme) if colon else None
    if server is None:
        return None
    name = server.schemes[0]
    match = _ADDRESS.fullmatch(rest)
    if match is None:
        raise UsageError.of(
            f"the {server.title} address cannot be taken apart (it is not shown, for it may hold "
            "a password)",
            f"{name}://user:password@host:port/database::table",
            "in a user name or password write '@' as %40, '/' as %2F, '?' as %3F",
        )
    part = match["part"]
    url = f"{name}://{rest.removesuffix(f'::{part}') if part is not None else rest}"
    user = f"{match['user']}@" if match["user"] else ""
    named = f"::{part}" if part else ""
    label = f"{name}://{user}{match['host']}{match['database'] or ''}{named}"
    return Address(url, label, part or None, name)


def find_files(source: Any) -> SourceFiles:
    """Return the files that ``source`` names.

    Raises:
        UsageError: there is no such file, or ``source`` is of no known type.
        DataError: the folder holds no tables.
    """
    if isinstance(source, (str, os.PathLike)):
        return _one(os.fspath(source))
    if isinstance(source, Sequence) and not isinstance(source, (bytes, bytearray)) and source:
        found = [find_files(item) for item in source]
        if any(isinstance(item, (str, os.PathLike)) for item in source):
            label = found[0].label
            if len(found) > 1:
                label += f" and {len(found) - 1} more"
            parts = {one.part for one in found}
            paths = tuple(path for one in found for path in one.paths)
            return SourceFiles(paths, label, parts.pop() if len(parts) == 1 else None)
    shown = f"{type(source).__name__} {str(source)[:60]!r}"
    raise UsageError.of(f"the source is a {shown}", _EXPECTED, "pass one of these")


def _one(name: str | bytes) -> SourceFiles:
    name = os.fsdecode(name)
    if not name.strip() or "\x00" in name:
        raise UsageError.of(f"the source is {name!r}", _EXPECTED, "name a file")
    if "://" in name:
        scheme = name.partition("://")[0]
        server = server_of(scheme)
        raise UsageError.of(
            f"a {server.title} address stands among several sources"
            if server is not None
            else f"{scheme[:20]!r} addresses are not read",
            _EXPECTED,
            "pass it alone, or export the table as Parquet or CSV first",
        )
    path = _home(name)
    part = None
    if not _exists(path) and "::" in name:
        before, _, part = name.rpartition("::")
        path = _home(before)
    exists = _exists(path)
    if exists and path.is_dir():
        return SourceFiles(_folder(path, name), name, part)
    if exists and not path.is_file():
        raise UsageError.of(
            f"{name!r} is a device, pipe or socket",
            "a file or a folder",
            "write its data to a file first",
        )
    if exists:
        return SourceFiles((path,), name, part)
    if any(sign in str(path) for sign in "*?["):
        try:
            matches = sorted(Path(p) for p in glob.glob(str(path), recursive=True))
        except (OSError, re.error):
            matches = []
        files = tuple(p for p in matches if p.is_file() and not p.name.startswith((".", "_")))
        if files:
            return SourceFiles(files, name, part)
        raise UsageError.of(
            f"no file matches {name!r}", "at least one", "check the pattern and the folder"
        )
    raise _no_such_file(path)


def _home(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise UsageError.of(
            f"{name.partition('/')[0]!r} is the home folder of no known user",
            "an existing file",
            "write the whole path",
        ) from error


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _folder(path: Path, name: str) -> tuple[Path, ...]:
    """The tables in a folder; in its subfolders where it has none of its own."""
    for pattern in ("*", "**/*"):
        try:
            files = tuple(
                sorted(
                    p
                    for p in path.glob(pattern)
                    if p.is_file() and not p.name.startswith((".", "_")) and name_says(p)
                )
            )
        except OSError as error:
            raise DataError.of(
                f"the folder {name!r} could not be listed ({error.strerror or error})",
                "a folder that may be read",
                "check its permissions",
            ) from error
        if files:
            return files
    raise DataError.of(
        f"the folder {name!r} holds no tables",
        "CSV, TSV, Parquet or Excel files",
        "name another folder or a file",
    )


def _no_such_file(path: Path) -> UsageError:
    if any(len(os.fsencode(name)) > LONGEST_NAME for name in path.parts):
        return UsageError.of(
            f"the name {str(path)[:60] + '...'!r} is too long ({len(str(path)):,} characters)",
            "an existing file",
            "check the path",
        )
    folder = path.parent
    siblings: list[str] = []
    if _exists(folder) and folder.is_dir():
        siblings = [p.name for p in folder.iterdir() if not p.name.startswith(".")]
    elif not _exists(folder):
        return UsageError.of(
            f"there is no folder {str(folder)!r}", "an existing file", "check the path"
        )
    hint = did_you_mean(path.name, siblings).strip()
    return UsageError.of(
        f"there is no file {str(path)!r}",
        "an existing file",
        f"check the name ({hint})" if hint else "check the name",
    )
