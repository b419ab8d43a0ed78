"""The names that people gave the segments of a run: ``names.json`` in its folder.

They are a record of the run. ``model.json`` and ``run.json`` keep what the run itself called its
segments; whoever reads a run reads it with these names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from smartcart.errors import DataError
from smartcart.records import GivenName, Model, Run, RunFile
from smartcart.store.atomic import new_files
from smartcart.store.text import plain, write_json

__all__ = ["given_names", "has_names", "named_model", "names_of", "with_names", "write_names"]


def given_names(folder: Path) -> dict[int, GivenName]:
    """Return the names that were given in a run folder, by segment id; none without the file.

    Raises ``DataError`` where the file is damaged.
    """
    path = folder / RunFile.NAMES
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        found = [
            GivenName(int(one["segment_id"]), str(one["name"]), str(one["user"]), str(one["at"]))
            for one in told["segments"]
        ]
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError.of(
            f"{str(path)!r} cannot be read ({type(error).__name__})",
            "names of segments by id",
            "restore the file, or delete it to go back to the run's own names",
        ) from error
    return {one.segment_id: one for one in found if one.name.strip()}


def has_names(folder: Path) -> bool:
    """Return whether people gave names in a run folder, or took them back."""
    return (folder / RunFile.NAMES).exists()


def names_of(folder: Path) -> dict[int, str]:
    """Return the given names alone, by segment id."""
    return {number: one.name for number, one in given_names(folder).items()}


def write_names(folder: Path, given: Sequence[GivenName]) -> None:
    """Write the names that are in force; the file is whole or as it was."""
    content = {"segments": plain([one for one in given if one.name])}
    with new_files([folder / RunFile.NAMES], overwrite=True) as part:
        write_json(part / RunFile.NAMES, content)


def with_names(run: Run, given: Mapping[int, str]) -> Run:
    """Return the run as it is shown: segments in ``given`` (id to name) bear that name.

    Segments, profile, outcomes, rules, reasons, the campaign and the forecast are renamed, and the
    model; ids and figures are as they were.
    """
    given = {number: name for number, name in given.items() if name}
    if not given:
        return run

    own = {one.segment: given.get(one.segment_id, one.segment) for one in run.segments}

    def named(rows: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(replace(r, segment=given.get(r.segment_id, r.segment)) for r in rows)

    def told(rows: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(replace(r, sentence=_in_words(r.sentence, own)) for r in named(rows))

    outcomes = tuple(replace(one, rates=named(one.rates)) for one in run.outcomes)
    book, campaign = run.rulebook, run.campaign
    if book is not None:
        book = replace(book, rules=told(book.rules))
    if campaign is not None:
        plan = replace(campaign.plan, segments=named(campaign.plan.segments))
        campaign = replace(campaign, plan=plan)
    future = run.future
    if future is not None:
        late = tuple(replace(r, segment=own.get(r.segment, r.segment)) for r in future.late)
        future = replace(future, segments=named(future.segments), late=late)
    reasons = tuple(
        replace(one, runner_up=own.get(one.runner_up, one.runner_up)) for one in told(run.reasons)
    )
    return replace(
        run,
        segments=named(run.segments),
        outcomes=outcomes,
        rulebook=book,
        campaign=campaign,
        future=future,
        profile=replace(run.profile, rows=named(run.profile.rows)),
        reasons=reasons,
        model=named_model(run.model, given),
    )


def named_model(model: Model, given: Mapping[int, str]) -> Model:
    """Return the model with these names of segments by id in the place of its own."""
    names = tuple(
        given.get(number, name) for number, name in zip(model.ids, model.names, strict=True)
    )
    return replace(model, names=names)


def _in_words(sentence: str, own: Mapping[str, str]) -> str:
    """Return a sentence with the names of segments replaced, all at once."""
    words = sorted((re.escape(name) for name in own), key=len, reverse=True)
    return re.sub(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", lambda m: own[m[0]], sentence)
