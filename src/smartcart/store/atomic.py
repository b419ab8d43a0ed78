"""Folders and files that are written whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from smartcart.errors import DataError, UsageError
from smartcart.records import RunFile

__all__ = [
    "cannot_write",
    "new_files",
    "new_folder",
    "part_beside",
    "refuse_file",
    "refuse_source_inside",
    "refuse_target",
    "sweep",
]


@contextmanager
def new_folder(target: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary sibling of ``target`` to write in, and rename it once the block ends well.

    Whatever goes wrong, also a kill, leaves nothing at ``target`` (or what was there before).
    Siblings left behind by killed runs are removed.

    Raises
    ------
    UsageError
        Where ``target`` exists and ``overwrite`` is false, or cannot be written.
    """
    target = Path(os.path.abspath(target))
    refuse_target(target, overwrite=overwrite)
    part = part_beside(target)
    try:
        part.chmod(0o755 & ~_umask())
        yield part
        refuse_target(target, overwrite=overwrite)  # somebody may have made it meanwhile
        if overwrite and target.exists():
            old = part.with_suffix(".old.part")
            os.rename(target, old)
            os.rename(part, target)
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.rename(part, target)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        if isinstance(error, (DataError, UsageError)):
            raise
        raise cannot_write(target, error) from error
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


@contextmanager
def new_files(targets: Sequence[Path], *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary sibling to write files in, by the names of ``targets``, all in one folder.

    They are renamed, the first one last, once the block ends well; whatever goes wrong leaves the
    first one as it was. Siblings left behind by killed runs are removed.

    Raises
    ------
    UsageError
        Where the first target exists and ``overwrite`` is false, or it cannot be written.
    """
    target = Path(os.path.abspath(targets[0]))
    refuse_file(target, overwrite=overwrite)
    part = part_beside(target)
    try:
        yield part
        refuse_file(target, overwrite=overwrite)  # somebody may have made it meanwhile
        for one in reversed(targets):
            os.replace(part / one.name, target.parent / one.name)
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def refuse_file(target: Path, *, overwrite: bool) -> None:
    """Raise ``UsageError`` where an output file would replace what it should not."""
    if target.is_dir():
        raise UsageError.of(f"{str(target)!r} is a folder", "a file", "choose another -o")
    if os.path.lexists(target) and not overwrite:
        raise UsageError.of(
            f"{str(target)!r} exists already",
            "a new file",
            "choose another -o, or replace it with --overwrite",
        )


def refuse_target(target: Path, *, overwrite: bool) -> None:
    """Raise ``UsageError`` where an output folder would replace what it should not."""
    if re.match(r"[a-z]+:/", str(target)):  # and it may hold a password: it is not repeated
        raise UsageError.of(
            "-o is the address of a server", "a folder on this machine", "choose another -o"
        )
    try:
        if not os.path.lexists(target):
            return
        if not target.is_dir():
            raise UsageError.of(f"{str(target)!r} is a file", "a new folder", "choose another -o")
        held = sorted(child.name for child in target.iterdir())
    except OSError as error:
        raise cannot_write(target, error) from error
    if not overwrite:
        raise UsageError.of(
            f"{str(target)!r} exists already",
            "a new folder",
            "choose another -o, or replace it with --overwrite",
        )
    strange = [name for name in held if name not in set(RunFile)]
    if strange or (held and RunFile.RUN not in held):
        raise UsageError.of(
            f"{str(target)!r} holds {strange[0] if strange else held[0]!r}, which is not part of a "
            "SmartCart run",
            "a run folder to replace",
            "choose another -o",
        )


def refuse_source_inside(target: Path, sources: Sequence[str]) -> None:
    """Raise ``UsageError`` where replacing ``target`` would delete what is to be read."""
    inside = target.resolve()
    for source in sources:
        if "://" in source:  # on a server; and it may hold a password
            continue
        path = Path(source.partition("::")[0])
        if inside in [path.resolve(), *path.resolve().parents]:
            raise UsageError.of(
                f"the source {source!r} lies in the folder to write, {str(target)!r}",
                "another folder",
                "choose another -o",
            )


def part_beside(target: Path, *, parents: bool = True) -> Path:
    """Make a hidden folder beside ``target``, once leftovers of runs that were killed are gone.

    The folder around them is made, too, where ``parents``; else it must be there.
    """
    try:
        sweep(target)
        if parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        prefix = f".{target.name}.{os.getpid()}-"
        return Path(tempfile.mkdtemp(prefix=prefix, suffix=".part", dir=target.parent))
    except OSError as error:
        raise cannot_write(target, error) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sweep(target: Path) -> None:
    """Remove siblings left by runs that no longer live."""
    if not target.parent.is_dir():
        return
    for left in target.parent.iterdir():
        if not (left.name.startswith(f".{target.name}.") and left.name.endswith(".part")):
            continue
        pid = left.name.removeprefix(f".{target.name}.").split("-")[0]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def cannot_write(target: Path, error: OSError) -> UsageError:
    """Return the sentence on a place that cannot be written, with the reason of the system."""
    return UsageError.of(
        f"{str(target)!r} cannot be written ({error.strerror or error})",
        "a folder with room that you may write to",
        "choose another -o, or free some space",
    )
