"""Run folders and ``model.json``: written whole or not at all, read back checked."""

from __future__ import annotations

import csv as csv_module
import fnmatch
import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

from smartcart.errors import DataError, UsageError
from smartcart.records import KEvidence, Profile, Run
from smartcart.store.model import load_model, model_schema, write_model
from smartcart.store.text import plain, write_json

__all__ = [
    "CSV_ROWS",
    "EVIDENCE_COLUMNS",
    "assignments",
    "evidence_rows",
    "load_model",
    "model_schema",
    "new_files",
    "new_folder",
    "plain",
    "refuse_file",
    "refuse_scored",
    "refuse_source_inside",
    "refuse_target",
    "rejected_beside",
    "run_summary",
    "scored",
    "source_table",
    "versions",
    "write_reasons",
    "write_rejected",
    "write_run",
]

CSV_ROWS = 1_000_000  # segments.csv beside segments.parquet up to so many customers
PROFILE_COLUMNS = (
    "segment_id", "segment", "column", "role", "mean", "median", "overall_mean", "effect",
)  # fmt: skip
EVIDENCE_COLUMNS = (
    "k", "wcss", "silhouette", "calinski_harabasz", "davies_bouldin", "gap", "gap_se",
    "stability_ari", "jaccard_min", "smallest_share",
)  # fmt: skip
RUN_FILES = {
    "run.json", "model.json", "report.html", "segments.parquet", "segments.csv", "evidence.csv",
    "profile.csv", "rejected.csv", "rfm.csv", "rfm.parquet", "plots", "shop.csv",
}  # fmt: skip
_PACKAGES = ("smartcart", "numpy", "scikit-learn", "duckdb", "ibis-framework", "pyarrow")


# Folders ---------------------------------------------------------------------------------------


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
    try:
        _sweep(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(
            tempfile.mkdtemp(
                prefix=f".{target.name}.{os.getpid()}-", suffix=".part", dir=target.parent
            )
        )
    except OSError as error:
        raise _cannot_write(target, error) from error
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
        raise _cannot_write(target, error) from error
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
    try:
        _sweep(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(
            tempfile.mkdtemp(
                prefix=f".{target.name}.{os.getpid()}-", suffix=".part", dir=target.parent
            )
        )
    except OSError as error:
        raise _cannot_write(target, error) from error
    try:
        yield part
        refuse_file(target, overwrite=overwrite)  # somebody may have made it meanwhile
        for one in reversed(targets):
            os.replace(part / one.name, target.parent / one.name)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def refuse_file(target: Path, *, overwrite: bool) -> None:
    """Raise ``UsageError`` where an output file would replace what it should not."""
    if target.is_dir():
        raise UsageError.of(f"{str(target)!r} is a folder", "a file", "choose another -o")
    if os.path.lexists(target) and not overwrite:
        raise UsageError.of(
            f"{str(target)!r} exists already", "a new file",
            "choose another -o, or replace it with --overwrite",
        )  # fmt: skip


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
        raise _cannot_write(target, error) from error
    if not overwrite:
        raise UsageError.of(
            f"{str(target)!r} exists already", "a new folder",
            "choose another -o, or replace it with --overwrite",
        )  # fmt: skip
    strange = [name for name in held if name not in RUN_FILES]
    if strange or (held and "run.json" not in held):
        raise UsageError.of(
            f"{str(target)!r} holds {strange[0] if strange else held[0]!r}, which is not part of a "
            "SmartCart run",
            "a run folder to replace", "choose another -o",
        )  # fmt: skip


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
                "another folder", "choose another -o",
            )  # fmt: skip


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sweep(target: Path) -> None:
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


def _cannot_write(target: Path, error: OSError) -> UsageError:
    return UsageError.of(
        f"{str(target)!r} cannot be written ({error.strerror or error})",
        "a folder with room that you may write to",
        "choose another -o, or free some space",
    )


# The tables with one row per customer ----------------------------------------------------------


@contextmanager
def assignments(
    folder: Path,
    names: Sequence[str],
    *,
    ids: Sequence[int] | None = None,
    csv: bool = True,
    parquet: bool = True,
) -> Iterator[Callable[..., None]]:
    """Give a function that writes a batch of customers to ``segments.parquet`` and ``.csv``.

    The function takes customer ids, places of segments from 1, distances, confidences and further
    columns by name, each of length n. A place is written as its id of ``ids``, or as it is.
    """
    import numpy as np
    import pyarrow as pa

    from smartcart.store import arrow

    values = arrow.words(names)
    known = np.array(range(1, len(names) + 1) if ids is None else ids, dtype=np.int32)
    stem, wished = folder / "segments", {"parquet": parquet, "csv": csv}
    kinds = [kind for kind, wanted in wished.items() if wanted]
    with _table(stem, kinds, ["segment_id", "segment"]) as write_batch:

        def write(customers: Any, places: Any, distance: Any, confidence: Any, **more: Any) -> None:
            numbers = np.asarray(places, dtype=np.int32) - 1
            words = pa.DictionaryArray.from_arrays(arrow.numbers(numbers), values)
            write_batch(
                {
                    "customer_id": customers,
                    "segment_id": arrow.numbers(known[numbers]),
                    "segment": words.cast(pa.string()),
                    "distance": arrow.numbers(distance),
                    "confidence": arrow.numbers(confidence),
                    **{name: arrow.numbers(column) for name, column in more.items()},
                }
            )

        yield write


@contextmanager
def rfm_table(folder: Path, *, csv: bool = True) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Give a function that writes a batch of columns to ``rfm.csv`` or ``.parquet``."""
    kinds = ("csv",) if csv else ("parquet",)
    with _table(folder / "rfm", kinds, ["rfm_score", "rfm_segment"]) as write_batch:
        yield write_batch


@contextmanager
def _table(
    stem: Path, kinds: Sequence[str], repeated: Sequence[str]
) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Give a function that writes batches to the files ``stem.parquet`` and ``stem.csv``."""
    import pyarrow as pa
    from pyarrow import csv as pa_csv
    from pyarrow import parquet as pq

    writers: list[Any] = []
    under_way: list[Future[None]] = []

    def write(columns: Mapping[str, Any]) -> None:
        while under_way:  # one batch is written while the next is made
            under_way.pop().result()
        batch = pa.record_batch(list(columns.values()), names=list(columns))
        under_way.append(behind.submit(put, batch))

    def put(batch: Any) -> None:
        if not writers and "parquet" in kinds:
            writers.append(
                pq.ParquetWriter(
                    stem.with_suffix(".parquet"), batch.schema, compression="snappy",
                    use_dictionary=list(repeated),
                )
            )  # fmt: skip
        if "csv" in kinds and len(writers) < len(kinds):
            writers.append(pa_csv.CSVWriter(stem.with_suffix(".csv"), batch.schema))
        for writer in writers:
            writer.write_batch(batch)

    with ThreadPoolExecutor(1) as behind:
        try:
            yield write
            while under_way:
                under_way.pop().result()
        finally:
            behind.shutdown()
            for writer in writers:
                writer.close()


def write_rejected(folder: Path, rejected: Any) -> None:
    """Write ``rejected.csv`` from an Arrow table of ``customer_id`` and ``reason``."""
    write_reasons(folder / "rejected.csv", rejected.to_batches())


def write_reasons(path: Path, batches: Iterable[Any]) -> int:
    """Write ``customer_id`` and ``reason`` of Arrow batches as CSV; return how many there are."""
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv_module.writer(file, lineterminator="\n")
        writer.writerow(["customer_id", "reason"])
        for batch in batches:
            for row in batch.to_pylist():
                writer.writerow([row["customer_id"], row["reason"]])
            count += batch.num_rows
    return count


# The files of a score --------------------------------------------------------------------------


def rejected_beside(target: Path) -> Path:
    """Return the file beside a scored one that holds who was rejected, and why.

    >>> rejected_beside(Path("new.parquet")).name
    'new.rejected.csv'
    """
    return target.with_name(f"{target.stem}.rejected.csv")


def refuse_scored(target: Path, sources: Sequence[str], *, overwrite: bool) -> None:
    """Raise ``UsageError`` where a file of scores cannot be written or should not be."""
    if target.suffix not in {".parquet", ".csv"}:
        raise UsageError.of(
            f"-o is {str(target)!r}", "a name that ends in .parquet or .csv", "choose another -o"
        )
    if target.is_dir():
        raise UsageError.of(f"{str(target)!r} is a folder", "a file", "choose another -o")
    whole = target.resolve()
    for source in sources:
        if "://" in source:  # on a server; and it may hold a password
            continue
        path = Path(source.partition("::")[0]).resolve()
        inside = path in whole.parents and path.is_dir()
        if path == whole or inside or fnmatch.fnmatch(str(whole), str(path)):
            raise UsageError.of(
                f"{str(target)!r} is part of the source {source!r}", "another file",
                "choose another -o",
            )  # fmt: skip
    for file in (target, rejected_beside(target)):
        if os.path.lexists(file) and not overwrite:
            raise UsageError.of(
                f"{str(file)!r} exists already", "a new file",
                "choose another -o, or replace it with --overwrite",
            )  # fmt: skip


@contextmanager
def scored(
    target: Path, names: Sequence[str], *, ids: Sequence[int] | None = None, overwrite: bool = False
) -> Iterator[tuple[Callable[..., None], Callable[[Iterable[Any]], int]]]:
    """Give what writes a batch of customers and what writes the rejected ones.

    ``target`` (and the file beside it, if anybody is rejected) appears once the block ends well.
    """
    refuse_scored(target, (), overwrite=overwrite)
    count = 0
    try:
        _sweep(Path(os.path.abspath(target)))
        part = Path(
            tempfile.mkdtemp(
                prefix=f".{target.name}.{os.getpid()}-", suffix=".part", dir=target.parent
            )
        )
    except OSError as error:
        raise _cannot_write(target, error) from error
    rejected = part / "rejected.csv"

    def reject(batches: Iterable[Any]) -> int:
        nonlocal count
        count = write_reasons(rejected, batches)
        return count

    csv = target.suffix == ".csv"
    try:
        with assignments(part, names, ids=ids, csv=csv, parquet=not csv) as write:
            yield write, reject
        refuse_scored(target, (), overwrite=overwrite)  # somebody may have made it meanwhile
        beside = rejected_beside(target)
        if count:
            os.replace(rejected, beside)
        else:
            beside.unlink(missing_ok=True)
        os.replace(part / f"segments{target.suffix}", target)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


# The rest of a run -----------------------------------------------------------------------------


def write_run(folder: Path, run: Run) -> None:
    """Write ``run.json``, ``model.json``, ``evidence.csv`` and ``profile.csv``."""
    write_json(folder / "run.json", run_summary(run))
    write_model(folder / "model.json", run.model)
    _write_csv(folder / "evidence.csv", EVIDENCE_COLUMNS, evidence_rows(run.evidence))
    _write_csv(folder / "profile.csv", PROFILE_COLUMNS, _profile_rows(run.profile))


def run_summary(run: Run) -> dict[str, Any]:
    """Return what ``run.json`` holds and ``--json`` prints."""
    evidence = run.evidence
    return {
        "smartcart": run.versions.get("smartcart", ""),
        "made": run.made,
        "source": run.source,
        "kind": run.contract.kind,
        "as_of": run.contract.as_of.isoformat() if run.contract.as_of else None,
        "as_of_source": run.contract.as_of_source,
        "customers": run.ledger.segmented,
        "k": evidence.k,
        "recommended_k": evidence.recommended,
        "chosen_by": evidence.chosen_by,
        "verdict": evidence.verdict,
        "reason": evidence.reason,
        "picks": evidence.picks,
        "segments": plain(run.segments),
        "metrics": plain(run.metrics),
        "ledger": plain(run.ledger),
        "notices": plain(run.notices),
        "columns": plain(run.contract.columns),
        "reading": plain(run.reading),
        "rfm": plain(run.rfm),
        "outcomes": plain(run.outcomes),
        "rulebook": plain(run.rulebook),
        "artefacts": plain(run.artefacts),
        "fairness": plain(run.fairness),
        "reasons": plain(run.reasons),
        "campaign": plain(run.campaign),
        "explained": plain(run.explained),
        "identity": plain(run.identity),
        "value": run.value_label,
        "currency": run.currency,
        "seconds": run.seconds,
        "versions": run.versions,
        "seed": run.seed,
        "fingerprint": run.model.fingerprint,
        "picture": plain(run.picture),
    }


def read_summary(folder: Path) -> dict[str, Any]:
    """Return what :func:`run_summary` wrote to the ``run.json`` of a run folder.

    Raises ``DataError`` where there is none, or it cannot be read.
    """
    path = folder / "run.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict) and isinstance(found.get("segments"), list):
            return found
        reason = "it holds something else"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not whole"
    raise DataError.of(
        f"{str(path)!r} cannot be read ({reason})", "a folder that smartcart run wrote",
        "name the run folder",
    )  # fmt: skip


def evidence_rows(evidence: KEvidence) -> list[dict[str, Any]]:
    """Return the rows of ``evidence.csv``."""
    return [{name: getattr(row, name) for name in EVIDENCE_COLUMNS} for row in evidence.rows]


def _profile_rows(profile: Profile) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in PROFILE_COLUMNS} for row in profile.rows]


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv_module.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(["" if row[name] is None else row[name] for name in columns])


def versions() -> dict[str, str]:
    """Return the versions that made a run: Python and the packages that compute."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:  # run from a source tree
            found[package] = "unknown"
    return found


# Reading back ----------------------------------------------------------------------------------


def source_table(folder: Path) -> str:
    """Return a name for the table that a run was made of: that of its file or database table.

    It is read from ``run.json``; ``customers`` where there is none.
    """
    try:
        content = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        source = str(content["source"])
        form = content["reading"]["format"]
    except (OSError, ValueError, KeyError, TypeError):
        return "customers"
    base, _, table = source.partition("::")
    if form == "table" or not base:
        return "customers"
    return table or Path(base).name.split(".")[0] or "customers"
