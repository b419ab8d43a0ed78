"""What became of the segments of an earlier run: rows of a table, and the part of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smartcart.records import Link, Match, Run
from smartcart.report import words

__all__ = ["fate_rows", "identity_part"]

FATES = {
    "kept": "Lives on",
    "split": "Has split",
    "merged": "Have merged",
    "new": "Is new",
    "retired": "Has ended",
}


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
