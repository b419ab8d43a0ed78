"""What the parts of a page show, one dictionary per run: the report and the web app share them.

The parts themselves are the templates beside this module, each a section that can be included.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from smartcart.records import Run, Segment
from smartcart.report import (
    campaign_section,
    fates,
    future,
    order_log,
    outcomes,
    receipt,
    rfm,
    trust,
    view,
    withheld,
    words,
)
from smartcart.report.over_time import two

__all__ = ["TEMPLATES", "card", "context", "environment", "evidence_table", "stable"]

TEMPLATES = Path(__file__).parent / "templates"
_STABLE = ((0.85, "very stable"), (0.75, "stable"), (0.6, "borders unsure"), (-1.0, "unsure"))
_FIGURES_PER_K = (
    ("elbow", "Elbow", "How tightly segments fit (WCSS). Look for the bend."),
    ("silhouette", "Silhouette", "How far segments stand apart. Higher is better."),
    ("gap", "Gap statistic", "Tighter than random data would be; bars are one standard error."),
    (
        "stability",
        "Stability",
        "How alike the segments are on resampled data (ARI). 1 is identical.",
    ),
)


class _Compiled(FileSystemBytecodeCache):
    """Templates are compiled once, beside themselves, as Python does with its modules.

    Where nothing can be written, or Python is told to write nothing, they are compiled each time.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)


def environment(folders: Sequence[Path] = ()) -> Environment:
    """Return the templates of ``folders`` and the parts of a page, which escape all they show."""
    env = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_Compiled(str(TEMPLATES / "__pycache__")),
    )
    env.filters |= {"count": words.count, "share": words.share, "number": words.number, "two": two}
    env.globals |= {"app": False, "view": view, "words": words, "log": order_log}
    env.globals |= {"receipt": receipt, "stable": stable}
    return env


def stable(jaccard: float | None) -> str:
    """Return how stable a segment is, as a figure and in words."""
    if jaccard is None or not math.isfinite(jaccard):
        return words.MISSING
    return f"{jaccard:.2f}, {next(word for floor, word in _STABLE if jaccard >= floor)}"


def context(run: Run) -> dict[str, object]:
    """Return all that the parts show of a run, by the names that the templates use."""
    several = len(run.segments) > 1
    table = view.lines(run)
    return {
        "run": run,
        "title": f"{words.file_name(run.source)}: customer segments",
        "several": several,
        "lead": _lead(run),
        "kpis": _kpis(run),
        "cards": [card(run, segment) for segment in run.segments],
        "valued": any(s.value_share is not None for s in run.segments),
        "value_label": run.value_label or "value",
        "has_stability": several and any(s.jaccard is not None for s in run.segments),
        "heat": view.forming(run) if several else (),
        "groups": [
            (name, [line for line in table if line.role == role])
            for role, name in view.ROLES.items()
            if any(line.role == role for line in table)
        ],
        "withheld": any(cell and cell.hidden for line in table for cell in line.cells),
        "against": [
            (segment, view.apart(run, i)) for i, segment in enumerate(run.segments) if several
        ],
        "picture": _picture(run),
        "per_k": [
            {"name": name, "title": title, "caption": caption, "alt": _alt_per_k(run, name, title)}
            for name, title, caption in _FIGURES_PER_K
        ],
        "evidence": evidence_table(run),
        "ledger": run.ledger,
        "rfm": _rfm(run),
        "ahead": future,
        "life": fates.identity_part(run),
        "odd": trust.warnings(run),
        "checked": trust.checked(run),
        "outcomes": _outcomes(run) if several else (),
        "overview": outcomes.overview(run) if several and len(run.outcomes) > 1 else (),
        "campaign": campaign_section.campaign(run.campaign, run.currency),
        "why": campaign_section.why(run),
        "explained": campaign_section.explained(run.explained, run.currency),
        "book": run.rulebook if several else None,
        "book_method": trust.method(run),
        "fair": trust.fairness(run),
        "source": words.file_name(run.source),
        "reading": _reading(run),
        "features": [
            (f, transform)
            for f, transform in zip(
                run.model.recipe.features, run.model.recipe.transform, strict=True
            )
        ],
        "metrics": [(words.rule_name(k), words.number(v)) for k, v in run.metrics.items()],
        "seconds": [(words.label(k), words.seconds(v)) for k, v in run.seconds.items()],
        "versions": list(run.versions.items()),
    }


def _lead(run: Run) -> str:
    best = view.best_value(run)
    meaning = view.verdict_words(run)
    if view.another_k(run):
        held = all((s.jaccard or 0.0) >= 0.75 for s in run.segments)
        meaning = (
            "These segments, too, come back when the data is drawn again."
            if held
            else "Read the stability of each segment before you build on it."
        )
    if best is None or best.value_share is None:
        return meaning
    what = run.value_label or "value"
    return (
        f"{best.segment} is {words.share(best.share)} of customers and "
        f"{words.share(best.value_share)} of {what}. {meaning}"
    )


def _kpis(run: Run) -> list[tuple[str, str]]:
    rows = [("Customers", words.count(sum(s.size for s in run.segments)))]
    totals = [s.value_total for s in run.segments]
    if order_log.is_log(run.ledger):
        told = order_log.totals(run.ledger, run.currency)
        rows += [(name.capitalize(), text) for name, text in told if name != "customers"]
    elif all(t is not None for t in totals) and totals:
        total = sum(t for t in totals if t is not None)
        rows.append((f"Total {run.value_label or 'value'}", words.money(total, run.currency)))
    rows += [
        ("Segments", words.count(len(run.segments))),
        ("Verdict", _verdict(run)),
    ]
    if run.contract.as_of:
        rows.append(("As of", words.date(run.contract.as_of)))
    return rows


def _verdict(run: Run) -> str:
    """Return the verdict; where another K is used, with the K that it speaks of."""
    told = run.evidence.verdict.capitalize()
    return f"{told} at K = {run.evidence.recommended}" if view.another_k(run) else told


def card(run: Run, segment: Segment) -> dict[str, object]:
    """Return what the card of one segment shows."""
    figures = [(words.share(segment.share), "of customers")]
    if segment.value_share is not None:
        figures.append((words.share(segment.value_share), f"of {run.value_label or 'value'}"))
    if segment.value_total is not None and segment.size:
        each = words.money(segment.value_total / segment.size, run.currency)
        figures.append((each, "per customer"))
    return {
        "segment": segment,
        "slot": (segment.segment_id - 1) % 10 + 1,
        "figures": figures,
        "people": words.people(segment.size),
        "facts": [(f.effect >= 0, f.sentence) for f in view.facts(run, segment, 3)],
        "channel": trust.channel(run, segment.segment_id),
    }


def _outcomes(run: Run) -> list[dict[str, object]]:
    """Return what the section on outcomes shows of those that are pictured."""
    tested = sum(o.p_holm is not None for o in run.outcomes)
    found = []
    for i, outcome in enumerate(outcomes.pictured(run)):
        rows = outcomes.rated(outcome)
        told = [f"{r.segment} {r.rate_text}" for r in rows]
        found.append(
            {
                "label": outcomes.label(run, outcome),
                "verdict": outcomes.verdict(outcome),
                "figure": "" if withheld.total(outcome) else outcomes.figure_name(i),
                "alt": f"Dot plot of the rate per segment: {'; '.join(told)}; all customers "
                f"{outcomes.overall(outcome)}.",
                "lead": outcomes.lead(outcome),
                "chance": outcomes.chance(outcome, tested),
                "ranking": outcomes.ranking(outcome),
                "level": f"{outcome.level:.0%}",
                "rows": rows,
                "few": any(r.hidden for r in rows),
            }
        )
    return found


def _rfm(run: Run) -> dict[str, object] | None:
    """Return what the section on RFM shows, or nothing where there is no RFM."""
    found = run.rfm
    if found is None:
        return None
    crossed = rfm.crossing(found) if len(run.segments) > 1 else [()] * len(found.segments)
    return {
        "about": rfm.about(run),
        "bins": found.bins,
        "exact": found.exact,
        "cuts": rfm.cuts(run),
        "ties": rfm.ties(run),
        "rows": list(zip(found.segments, crossed, strict=True)),
        "few": rfm.few,
        "valued": any(s.monetary_share is not None for s in found.segments),
        "agreement": rfm.agreement(run),
    }


def _picture(run: Run) -> dict[str, str]:
    picture = run.picture
    axes = [
        f"PC{i + 1} ({words.share(x)}) is mostly {name}"
        for i, (x, name) in enumerate(zip(picture.explained, picture.axes, strict=False))
        if name
    ]
    shown = len(picture.xyz)
    many = shown < picture.rows
    return {
        "total": words.share(sum(picture.explained)),
        "axes": "; ".join(axes),
        "sample": f"A sample of {words.count(shown)} of {words.people(picture.rows)}."
        if many
        else f"All {words.people(picture.rows)}.",
    }


def _alt_per_k(run: Run, name: str, title: str) -> str:
    pick = run.evidence.picks.get(name)
    picked = "" if pick is None else f", this rule picks K = {pick}"
    return f"{title} for each number of segments{picked}, K = {run.evidence.k} is used."


def evidence_table(run: Run, smallest: Mapping[int, float] | None = None) -> dict[str, object]:
    """Return the evidence as a table: its head, and a row of cells per K.

    The smallest segment is told as it is among all customers where that is known: of the K that was
    used, and of those in ``smallest`` (share by K); else as it is among those K was chosen on.
    """
    known = {len(run.segments): min((s.share for s in run.segments), default=1.0)}
    known |= smallest or {}
    extras = {
        name: figures
        for name, figures in run.evidence.extras.items()
        if len(figures) == len(run.evidence.rows)
    }
    head = [
        "WCSS",
        "Silhouette",
        "Calinski-Harabasz",
        "Davies-Bouldin",
        "Gap",
        "± SE",
        "Stability (ARI)",
        "Least stable (Jaccard)",
        "Smallest segment",
        "Picked on samples",
        *(words.rule_name(name) for name in extras),
    ]
    rows = []
    for i, row in enumerate(run.evidence.rows):
        cells = [
            words.number(row.wcss),
            _three(row.silhouette),
            words.number(row.calinski_harabasz),
            _three(row.davies_bouldin),
            _three(row.gap),
            _three(row.gap_se),
            _three(row.stability_ari),
            _three(row.jaccard_min),
            words.share(known.get(row.k, row.smallest_share)),
            words.MISSING if row.k_stability is None else words.share(row.k_stability),
            *(_three(figures[i]) for figures in extras.values()),
        ]
        rows.append((row.k, cells))
    return {"head": head, "rows": rows}


def _three(x: float | None) -> str:
    if x is None or not math.isfinite(x):
        return words.MISSING
    return f"{x:.3f}".replace("-", "−")


def _reading(run: Run) -> list[tuple[str, str]]:
    reading, contract = run.reading, run.contract
    as_of = f"{words.date(contract.as_of)} ({contract.as_of_source})" if contract.as_of else ""
    rows = [
        ("Source", words.file_name(run.source)),
        ("Format", reading.format),
        ("Encoding", reading.encoding or ""),
        ("Sheet", reading.sheet or ""),
        ("Separator", {"\t": "tab", " ": "space"}.get(reading.delimiter or "", reading.delimiter)),
        ("Dates", ", ".join(f"{name}: {form}" for name, form in reading.date_formats.items())),
        ("Currency", run.currency),
        (
            "Lines read" if order_log.is_log(run.ledger) else "Rows read",
            words.count(run.ledger.rows_read),
        ),
        ("Kind of table", {"orders": "order lines", "customers": "customers"}[contract.kind]),
        ("As of", as_of),
        ("Fingerprint", reading.fingerprint),
        ("Seed", str(run.seed)),
    ]
    return [(name, text) for name, text in rows if text]
