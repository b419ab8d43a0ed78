"""Pages of segments that live: drift, migration, history; and the part of a run's report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path, PurePath

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from smartcart.records import (
    Chain,
    Drift,
    History,
    Identity,
    Link,
    Match,
    Migration,
    Notice,
    Run,
    RunPoint,
    SegmentPoint,
    Turnover,
)
from smartcart.report import palette, words
from smartcart.report.over_time import HEADLINES, two, unnoticed
from smartcart.report.svg import SvgLine, sankey, timeline

__all__ = [
    "drift_page",
    "history_lines",
    "history_page",
    "history_ticks",
    "identity_part",
    "migration_page",
]

OUTCOMES = 6  # that are drawn over time
_TEMPLATES = Path(__file__).parent / "templates"
FATES = {
    "kept": "Lives on",
    "split": "Has split",
    "merged": "Have merged",
    "new": "Is new",
    "retired": "Has ended",
}


@cache
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"count": words.count, "share": words.share, "number": words.number, "two": two}
    return env


def _page(template: str, **context: object) -> str:
    css = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template(template)
        .render(
            css=Markup(css),
            light=Markup(palette.css(dark=False)),
            dark=Markup(palette.css(dark=True)),
            words=words,
            **{"kpis": (), **context},
        )
    )


# Drift -----------------------------------------------------------------------------------------


def drift_page(drift: Drift, names: Mapping[int, str], source: str, next_step: str = "") -> str:
    """Return a drift as one HTML page that opens offline; ``next_step`` is a command to type."""
    refit = [one for one in drift.reasons if one.refit]
    about = (
        "A difference counts where it is beyond chance and large enough to matter: PSI from 0.1, a "
        "mean that shifts by 0.1 standard deviations (SD) or, of amounts, by 15% (a typical value, "
        "the geometric mean, by 12%). The bins are those of the fit."
    )
    forming = [c for c in drift.columns if c.forms]
    describing = [c for c in drift.columns if not c.forms]
    compared = (
        f"{words.people(drift.rows)} compared with the {words.count(drift.rows_before)} that the "
        "model was fitted on."
        if drift.rows
        else f"The model was fitted on {words.people(drift.rows_before)}; nothing could be counted."
    )
    changed = sum(c.changed for c in drift.columns)
    return _page(
        "drift.html.j2",
        title=f"{words.file_name(source)}: {drift.verdict}",
        what=f"monitoring {words.file_name(source)}",
        headline=HEADLINES[drift.verdict],
        lead=compared,
        kpis=[
            ("Verdict", drift.verdict),
            ("Reasons for a refit", words.count(len(refit))),
            ("Features changed", f"{changed} of {len(drift.columns)}"),
        ],
        drift=drift,
        blind=unnoticed(drift),
        names=names,
        next=next_step if drift.verdict == "refit" else "",
        refit=refit,
        told=[one for one in drift.reasons if not one.refit],
        features=[
            ("What forms the segments", about, forming),
            (
                "What describes them",
                "The model does not use these: no reason for a refit.",
                describing,
            ),
        ],
        foot="Exit code 4 of smartcart monitor means refit, 0 keep.",
    )


# Migration -------------------------------------------------------------------------------------


def migration_page(
    found: Migration,
    before: Mapping[int, str],
    after: Mapping[int, str],
    *,
    old_run: str,
    new_run: str,
    split: bool,
    currency: str = "",
    identity: Identity | None = None,
    notices: Sequence[Notice] = (),
) -> str:
    """Return a migration as one HTML page that opens offline.

    ``before`` and ``after`` name the segments of the two runs by id; ``split``: whether what
    customers did is told from what the refit did.
    """
    changes = sorted((f for f in found.flows if f.change), key=lambda f: -f.customers)
    moved = found.moved / found.customers if found.customers else 0.0
    valued = any(f.value is not None for f in found.flows)
    if changes:
        largest = changes[0]
        more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
        headline = (
            f"{words.people(largest.customers)} went from {before.get(largest.from_id, '')} to "
            f"{after.get(largest.to_id, '')}{more}"
        )
    else:
        headline = "Nobody moved by more than chance"
    lead = (
        f"{words.people(found.customers)} are in both runs, {words.count(found.moved)} "
        f"({words.share(moved)}) in another segment."
    )
    if split and found.moved:
        lead += (
            f" {words.count(found.by_customers)} of these behave differently, "
            f"{words.count(found.by_refit)} moved because the segments were fitted again."
        )
    chance = (
        f"Chance was measured by {found.resamples} refits on resamples of unchanged customers."
        if found.resamples
        else "Chance could not be measured; flows below half a per cent of all are left out."
    )
    return _page(
        "migration.html.j2",
        title=f"{PurePath(old_run).name} to {PurePath(new_run).name}: who moved",
        what=f"{PurePath(old_run).name} → {PurePath(new_run).name}",
        headline=headline,
        lead=lead,
        kpis=[
            ("In both runs", words.count(found.customers)),
            ("In another segment", words.count(found.moved)),
            ("Changes", words.count(len(changes))),
            ("Joined", words.count(sum(t.customers for t in found.joiners))),
            ("Left", words.count(sum(t.customers for t in found.leavers))),
        ],
        picture=sankey(
            found, before, after, "Who moved from which segment to which; a table follows."
        ),
        columns=[(j, after.get(j, "")) for j in sorted({f.to_id for f in found.flows})],
        matrix=_matrix(found, before, currency),
        changes=changes,
        about_chance=chance,
        turnover=_turnover(found, before, after, currency),
        valued=valued,
        split=split,
        before=before,
        after=after,
        currency=currency,
        fates=fate_rows(identity.matches, before, after) if identity else (),
        notices=notices,
        foot=f"{old_run} → {new_run}",
    )


def _matrix(
    found: Migration, before: Mapping[int, str], currency: str
) -> list[tuple[str, list[dict[str, object]], str, str]]:
    met = {(f.from_id, f.to_id): f for f in found.flows}
    after = sorted({f.to_id for f in found.flows})
    rows = []
    for i in sorted({f.from_id for f in found.flows}):
        flows = [met.get((i, j)) for j in after]
        cells = [
            {
                "customers": words.count(f.customers if f else 0),
                "share": words.share(f.share) if f else "",
                "money": words.money(f.value, currency) if f and f.value is not None else "",
                "change": bool(f and f.change),
            }
            for f in flows
        ]
        stayed = met.get((i, i))
        rows.append(
            (
                f"{i} {before.get(i, '')}",
                cells,
                words.count(sum(f.customers for f in flows if f)),
                words.share(stayed.share if stayed else 0.0),
            )
        )
    return rows


def _turnover(
    found: Migration, before: Mapping[int, str], after: Mapping[int, str], currency: str
) -> list[tuple[str, str, str, str, str]]:
    came = {one.segment_id: one for one in found.joiners}
    went = {one.segment_id: one for one in found.leavers}

    def told(one: Turnover | None) -> tuple[str, str]:
        return (
            words.count(one.customers if one else 0),
            words.money(one.value, currency) if one else words.MISSING,
        )

    return [
        (f"{i} {after.get(i, before.get(i, ''))}", *told(came.get(i)), *told(went.get(i)))
        for i in sorted({*came, *went})
    ]


# What became of the segments -------------------------------------------------------------------


def fate_rows(
    matches: Sequence[Match], before: Mapping[int, str], after: Mapping[int, str]
) -> list[dict[str, str]]:
    """Return what became of each segment with the evidence, a row per link."""
    rows = []
    for match in sorted(matches, key=lambda m: m.kind == "kept"):
        links: Sequence[Link | None] = match.links or (None,)
        for place, link in enumerate(links):
            old = [link.old_id] if link and match.kind != "new" else list(match.old_ids)
            new = [link.new_id] if link and match.kind != "retired" else list(match.new_ids)
            near = link and match.kind in {"new", "retired"}
            rows.append(
                {
                    "kind": match.kind,
                    "title": FATES[match.kind] if place == 0 else "",
                    "before": _named(old, before)
                    or (f"nearest: {_named([link.old_id], before)}" if near and link else "–"),
                    "now": _named(new, after)
                    or (f"nearest: {_named([link.new_id], after)}" if near and link else "–"),
                    "customers": words.count(link.customers if link else None),
                    "outgoing": words.share(link.outgoing if link else None),
                    "incoming": words.share(link.incoming if link else None),
                    "jaccard": words.number(link.jaccard if link else None),
                    "relative": words.number(link.relative if link else None),
                }
            )
    return rows


def _named(ids: Sequence[int], names: Mapping[int, str]) -> str:
    return " and ".join(f"{i} {names.get(i, '')}".strip() for i in ids)


def identity_part(run: Run) -> dict[str, object] | None:
    """Return what the report of a run says of the run before it; ``None`` without one."""
    identity = run.identity
    if identity is None:
        return None
    before = dict(identity.names_before)
    after = {s.segment_id: s.segment for s in run.segments}
    kinds = [match.kind for match in identity.matches]
    where = f" {identity.previous}" if identity.previous else " an earlier run"
    if kinds and set(kinds) == {"kept"}:
        told = "all segments live on with their numbers and names."
    else:
        counts = {kind: kinds.count(kind) for kind in FATES if kind in kinds}
        told = "; ".join(f"{n} {kind}" for kind, n in counts.items()) + "."
    return {
        "about": f"This run continues{where}: {told}",
        "fates": fate_rows(identity.matches, before, after),
        "k_sentence": identity.k.sentence if identity.k else "",
    }


# History ---------------------------------------------------------------------------------------


def history_page(history: History) -> str:
    """Return the runs of a folder as one HTML page: their segments over time."""
    runs = sum(len(chain.runs) for chain in history.chains)
    longest = max((len(chain.runs) for chain in history.chains), default=0)
    name = PurePath(history.workspace).name or history.workspace
    lead = (
        f"{runs} run{'s' if runs != 1 else ''} in {history.workspace}. Runs that continue one "
        "another (smartcart run --previous) share a picture: there a number means the same "
        "segment in all of them."
    )
    return _page(
        "history.html.j2",
        title=f"{name}: segments over time",
        what=name,
        headline="Segments over time" if longest > 1 else "The runs kept",
        lead=lead,
        chains=[_chain(chain) for chain in history.chains],
        problems=history.problems,
        foot=history.workspace,
    )


def history_ticks(chain: Chain) -> list[str]:
    """Return what to call each run on an axis: the as-of day, else when it was made, else a name.

    The first of these that differs from run to run serves.
    """
    days = [run.as_of or "" for run in chain.runs]
    made = [run.made[:10] for run in chain.runs]
    for ticks in (days, made):
        if all(ticks) and len(set(ticks)) == len(ticks):
            return ticks
    return [PurePath(run.folder).name for run in chain.runs]


def history_lines(
    chain: Chain,
) -> list[tuple[str, list[SvgLine], Callable[[float], str]]]:
    """Return title, lines and wording of each figure: customers, share, value, outcomes."""
    figures: list[tuple[str, list[SvgLine], Callable[[float], str]]] = [
        ("Customers", _lines(chain, lambda s: float(s.size)), words.count),
        ("Share of customers", _lines(chain, lambda s: s.share), words.share),
    ]
    if any(s.value is not None for run in chain.runs for s in run.segments):
        label = (chain.value_label or "value").capitalize()
        figures.append(
            (label, _lines(chain, lambda s: s.value), lambda x: words.money(x, chain.currency))
        )
        figures.append(
            (
                f"{label} per customer",
                _lines(chain, lambda s: s.value_mean),
                lambda x: words.money(x, chain.currency),
            )
        )
    columns = dict.fromkeys(name for run in chain.runs for s in run.segments for name, _ in s.rates)
    figures += [
        (f"Rate of {column}", _lines(chain, partial(_rate, column)), words.share)
        for column in list(columns)[:OUTCOMES]
    ]
    return figures


def _rate(column: str, segment: SegmentPoint) -> float | None:
    return dict(segment.rates).get(column)


def _lines(chain: Chain, figure: Callable[[SegmentPoint], float | None]) -> list[SvgLine]:
    names: dict[int, str] = {}
    for run in chain.runs:
        names |= {s.segment_id: s.segment for s in run.segments}
    per_run = [{s.segment_id: figure(s) for s in run.segments} for run in chain.runs]
    return [
        SvgLine(one, names[one], tuple(values.get(one) for values in per_run))
        for one in sorted(names)
    ]


def _chain(chain: Chain) -> dict[str, object]:
    ticks = history_ticks(chain)
    several = len(chain.runs) > 1
    first, last = PurePath(chain.runs[0].folder).name, PurePath(chain.runs[-1].folder).name
    about = (
        f"{len(chain.runs)} runs, each continuing the one before."
        if several
        else "One run, which no other one continues."
    )
    figures = [
        {
            "title": title,
            "lines": lines,
            "say": say,
            "picture": timeline(
                lines, ticks, say, f"{title} per segment over time; a table follows."
            ),
        }
        for title, lines, say in history_lines(chain)
        if several
    ]
    return {
        "title": f"{first} to {last}" if several else last,
        "about": about,
        "ticks": ticks,
        "figures": figures,
        "runs": [_run(run) for run in chain.runs],
    }


def _run(run: RunPoint) -> dict[str, str]:
    counts: dict[str, int] = {}
    for match in run.matches:
        counts[match.kind] = counts.get(match.kind, 0) + 1
    return {
        "name": PurePath(run.folder).name,
        "as_of": run.as_of or words.MISSING,
        "made": run.made[:16].replace("T", " "),
        "customers": words.count(run.customers),
        "k": words.count(len(run.segments)),
        "verdict": run.verdict,
        "changes": "; ".join(f"{n} {kind}" for kind, n in counts.items()) or words.MISSING,
    }
