"""A run folder read back whole: the same record that its report was made of."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from smartcart import store
from smartcart.errors import DataError
from smartcart.records import (
    Alternatives,
    Artefact,
    Campaign,
    Explanation,
    Fairness,
    Future,
    Identity,
    JsonObject,
    KEvidence,
    KRow,
    Ledger,
    Notice,
    Outcome,
    PartPicks,
    Picture,
    Profile,
    ProfileRow,
    Reading,
    ReadingReceipt,
    Reason,
    Rfm,
    Rulebook,
    Run,
    Segment,
)

__all__ = ["read_alternatives", "read_run"]

_KINDS: dict[str, Any] = {
    "reading": Reading,
    "ledger": Ledger,
    "segments": tuple[Segment, ...],
    "picture": Picture,
    "notices": tuple[Notice, ...],
    "rfm": Rfm | None,
    "outcomes": tuple[Outcome, ...],
    "rulebook": Rulebook | None,
    "artefacts": tuple[Artefact, ...],
    "fairness": Fairness | None,
    "identity": Identity | None,
    "reasons": tuple[Reason, ...],
    "campaign": Campaign | None,
    "explained": tuple[Explanation, ...],
    "receipt": ReadingReceipt,
    "future": Future,
}


def read_run(folder: Path, *, own: bool = False) -> Run:
    """Read ``run.json``, ``model.json``, ``evidence.csv`` and ``profile.csv`` of a run folder.

    Segments bear the names that people gave them, or (``own``) those that the run gave itself.

    Raises ``DataError`` where one of them is missing or damaged.
    """
    from pydantic import TypeAdapter, ValidationError

    told = store.read_summary(folder)
    model = store.load_model(folder)
    try:
        parts = {
            name: TypeAdapter(kind).validate_python(told[name])
            for name, kind in _KINDS.items()
            if told.get(name) is not None
        }
        run = Run(
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
        return run if own else store.with_names(run, store.names_of(folder))
    except (OSError, KeyError, TypeError, ValueError, csv.Error, ValidationError) as error:
        raise _damaged(folder, error) from error


def read_alternatives(folder: Path) -> Alternatives:
    """Read ``alternatives.json`` of a run folder. Raises ``DataError`` where it is damaged."""
    from pydantic import TypeAdapter, ValidationError

    try:
        text = (folder / "alternatives.json").read_text(encoding="utf-8")
        return TypeAdapter(Alternatives).validate_python(json.loads(text))
    except (OSError, ValueError, ValidationError) as error:
        raise _damaged(folder, error) from error


def _damaged(folder: Path, error: Exception) -> DataError:
    return DataError.of(
        f"the run {folder.name!r} cannot be read back ({type(error).__name__})",
        "the files that smartcart run wrote",
        "run again, or restore them",
    )


def _evidence(folder: Path, told: JsonObject) -> KEvidence:
    rows = tuple(
        KRow(int(row["k"]), **{n: _number(row.get(n, "")) for n in store.EVIDENCE_COLUMNS[1:]})  # type: ignore[arg-type]
        for row in _rows(folder / "evidence.csv")
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
                nothing if (value := _number(row[name])) is None else value
                for name in ("mean", "median", "overall_mean", "effect")
            ),
        )
        for row in _rows(folder / "profile.csv")
    )
    columns = dict.fromkeys(row.column for row in rows)
    labels = told.get("labels") or {name: name for name in columns}
    units = told.get("units") or dict.fromkeys(columns, "")
    return Profile(rows, dict(labels), dict(units))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _number(cell: str) -> float | None:
    return float(cell) if cell else None
