"""The segments of a run: cards, the slider, pictures, evidence; and the files beside them."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from markupsafe import Markup

from smartcart.records import JsonObject, RunFile
from smartcart.report import interactive, palette, parts, view
from smartcart.report.page import embed, policy_of
from smartcart.web.access import access
from smartcart.web.errors import WebError, missing
from smartcart.web.pages.assets import packed_response
from smartcart.web.pages.forms import Form, text
from smartcart.web.pages.opened import OpenedRun, open_run
from smartcart.web.pages.render import go, page, remember, template
from smartcart.web.services import Context, Here
from smartcart.web.views import choices

__all__ = ["figures_response", "router"]

router = APIRouter(include_in_schema=False)
KEEP = "private, max-age=86400"
HEAD = 4000  # characters of a report in which its policy stands


def figures_response(
    figures: Mapping[str, object], more: Mapping[str, object] | None = None
) -> bytes:
    """Return figures as the pages' script reads them."""
    return embed({"figures": figures, "theme": palette.theme(), **(more or {})}).encode()


@router.get("/runs/{name}")
@access("viewer")
def segments(here: Here, request: Request, name: str, k: int | None = None) -> HTMLResponse:
    """Show the segments of a run."""
    return _segments(here, request, name, k)


def _segments(
    here: Context, request: Request, name: str, k: int | None, error: WebError | None = None
) -> HTMLResponse:
    opened = open_run(here, name)
    run, found = opened.run, opened.alternatives
    offered = choices.choices(run, found)
    used = len(run.segments)
    shown_k = k if k in {one.k for one in offered} else used
    cards = [
        {
            **card,
            "href": f"/runs/{name}/segments/{card['segment'].segment_id}",
            "own": _own(opened, card["segment"].segment_id),
        }
        for card in opened.shown["cards"]
    ]
    return page(
        here,
        request,
        "run.html.j2",
        entry=opened.entry,
        tab="segments",
        figures=f"/runs/{name}/figures.json?v={opened.version}",
        error=error,
        **{
            **opened.shown,
            "cards": cards,
            "evidence": parts.evidence_table(run, choices.smallest(run, found)),
        },
        offered=offered,
        labels=choices.LABELS,
        shown_choice=next((one for one in offered if one.k == shown_k), None),
        offered_json=Markup(embed(choices.script(offered))),
        sketches=choices.sketches(run, found),
        shown_k=shown_k,
        used=used,
        used_many=choices.many(used),
        part=_part(opened, shown_k),
        notes=[n for n in here.services.annotations.notes(name) if n.segment_id is None],
        still=f"/runs/{name}/plots/clusters_3d.png",
    )


@router.get("/runs/{name}/choices/{k}")
@access("viewer")
def choice(here: Here, name: str, k: int) -> HTMLResponse:
    """Return the part of the page that tells what sets the segments of another K apart."""
    opened = open_run(here, name)
    found = opened.alternatives.alternatives if opened.alternatives is not None else ()
    if k not in {len(opened.run.segments), *(one.k for one in found)}:
        raise missing("number of segments", k)
    return HTMLResponse(_part(opened, k))


def _part(opened: OpenedRun, k: int) -> Markup:
    """Return sizes and averages of ``k`` segments: those in use, or what the sample says of K."""
    found = opened.alternatives
    used = len(opened.run.segments)
    shown = opened.shown
    told: JsonObject = {"run": opened.run, "heat": shown["heat"], "sizes_figure": "sizes"}
    sample = 0
    if found is not None and k != used:
        one = next(one for one in found.alternatives if one.k == k)
        run = choices.seen_with(opened.run, one)
        several = k > 1
        told = {
            "run": run,
            "heat": view.forming(run) if several else (),
            "sizes_figure": f"sizes-{k}",
        }
        everybody = sum(s.size for s in opened.run.segments)
        sample = found.rows if found.rows < everybody else 0
    told |= {"several": k > 1, "shown_k": k, "used_many": choices.many(used), "sample": sample}
    told |= {name: shown[name] for name in ("valued", "value_label")}
    return Markup(template("choice.html.j2", **told))


def _own(opened: OpenedRun, segment_id: int) -> dict[str, str] | None:
    """Return who renamed a segment, and what the model calls it; None where nobody did."""
    given = opened.given.get(segment_id)
    if given is None or not given.name:
        return None
    return {"name": opened.own_name(segment_id), "user": given.user, "at": given.at}


@router.get("/runs/{name}/figures.json")
@access("viewer")
def figures(here: Here, request: Request, name: str) -> Response:
    """Return the figures of a run."""
    opened = open_run(here, name)

    def make() -> bytes:
        more = {}
        if opened.alternatives is not None and opened.run.picture.xyz:
            more["solid"] = interactive.choices_3d(opened.run, opened.alternatives)
        return figures_response(interactive.figures(opened.run) | _sizes(opened), more)

    folder = str(here.services.workspace.folder)
    content = remember(("figures", folder, name, opened.version), make)
    return packed_response(request, content, **{"Cache-Control": KEEP})


def _sizes(opened: OpenedRun) -> dict[str, object]:
    """Return the picture of sizes for every other number of segments."""
    found = opened.alternatives.alternatives if opened.alternatives is not None else ()
    used = len(opened.run.segments)
    return {
        f"sizes-{one.k}": interactive.sizes(choices.seen_with(opened.run, one))
        for one in found
        if one.k not in (1, used)
    }


@router.get("/runs/{name}/data")
@access("viewer")
def data(here: Here, request: Request, name: str) -> HTMLResponse:
    """Show what the run was made of: every row, the rules, fairness, the report to send."""
    opened = open_run(here, name)
    return page(
        here,
        request,
        "data.html.j2",
        entry=opened.entry,
        tab="data",
        figures=f"/runs/{name}/figures.json?v={opened.version}",
        **opened.shown,
    )


@router.get("/runs/{name}/report")
@access("viewer")
def report(here: Here, name: str, download: bool = False) -> Response:
    """Return the report of the run, a page of its own with its own policy."""
    path = here.services.workspace.path(name) / RunFile.REPORT
    if not path.is_file():
        raise missing("report", name)
    with path.open(encoding="utf-8") as file:
        policy = policy_of(file.read(HEAD))
    if policy is None:
        raise missing("report that can be shown", name)
    headers = {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"}
    if download:
        here.log("report.download", name)
        headers["Content-Disposition"] = f'attachment; filename="{name}.html"'
    return FileResponse(path, media_type="text/html", headers=headers)


@router.get("/runs/{name}/plots/clusters_3d.png")
@access("viewer")
def still(here: Here, name: str) -> Response:
    """Return the 3-D view as a picture, for browsers that cannot turn it."""
    path = here.services.workspace.path(name) / RunFile.PLOTS / "clusters_3d.png"
    if not path.is_file():
        raise missing("picture", name)
    return FileResponse(path, media_type="image/png", headers={"Cache-Control": KEEP})


@router.post("/runs/{name}/again")
@access("analyst")
def again(here: Here, request: Request, name: str, form: Form) -> Response:
    """Segment the same table again, with another number of segments."""
    typed = text(form, "k")
    entry = here.services.workspace.entry(name)
    if not typed.isdigit() or not 1 <= int(typed) <= 100:
        raise WebError.because(
            400,
            "invalid",
            f"The number of segments is {typed[:20]!r}.",
            "Choose one with the slider.",
        )
    if entry.upload_id is None:
        error = WebError.because(
            409,
            "no_source",
            "The table of this segmentation is not in this workspace.",
            "Upload the table, and set the number of segments under Settings.",
        )
        return _segments(here, request, name, int(typed), error)
    wishes = {**here.services.jobs.wishes_of(name), "k": int(typed)}
    title = f"{entry.title.partition(' (')[0]} ({typed} segments)"
    job = here.services.jobs.run(entry.upload_id, wishes, here.who, title=title)
    here.log("run.start", job.id, upload=entry.upload_id, wishes=wishes)
    return go(f"/jobs/{job.id}")


@router.post("/runs/{name}/title")
@access("analyst")
def retitle(here: Here, name: str, form: Form) -> Response:
    """Give a run another title."""
    here.services.workspace.retitle(name, text(form, "title")[:200], here.who)
    here.log("run.retitle", name, title=text(form, "title")[:200])
    return go(f"/runs/{name}/data?done=retitled")


@router.post("/runs/{name}/delete")
@access("admin")
def delete(here: Here, name: str) -> Response:
    """Delete a run."""
    here.services.workspace.delete(name)
    here.log("run.delete", name)
    return go("/?done=deleted")


@router.post("/runs/{name}/notes")
@access("analyst")
def note(here: Here, name: str, form: Form) -> Response:
    """Keep a note on a run."""
    here.services.workspace.path(name)
    if said := text(form, "text"):
        here.services.annotations.note(name, None, said[:4000], here.who)
        here.log("note", name)
    return go(f"/runs/{name}?done=noted#notes")


@router.post("/runs/{name}/notes/{note_id}/remove")
@access("analyst")
def remove_note(here: Here, name: str, note_id: int) -> Response:
    """Remove a note."""
    kept = here.services.annotations.notes(name)
    gone = next((n for n in kept if n.id == note_id), None)
    if gone is None:
        raise missing("note", note_id)
    here.services.annotations.remove_note(name, note_id)
    here.log("note.remove", name, note=note_id)
    where = (
        f"/runs/{name}" if gone.segment_id is None else f"/runs/{name}/segments/{gone.segment_id}"
    )
    return go(f"{where}?done=note-gone#notes")
