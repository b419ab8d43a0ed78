"""The record of a run as the files of its folder, and back."""

from __future__ import annotations

import csv as csv_module
import platform
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smartcart import records
from smartcart.records import (
    Alternatives,
    JsonObject,
    KEvidence,
    KRow,
    Model,
    PartPicks,
    Profile,
    ProfileRow,
    Run,
    RunFile,
)
from smartcart.store.model import write_model
from smartcart.store.text import plain, write_json

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = [
    "EVIDENCE_COLUMNS",
    "PROFILE_COLUMNS",
    "evidence_rows",
    "read_record",
    "run_summary",
    "table_name",
    "versions",
    "write_alternatives",
    "write_run",
]

PROFILE_COLUMNS = tuple(field.name for field in fields(ProfileRow))
EVIDENCE_COLUMNS = tuple(field.name for field in fields(KRow))
PARTS = (  # of a run, as run.json holds them under the same name
    "reading",
    "ledger",
    "segments",
    "picture",
    "notices",
    "rfm",
    "outcomes",
    "rulebook",
    "artefacts",
    "fairness",
    "identity",
    "reasons",
    "campaign",
    "explained",
    "receipt",
    "future",
)
_PACKAGES = ("smartcart", "numpy", "scikit-learn", "duckdb", "ibis-framework", "pyarrow")


def write_run(folder: Path, run: Run) -> None:
    """Write ``run.json``, ``model.json``, ``evidence.csv`` and ``profile.csv``."""
    write_json(folder / RunFile.RUN, run_summary(run))
    write_model(folder / RunFile.MODEL, run.model)
    _write_csv(folder / RunFile.EVIDENCE, EVIDENCE_COLUMNS, evidence_rows(run.evidence))
    _write_csv(folder / RunFile.PROFILE, PROFILE_COLUMNS, _profile_rows(run.profile))


def write_alternatives(folder: Path, found: Alternatives) -> None:
    """Write ``alternatives.json`` of a run: what each K would give."""
    write_json(folder / RunFile.ALTERNATIVES, plain(found))


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


def read_record(folder: Path, told: JsonObject, model: Model) -> Run:
    """Return the record of a run folder whose ``run.json`` is ``told``.

    Raises ``OSError``, ``KeyError``, ``TypeError``, ``ValueError`` (pydantic's, too) or
    ``csv.Error`` where a part is damaged.
    """
    parts = {
        name: _kind_of(name).validate_python(told[name])
        for name in PARTS
        if told.get(name) is not None
    }
    return Run(
        source=str(told["source"]),
        contract=model.contract,
        evidence=_evidence(folder, told),
        model=model,
        profile=_profile(folder, told),
        metrics=dict(told["metrics"]),
        seconds=dict(told["seconds"]),
        versions=dict(told["versions"]),
        seed=int(told["seed"]),
        value_label=str(told.get("value") or ""),
        currency=str(told.get("currency") or ""),
        made=str(told.get("made") or ""),
        **parts,
    )


@cache
def _kind_of(part: str) -> TypeAdapter[Any]:
    """Return the type of a part, as the record of a run declares it."""
    from pydantic import TypeAdapter

    return TypeAdapter(typing.get_type_hints(Run, localns=vars(records))[part])


def _evidence(folder: Path, told: JsonObject) -> KEvidence:
    rows = tuple(
        KRow(int(row["k"]), **{n: _cell(row.get(n, "")) for n in EVIDENCE_COLUMNS[1:]})  # type: ignore[arg-type]
        for row in _rows(folder / RunFile.EVIDENCE)
    )
    extras = {
        str(name): tuple(None if v is None else float(v) for v in values)
        for name, values in (told.get("extras") or {}).items()
    }
    return KEvidence(
        rows=rows,
        k=int(told["k"]),
        recommended=int(told["recommended_k"]),
        verdict=told["verdict"],
        reason=str(told["reason"]),
        picks={str(rule): int(k) for rule, k in told["picks"].items()},
        extras=extras,
        k_stability=tuple(
            PartPicks(
                str(one["part"]),
                float(one["share"]),
                int(one["parts"]),
                {int(k): int(times) for k, times in one["picks"].items()},
            )
            for one in told.get("k_stability") or ()
        ),
        chosen_by=told.get("chosen_by", "evidence"),
    )


def _profile(folder: Path, told: JsonObject) -> Profile:
    nothing = float("nan")
    rows = tuple(
        ProfileRow(
            int(row["segment_id"]),
            row["segment"],
            row["column"],
            row["role"],
            *(
                nothing if (value := _cell(row[name])) is None else value
                for name in ("mean", "median", "overall_mean", "effect")
            ),
        )
        for row in _rows(folder / RunFile.PROFILE)
    )
    columns = dict.fromkeys(row.column for row in rows)
    labels = told.get("labels") or {name: name for name in columns}
    units = told.get("units") or dict.fromkeys(columns, "")
    return Profile(rows, dict(labels), dict(units))


def evidence_rows(evidence: KEvidence) -> list[dict[str, object]]:
    """Return the rows of ``evidence.csv``."""
    return [{name: getattr(row, name) for name in EVIDENCE_COLUMNS} for row in evidence.rows]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv_module.DictReader(file))


def _cell(text: str) -> float | None:
    return float(text) if text else None


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


def table_name(source: str, form: str) -> str:
    """Return a name for the table of a source, which has a form such as ``csv``.

    >>> table_name("shop.db::orders", "sqlite"), table_name("data/shop.csv.gz", "csv")
    ('orders', 'shop')
    """
    base, _, table = source.partition("::")
    if form == "table" or not base:
        return "customers"
    return table or Path(base).name.split(".")[0] or "customers"
