"""What each number of segments would give, beside the recommended one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from smartcart.records import Alternative, Alternatives, KRow, Profile, ProfileRow, Run, Segment
from smartcart.report import view, words
from smartcart.report.parts import stable

__all__ = ["KOption", "choices", "many", "script", "seen_with", "sketches", "smallest"]


@dataclass(frozen=True, slots=True)
class KOption:
    """One number of segments, ready to show; ``rows`` are figures here and at the recommended."""

    k: int
    many: str
    tag: str
    best: bool
    used: bool
    rows: dict[str, tuple[str, str]]
    words: str
    go: str


LABELS = {
    "back": "Comes back on other samples",
    "apart": "Stands apart (silhouette)",
    "small": "Smallest segment",
    "large": "Largest segment",
}


def choices(run: Run, found: Alternatives | None) -> tuple[KOption, ...]:
    """Return the choices of the slider, smallest first; none where the run keeps none."""
    if found is None or not run.picture.xyz:
        return ()
    evidence = {row.k: row for row in run.evidence.rows}
    by_k = {one.k: one for one in found.alternatives}
    best = run.evidence.recommended
    used = len(run.segments)
    shares = _shares(run, found)
    known = sorted({*by_k, used})
    if len(known) < 2:
        return ()
    return tuple(
        KOption(
            k,
            many(k),
            _tag(k, best, used),
            k == best,
            k == used,
            _rows(
                (evidence.get(k), shares.get(k, ())),
                (evidence.get(best), shares.get(best, ())),
                best if k != best else None,
            ),
            _words(run, by_k.get(k), by_k.get(best), k, best),
            f"Use {many(k)}",
        )
        for k in known
    )


def many(k: int) -> str:
    """Return a number of segments in words.

    >>> many(1), many(4)
    ('1 segment', '4 segments')
    """
    return f"{k} segment{'' if k == 1 else 's'}"


def _tag(k: int, best: int, used: int) -> str:
    if k == best:
        return "recommended"
    if k == used:
        return "your choice"
    return "fewer than recommended" if k < best else "more than recommended"


def _shares(run: Run, found: Alternatives | None) -> dict[int, tuple[float, ...]]:
    """Return the shares of the segments by K; of the K that was used as all customers have them."""
    told = found.alternatives if found is not None else ()
    shares = {one.k: tuple(s.share for s in one.segments) for one in told}
    return shares | {len(run.segments): tuple(s.share for s in run.segments)}


def smallest(run: Run, found: Alternatives | None) -> dict[int, float]:
    """Return the share of the smallest segment by K, as the slider tells it."""
    return {k: min(shares) for k, shares in _shares(run, found).items() if shares}


Told = tuple[KRow | None, tuple[float, ...]]  # of one K: its evidence, the shares of its segments


def _rows(here: Told, there: Told, best: int | None) -> dict[str, tuple[str, str]]:
    own, beside = _figures(*here), _figures(*there)
    if best is None:
        return {name: (own[name], "") for name in LABELS}
    return {name: (own[name], f"with {best}: {beside[name]}") for name in LABELS}


def _figures(row: KRow | None, shares: tuple[float, ...]) -> dict[str, str]:
    silhouette = row.silhouette if row else None
    apart = words.MISSING
    if silhouette is not None and math.isfinite(silhouette):
        apart = f"{silhouette:.2f}".replace("-", "−")
    return {
        "back": stable(row.stability_ari if row else None),
        "apart": apart,
        "small": words.share(min(shares)) if shares else words.MISSING,
        "large": words.share(max(shares)) if shares else words.MISSING,
    }


def _words(
    run: Run, one: Alternative | None, best_one: Alternative | None, k: int, best: int
) -> str:
    if k == best:
        return view.verdict_words(run)
    if one is None or best_one is None:
        return ""
    here = [s.segment for s in one.segments]
    there = [s.segment for s in best_one.segments]
    new = [name for name in here if name not in there]
    gone = [name for name in there if name not in here]
    parts = [f"Beside the recommended {best}:"]
    if new:
        parts.append(f"{words.listing(new)} would be new" + ("," if gone else "."))
    if gone:
        parts.append(f"{words.listing(gone)} would be gone.")
    if not new and not gone:
        parts.append("the same names, cut in other places.")
    return " ".join(parts)


def script(found: tuple[KOption, ...]) -> dict[str, object]:
    """Return what the slider's script shows, by number of segments."""
    return {
        str(one.k): {
            "many": one.many,
            "tag": one.tag,
            "best": one.best,
            "used": one.used,
            "rows": {name: list(texts) for name, texts in one.rows.items()},
            "words": one.words,
            "go": one.go,
        }
        for one in found
    }


def sketches(run: Run, found: Alternatives | None) -> list[tuple[int, list[dict[str, object]]]]:
    """Return cards of every number of segments but the one that was used."""
    if found is None:
        return []
    what = run.value_label or "value"
    shown = []
    for one in found.alternatives:
        if one.k == len(run.segments):
            continue
        cards = []
        for s in one.segments:
            figures = [(words.share(s.share), "of customers")]
            if s.value_share is not None:
                figures.append((words.share(s.value_share), f"of {what}"))
            cards.append(
                {
                    "segment": s,
                    "slot": (s.segment_id - 1) % 10 + 1,
                    "figures": figures,
                    "facts": [(f.effect >= 0, f.sentence) for f in s.facts[:3]],
                }
            )
        shown.append((one.k, cards))
    return shown


def seen_with(run: Run, one: Alternative) -> Run:
    """Return the run as the parts of a page show it with the segments of another K.

    Sizes are shares of the sample times all customers. The profile holds what forms the segments;
    it is empty where the run was made before that was kept. All else is as it was.
    """
    customers = sum(s.size for s in run.segments)
    values = [s.value_total for s in run.segments if s.value_total is not None]
    features = run.model.recipe.features
    overall = {row.column: row.overall_mean for row in run.profile.rows}
    segments, rows = [], []
    for s in one.segments:
        total = sum(values) * s.value_share if values and s.value_share is not None else None
        segments.append(
            Segment(
                segment_id=s.segment_id,
                segment=s.segment,
                size=round(customers * s.share),
                share=s.share,
                value_total=total,
                value_share=s.value_share,
                facts=s.facts,
                archetype=s.archetype,
                sentence=s.sentence,
                action="",
                watch="",
                confidence=math.nan,
                jaccard=None,
            )
        )
        for feature, mean, effect in zip(features, s.means, s.effects, strict=False):
            if mean is None or effect is None:
                continue
            all_mean = overall.get(feature.name, math.nan)
            rows.append(
                ProfileRow(
                    s.segment_id, s.segment, feature.name, "forms", mean, mean, all_mean, effect
                )
            )
    profile = Profile(tuple(rows), run.profile.labels, run.profile.units)
    return replace(run, segments=tuple(segments), profile=profile, outcomes=(), fairness=None)
