"""A run folder read back: its summary, and its customers as a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smartcart import store
from smartcart.errors import DataError, UsageError, did_you_mean
from smartcart.records import Future, JsonObject, Outcome, Rfm, Rulebook, Run

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Saved", "open_run", "rfm_of", "saved_run", "source_of"]

_LOSS = re.compile("churn|attrit|exited|cancel|unsubscri|complain|refund|return|abwander|kündig")
RESPONSES = {"response", "responded", "respond", "respuesta", "reaktion", "réponse", "resposta"}


@dataclass(frozen=True, slots=True)
class Saved:
    """What the ``run.json`` of a folder says of its segments and outcomes."""

    folder: Path
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    outcomes: tuple[Outcome, ...]
    source: str
    currency: str
    rulebook: Rulebook | None
    summary: JsonObject
    ids: tuple[int, ...]  # of the segments, in the order of their names
    own_names: tuple[str, ...] = ()  # that the run gave itself, where others were given since
    future: Future | None = None  # of a run in memory; of a folder it is read when asked for

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
        """Stream the rows of ``segments.parquet`` as Arrow batches."""
        import pyarrow as pa
        from pyarrow import parquet as pq

        path = self.folder / "segments.parquet"
        try:
            with pq.ParquetFile(path) as file:
                yield from file.iter_batches()
        except (OSError, pa.ArrowException) as error:
            raise DataError.of(
                f"{str(path)!r} cannot be read ({type(error).__name__})",
                "the customers of the run",
                "run again, or restore the file",
            ) from error


def open_run(folder: Path) -> Saved:
    """Read the summary of a run folder, with the names that people gave its segments.

    Raises ``DataError`` where it is none.
    """
    from pydantic import TypeAdapter, ValidationError

    summary, given = store.read_summary(folder), store.names_of(folder)
    try:
        ids = tuple(int(s["segment_id"]) for s in summary["segments"])
        own = tuple(str(s["segment"]) for s in summary["segments"])
        return Saved(
            folder=folder,
            names=tuple(given.get(i, name) for i, name in zip(ids, own, strict=True)),
            sizes=tuple(int(s["size"]) for s in summary["segments"]),
            outcomes=TypeAdapter(tuple[Outcome, ...]).validate_python(summary.get("outcomes", ())),
            source=str(summary.get("source", "")),
            currency=str(summary.get("currency", "")),
            rulebook=TypeAdapter(Rulebook | None).validate_python(summary.get("rulebook")),
            summary=summary,
            ids=ids,
            own_names=own,
        )
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise DataError.of(
            f"the run.json of {str(folder)!r} does not describe a run ({type(error).__name__})",
            "what smartcart run wrote",
            "run again, or restore the file",
        ) from error


def rfm_of(folder: Path) -> Rfm | None:
    """Return the RFM digits of a run folder: their cuts; None where it has none, or no summary."""
    from pydantic import TypeAdapter, ValidationError

    if not (folder / "run.json").is_file():
        return None
    try:
        return TypeAdapter(Rfm | None).validate_python(store.read_summary(folder).get("rfm"))
    except ValidationError:
        return None


def saved_run(run: Run, folder: Path) -> Saved:
    """Return a run that is still in memory as :func:`open_run` would."""
    return Saved(
        folder=folder,
        names=tuple(one.segment for one in run.segments),
        sizes=tuple(one.size for one in run.segments),
        outcomes=run.outcomes,
        source=run.source,
        currency=run.currency,
        rulebook=run.rulebook,
        summary={},
        ids=tuple(one.segment_id for one in run.segments),
        future=run.future,
    )


def source_of(saved: Saved, named: str | None = None) -> str:
    """Return where the source of a run is: as ``named``, as the run knew it, or in its folder.

    Raises ``DataError`` where it is nowhere.
    """
    if named is not None:
        return named
    address, _, part = saved.source.partition("::")
    beside = saved.folder / Path(address).name
    if "://" in address or Path(address).exists() or any(c in address for c in "*?["):
        return saved.source
    if beside.exists():
        return f"{beside}::{part}" if part else str(beside)
    raise DataError.of(
        f"the run's source {saved.source!r} is not there",
        "the table that the run was made from",
        "say where it is now with --source",
    )
