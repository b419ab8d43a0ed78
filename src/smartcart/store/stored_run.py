"""A run folder read back: ``run.json`` at once, each part with its type when it is asked for."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from smartcart.errors import DataError, UsageError, did_you_mean
from smartcart.records import (
    Alternatives,
    Future,
    Identity,
    JsonObject,
    Model,
    Outcome,
    Rfm,
    Rulebook,
    Run,
    RunFile,
)
from smartcart.store.model import load_model
from smartcart.store.names import named_model, names_of, with_names
from smartcart.store.run import read_record, run_summary, table_name
from smartcart.store.run_folder import customer_batches, is_run

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import ArrayLike, NDArray

__all__ = ["RunSegment", "StoredRun", "find_run", "read_run", "run_in_memory"]

T = TypeVar("T")
RESPONSES = {"response", "responded", "respond", "respuesta", "reaktion", "réponse", "resposta"}
_LOSS = re.compile("churn|attrit|exited|cancel|unsubscri|complain|refund|return|abwander|kündig")


@dataclass(frozen=True, slots=True)
class RunSegment:
    """A segment as ``run.json`` lists it, with the name that people gave it."""

    segment_id: int
    segment: str
    own_name: str  # that the run gave it itself
    size: int
    share: float | None
    value_total: float | None
    value_share: float | None


@dataclass(frozen=True)
class StoredRun:
    """A run folder read back.

    ``told`` is what ``run.json`` says, ``given`` the names that people gave its segments, by id.
    What is listed of a run is None where ``run.json`` does not say it. Every other part is made of
    them, or read, when it is first asked for, and then kept; where it is damaged, asking for it
    raises ``DataError``.
    """

    folder: Path
    told: JsonObject = field(repr=False)
    given: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def segments(self) -> tuple[RunSegment, ...]:
        """The segments as they are listed, in order."""
        try:
            return tuple(
                RunSegment(
                    segment_id=(number := int(one["segment_id"])),
                    segment=self.given.get(number, str(one["segment"])),
                    own_name=str(one["segment"]),
                    size=int(one["size"]),
                    share=_number(one.get("share")),
                    value_total=_number(one.get("value_total")),
                    value_share=_number(one.get("value_share")),
                )
                for one in self.told["segments"]
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self.undescribed(error) from error

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of the segments, in order."""
        return tuple(one.segment_id for one in self.segments)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the segments, in order."""
        return tuple(one.segment for one in self.segments)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many customers each segment has, in order."""
        return tuple(one.size for one in self.segments)

    @property
    def source(self) -> str:
        """What the run was made from, as it was named; empty where it does not say."""
        return str(self.told.get("source") or "")

    @property
    def made(self) -> str | None:
        """When it was made, in UTC, ISO 8601."""
        try:
            when = dt.datetime.fromisoformat(self._text("made") or "")
        except ValueError:
            return None
        if when.tzinfo is None:
            return None
        return when.astimezone(dt.UTC).isoformat(timespec="seconds")

    @property
    def kind(self) -> str | None:
        """What the source is: "customers" or "orders"."""
        return self._text("kind")

    @property
    def customers(self) -> int | None:
        """How many customers have a segment."""
        return self._count("customers")

    @property
    def k(self) -> int | None:
        """How many segments there are."""
        return self._count("k")

    @property
    def recommended_k(self) -> int | None:
        """How many segments the evidence is for."""
        return self._count("recommended_k")

    @property
    def verdict(self) -> str | None:
        """What the evidence says of the structure."""
        return self._text("verdict")

    @property
    def as_of(self) -> str | None:
        """The day that ages and recencies are measured from, ISO 8601."""
        return self._text("as_of")

    @property
    def previous(self) -> str | None:
        """The run that it continues, as that was named."""
        identity = self.told.get("identity")
        told = identity.get("previous") if isinstance(identity, dict) else None
        return told if isinstance(told, str) else None

    @property
    def currency(self) -> str:
        """The currency of its money; empty where none is known."""
        return str(self.told.get("currency") or "")

    @property
    def value_label(self) -> str:
        """What ``value_total`` is a sum of: "spend", "revenue", or nothing."""
        return str(self.told.get("value") or "")

    @property
    def table_name(self) -> str:
        """A name for the table that the run was made of; ``customers`` where it has none."""
        reading = self.told.get("reading")
        form = reading.get("format") if isinstance(reading, dict) else None
        return "customers" if form is None else table_name(self.source, str(form))

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The 0/1 columns of past campaigns and the like, with their rates by segment."""
        return self._part("outcomes", tuple[Outcome, ...]) or ()

    @cached_property
    def rulebook(self) -> Rulebook | None:
        """The rules that imitate the model; None of a run with one segment."""
        return self._part("rulebook", Rulebook)

    @cached_property
    def identity(self) -> Identity | None:
        """What became of the segments of the run before; None where it continues none."""
        return self._part("identity", Identity)

    @cached_property
    def rfm(self) -> Rfm | None:
        """The cuts of the RFM digits; None where there are none, or they cannot be read."""
        try:
            return self._part("rfm", Rfm)
        except DataError:
            return None

    @cached_property
    def future(self) -> Future | None:
        """The forecast; None of a table of customers, and of runs before there were forecasts."""
        from pydantic import ValidationError

        try:
            return self._typed("future", Future)
        except ValidationError as error:
            raise DataError.of(
                f"'future' in the run.json of {str(self.folder)!r} cannot be read",
                "what smartcart run wrote",
                "run again, or restore the file",
            ) from error

    @cached_property
    def model(self) -> Model:
        """The model, with the names that people gave. Raises as ``load_model``."""
        model = load_model(self.folder)
        return named_model(model, self.given) if self.given else model

    @cached_property
    def alternatives(self) -> Alternatives | None:
        """What each K would give; None of a run that does not know."""
        from pydantic import TypeAdapter, ValidationError

        path = self.folder / RunFile.ALTERNATIVES
        if not path.is_file():
            return None
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            return TypeAdapter(Alternatives).validate_python(told)
        except (OSError, ValueError, ValidationError) as error:
            raise self._unreadable(error) from error

    @cached_property
    def own_run(self) -> Run:
        """The record that the report was made of, with the run's own names of its segments.

        It is read from ``run.json``, ``model.json``, ``evidence.csv`` and ``profile.csv``.
        """
        from pydantic import ValidationError

        model = load_model(self.folder)
        try:
            return read_record(self.folder, self.told, model)
        except (OSError, KeyError, TypeError, ValueError, csv.Error, ValidationError) as error:
            raise self._unreadable(error) from error

    @cached_property
    def run(self) -> Run:
        """The same record with the names that people gave."""
        return with_names(self.own_run, self.given)

    def outcome(self, column: str | None) -> Outcome | None:
        """Return the outcome of that name, whatever its capitals; ``None`` where there is none.

        Without a name it is the one that is called a response, else the first one that may be one:
        churn or complaints are no answer to a campaign.

        Raises ``UsageError`` for a name that is not among them.
        """
        there = {one.column: one for one in self.outcomes}
        if column is None:
            usual = (one for one in self.outcomes if one.column.casefold() in RESPONSES)
            others = (one for one in self.outcomes if not _LOSS.search(one.column.casefold()))
            return next(usual, next(others, None))
        folded = {name.casefold(): name for name in there}
        column = folded.get(column.casefold(), column)
        if column not in there:
            raise UsageError.of(
                f"{column!r} is no outcome of this run",
                f"one of {', '.join(there)}" if there else "a run with a 0/1 outcome column",
                f"give {column} the role 'outcome' in the configuration and run again, or say "
                f"what you assume with --rate.{did_you_mean(column, there)}",
            )
        return there[column]

    def places(self, segment_ids: ArrayLike) -> NDArray[np.intp]:
        """Return the places from 0 of the segments with these ids, (n,)."""
        import numpy as np

        order = np.argsort(self.ids)
        return order[np.searchsorted(np.array(self.ids)[order], segment_ids)]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Stream the rows of ``segments.parquet``; see :func:`~.run_folder.customer_batches`."""
        return customer_batches(self.folder)

    def find_source(self, named: str | None = None) -> str:
        """Return where the source is: as ``named``, as the run knew it, or in the run's folder.

        Raises ``DataError`` where it is nowhere.
        """
        if named is not None:
            return named
        address, _, part = self.source.partition("::")
        beside = self.folder / Path(address).name
        if "://" in address or Path(address).exists() or any(c in address for c in "*?["):
            return self.source
        if beside.exists():
            return f"{beside}::{part}" if part else str(beside)
        raise DataError.of(
            f"the run's source {self.source!r} is not there",
            "the table that the run was made from",
            "say where it is now with --source",
        )

    def said(self, value: T | None) -> T:
        """Return what ``run.json`` must say. Raises ``DataError`` where it does not."""
        if value is None:
            raise self.undescribed(KeyError())
        return value

    def undescribed(self, error: Exception) -> DataError:
        """Return the sentence for a ``run.json`` that is one, but lacks a part or holds another."""
        return DataError.of(
            f"the run.json of {str(self.folder)!r} does not describe a run "
            f"({type(error).__name__})",
            "what smartcart run wrote",
            "run again, or restore the file",
        )

    def _unreadable(self, error: Exception) -> DataError:
        return DataError.of(
            f"the run {self.folder.name!r} cannot be read back ({type(error).__name__})",
            "the files that smartcart run wrote",
            "run again, or restore them",
        )

    def _part(self, name: str, kind: type[T]) -> T | None:
        """Return one part of run.json, typed; None where it is not there."""
        from pydantic import ValidationError

        try:
            return self._typed(name, kind)
        except ValidationError as error:
            raise self.undescribed(error) from error

    def _typed(self, name: str, kind: type[T]) -> T | None:
        from pydantic import TypeAdapter

        told = self.told.get(name)
        return None if told is None else TypeAdapter(kind).validate_python(told)

    def _text(self, name: str) -> str | None:
        told = self.told.get(name)
        return told if isinstance(told, str) else None

    def _count(self, name: str) -> int | None:
        told = self.told.get(name)
        return told if isinstance(told, int) and not isinstance(told, bool) else None


def read_run(folder: Path) -> StoredRun:
    """Read back a run folder, with the names that people gave its segments.

    Raises ``DataError`` where it is none, or its ``run.json`` is damaged.
    """
    path = folder / RunFile.RUN
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(told, dict) and isinstance(told.get("segments"), list):
            return StoredRun(folder, told, names_of(folder))
        reason = "it holds something else"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not whole"
    raise DataError.of(
        f"{str(path)!r} cannot be read ({reason})",
        "a folder that smartcart run wrote",
        "name the run folder",
    )


def find_run(folder: Path) -> StoredRun | None:
    """Read back a run folder; None where there is a model alone. Raises as :func:`read_run`."""
    return read_run(folder) if is_run(folder) else None


def run_in_memory(run: Run, folder: Path) -> StoredRun:
    """Return a run that is still in memory, whose tables are in ``folder``, as if read back."""
    return StoredRun(folder, run_summary(run))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
