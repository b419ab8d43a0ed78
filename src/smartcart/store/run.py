"""The record of a run as the files of its folder, and back."""

from __future__ import annotations

import csv as csv_module
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib import metadata
from pathlib import Path

from smartcart.errors import DataError
from smartcart.records import JsonObject, KEvidence, KRow, Profile, ProfileRow, Run
from smartcart.store.model import write_model
from smartcart.store.text import plain, write_json

__all__ = [
    "EVIDENCE_COLUMNS",
    "PROFILE_COLUMNS",
    "evidence_rows",
    "read_summary",
    "run_summary",
    "source_table",
    "table_name",
    "versions",
    "write_run",
]

PROFILE_COLUMNS = tuple(field.name for field in fields(ProfileRow))
EVIDENCE_COLUMNS = tuple(field.name for field in fields(KRow))
_PACKAGES = ("smartcart", "numpy", "scikit-learn", "duckdb", "ibis-framework", "pyarrow")


def write_run(folder: Path, run: Run) -> None:
    """Write ``run.json``, ``model.json``, ``evidence.csv`` and ``profile.csv``."""
    write_json(folder / "run.json", run_summary(run))
    write_model(folder / "model.json", run.model)
    _write_csv(folder / "evidence.csv", EVIDENCE_COLUMNS, evidence_rows(run.evidence))
    _write_csv(folder / "profile.csv", PROFILE_COLUMNS, _profile_rows(run.profile))


def run_summary(run: Run) -> JsonObject:
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
        "receipt": plain(run.receipt),
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
        "future": plain(run.future),
        "value": run.value_label,
        "currency": run.currency,
        "labels": run.profile.labels,
        "units": run.profile.units,
        "extras": plain(evidence.extras),
        "k_stability": plain(evidence.k_stability),
        "seconds": run.seconds,
        "versions": run.versions,
        "seed": run.seed,
        "fingerprint": run.model.fingerprint,
        "picture": plain(run.picture),
    }


def read_summary(folder: Path) -> JsonObject:
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
        f"{str(path)!r} cannot be read ({reason})",
        "a folder that smartcart run wrote",
        "name the run folder",
    )


def evidence_rows(evidence: KEvidence) -> list[dict[str, object]]:
    """Return the rows of ``evidence.csv``."""
    return [{name: getattr(row, name) for name in EVIDENCE_COLUMNS} for row in evidence.rows]


def _profile_rows(profile: Profile) -> list[dict[str, object]]:
    return [{name: getattr(row, name) for name in PROFILE_COLUMNS} for row in profile.rows]


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
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


def source_table(folder: Path) -> str:
    """Return a name for the table that a run was made of: that of its file or database table.

    It is read from ``run.json``; ``customers`` where there is none.
    """
    try:
        content = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        source = str(content["source"])
        form = str(content["reading"]["format"])
    except (OSError, ValueError, KeyError, TypeError):
        return "customers"
    return table_name(source, form)


def table_name(source: str, form: str) -> str:
    """Return a name for the table of a source, which has a form such as ``csv``.

    >>> table_name("shop.db::orders", "sqlite"), table_name("data/shop.csv.gz", "csv")
    ('orders', 'shop')
    """
    base, _, table = source.partition("::")
    if form == "table" or not base:
        return "customers"
    return table or Path(base).name.split(".")[0] or "customers"
