"""Runs, their segments, profiles and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from smartcart import store
from smartcart.records import (
    Alternative,
    Distribution,
    KEvidence,
    Outcome,
    ProfileRow,
    Rulebook,
    Segment,
)
from smartcart.web.access import access
from smartcart.web.annotations import GivenName, Note
from smartcart.web.api.shapes import After, Limit, Message, Page, Run, Strict, as_json, page
from smartcart.web.errors import WebError, missing
from smartcart.web.services import Context, Here
from smartcart.web.workspace import Entry

__all__ = ["router"]

router = APIRouter(prefix="/runs")


@dataclass(frozen=True, slots=True)
class NamedSegment:
    """A segment, with the name that somebody gave it."""

    segment: Segment
    given_name: GivenName | None


@dataclass(frozen=True, slots=True)
class Choices:
    """Which K there are to look at."""

    k: int
    recommended: int
    rows: int
    ks: tuple[int, ...]
    distributions: tuple[Distribution, ...]


class Title(Strict):
    """Another title of a run."""

    title: str = Field(min_length=1, max_length=200)


class Name(Strict):
    """A name of one's own for a segment; "" takes it back."""

    name: str = Field(max_length=80)


class Text(Strict):
    """A note on a segment, or without one on the run."""

    text: str = Field(min_length=1, max_length=4_000)
    segment_id: int | None = Field(None, ge=1, le=1_000_000)


@router.get("", response_model=Page[Entry], tags=["runs"])
@access("viewer")
def runs(here: Here, after: After = None, limit: Limit = 50) -> Response:
    """List the runs, newest first."""
    return page(here.services.workspace.entries(after, limit), limit, "name")


@router.get("/{run}", response_model=Entry, tags=["runs"])
@access("viewer")
def run_of(here: Here, run: Run) -> Response:
    """Return one run as it is listed."""
    return as_json(here.services.workspace.entry(run))


@router.patch("/{run}", response_model=Entry, tags=["runs"])
@access("analyst")
def retitle(here: Here, run: Run, body: Title) -> Response:
    """Give a run another title."""
    here.services.workspace.retitle(run, body.title, here.who)
    here.log("run.retitle", run, title=body.title)
    return as_json(here.services.workspace.entry(run))


@router.delete("/{run}", tags=["runs"])
@access("admin")
def delete(here: Here, run: Run) -> Message:
    """Delete a run."""
    here.services.workspace.delete(run)
    here.log("run.delete", run)
    return Message(done="deleted")


@router.get("/{run}/summary", response_model=dict[str, object], tags=["runs"])
@access("viewer")
def summary(here: Here, run: Run) -> Response:
    """Return what run.json of the run holds, without the points of its picture and who is late."""
    found = store.run_summary(here.services.workspace.run(run))
    found.pop("picture")
    if found.get("future"):  # whoever is late is told to analysts, by way of a list
        found["future"].pop("late", None)
    return as_json(found)


@router.get("/{run}/segments", response_model=list[NamedSegment], tags=["segments"])
@access("viewer")
def segments(here: Here, run: Run) -> Response:
    """Return the segments of a run."""
    names = here.services.annotations.names(run)
    found = here.services.workspace.own_run(run).segments
    return as_json([NamedSegment(one, names.get(one.segment_id)) for one in found])


@router.get("/{run}/segments/{segment_id}", response_model=NamedSegment, tags=["segments"])
@access("viewer")
def segment(here: Here, run: Run, segment_id: int) -> Response:
    """Return one segment of a run."""
    names = here.services.annotations.names(run)
    return as_json(NamedSegment(_segment(here, run, segment_id), names.get(segment_id)))


@router.put("/{run}/segments/{segment_id}/name", response_model=NamedSegment, tags=["segments"])
@access("analyst")
def rename(here: Here, run: Run, segment_id: int, body: Name) -> Response:
    """Give a segment a name of one's own, kept apart from the model's."""
    found = _segment(here, run, segment_id)
    given = here.services.annotations.rename(run, segment_id, body.name, here.who)
    here.log("segment.rename", f"{run}/{segment_id}", name=given.name)
    return as_json(NamedSegment(found, given if given.name else None))


@router.get("/{run}/notes", response_model=list[Note], tags=["segments"])
@access("viewer")
def notes(here: Here, run: Run) -> Response:
    """Return the notes on a run and its segments, the earliest first."""
    here.services.workspace.path(run)
    return as_json(here.services.annotations.notes(run))


@router.post("/{run}/notes", response_model=Note, status_code=201, tags=["segments"])
@access("analyst")
def note(here: Here, run: Run, body: Text) -> Response:
    """Write a note."""
    here.services.workspace.path(run)
    if body.segment_id is not None:
        _segment(here, run, body.segment_id)
    kept = here.services.annotations.note(run, body.segment_id, body.text, here.who)
    here.log("note.add", f"{run}/{body.segment_id or ''}", note=kept.id)
    return as_json(kept, 201)


@router.delete("/{run}/notes/{number}", tags=["segments"])
@access("analyst")
def remove_note(here: Here, run: Run, number: Annotated[int, Field(ge=1, le=2**31 - 1)]) -> Message:
    """Delete a note."""
    if not here.services.annotations.remove_note(run, number):
        raise missing("note", number)
    here.log("note.delete", run, note=number)
    return Message(done="deleted")


@router.get("/{run}/profile", response_model=Page[ProfileRow], tags=["segments"])
@access("viewer")
def profile(
    here: Here,
    run: Run,
    segment_id: Annotated[int | None, Query(description="Of one segment alone.")] = None,
    after: Annotated[int, Query(ge=0, le=10**9, description="`next` of the page before.")] = 0,
    limit: Limit = 200,
) -> Response:
    """Return the profile, a row per segment and column, in the order of profile.csv."""
    rows = here.services.workspace.run(run).profile.rows
    if segment_id is not None:
        rows = tuple(row for row in rows if row.segment_id == segment_id)
    some = rows[after : after + limit]
    more = str(after + limit) if after + limit < len(rows) else None
    return as_json({"items": some, "next": more})


@router.get("/{run}/evidence", response_model=KEvidence, tags=["evidence"])
@access("viewer")
def evidence(here: Here, run: Run) -> Response:
    """Return the evidence for K: a row per K, what each rule picks, the verdict and why."""
    return as_json(here.services.workspace.run(run).evidence)


@router.get("/{run}/alternatives", response_model=Choices, tags=["evidence"])
@access("viewer")
def alternatives(here: Here, run: Run) -> Response:
    """Return which K there are to look at, and how the features are spread."""
    found = here.services.workspace.alternatives(run)
    if found is None:
        raise _no_alternatives()
    ks = tuple(one.k for one in found.alternatives)
    return as_json(Choices(found.k, found.recommended, found.rows, ks, found.distributions))


@router.get("/{run}/alternatives/{k}", response_model=Alternative, tags=["evidence"])
@access("viewer")
def alternative(here: Here, run: Run, k: int) -> Response:
    """Return the segments that another K would give, on the sample that K was chosen on."""
    found = here.services.workspace.alternatives(run)
    if found is None:
        raise _no_alternatives()
    one = next((one for one in found.alternatives if one.k == k), None)
    if one is None:
        raise missing("K", k)
    return as_json(one)


@router.get("/{run}/outcomes", response_model=list[Outcome], tags=["segments"])
@access("viewer")
def outcomes(here: Here, run: Run) -> Response:
    """Return the rates of the outcomes per segment, with intervals."""
    return as_json(here.services.workspace.run(run).outcomes)


@router.get("/{run}/rulebook", response_model=Rulebook | None, tags=["segments"])
@access("viewer")
def rulebook(here: Here, run: Run) -> Response:
    """Return the plain rules that imitate the segments; null where there are none."""
    return as_json(here.services.workspace.run(run).rulebook)


def _segment(here: Context, run: str, segment_id: int) -> Segment:
    for one in here.services.workspace.own_run(run).segments:
        if one.segment_id == segment_id:
            return one
    raise missing("segment", segment_id)


def _no_alternatives() -> WebError:
    return WebError.because(
        404,
        "not_found",
        "This run does not know what other K would give.",
        "Run it again with this SmartCart.",
    )
