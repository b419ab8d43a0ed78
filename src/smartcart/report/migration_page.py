"""Who moved between two runs as a page, and as the part of a page that the web app shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from smartcart.records import Flow, Identity, Migration, Notice, Turnover
from smartcart.report import words
from smartcart.report.fates import fate_rows
from smartcart.report.life_page import life_page
from smartcart.report.svg import sankey

__all__ = ["migration_page", "migration_part"]


def migration_part(
    found: Migration,
    before: Mapping[int, str],
    after: Mapping[int, str],
    *,
    split: bool,
    currency: str = "",
    identity: Identity | None = None,
    notices: Sequence[Notice] = (),
) -> dict[str, object]:
    """Return what the parts of a page show of a migration: flows, changes, who came and went.

    ``before`` and ``after`` name the segments of the two runs by id; ``split``: whether what
    customers did is told from what the refit did.
    """
    return {
        "lead": _lead(found, split),
        "picture": sankey(
            found, before, after, "Who moved from which segment to which; a table follows."
        ),
        "columns": [(j, after.get(j, "")) for j in sorted({f.to_id for f in found.flows})],
        "matrix": _matrix(found, before, currency),
        "changes": _changes(found),
        "about_chance": _about_chance(found),
        "turnover": _turnover(found, before, after, currency),
        "valued": any(f.value is not None for f in found.flows),
        "split": split,
        "before": before,
        "after": after,
        "currency": currency,
        "fates": fate_rows(identity.matches, before, after) if identity else (),
        "notices": notices,
    }


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

    ``old_run`` and ``new_run`` are the folders of the two runs; the rest is that of
    ``migration_part``.
    """
    changes = _changes(found)
    if changes:
        largest = changes[0]
        more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
        headline = (
            f"{words.people(largest.customers)} went from {before.get(largest.from_id, '')} to "
            f"{after.get(largest.to_id, '')}{more}"
        )
    else:
        headline = "Nobody moved by more than chance"
    return life_page(
        "migration.html.j2",
        title=f"{PurePath(old_run).name} to {PurePath(new_run).name}: who moved",
        what=f"{PurePath(old_run).name} → {PurePath(new_run).name}",
        headline=headline,
        kpis=[
            ("In both runs", words.count(found.customers)),
            ("In another segment", words.count(found.moved)),
            ("Changes", words.count(len(changes))),
            ("Joined", words.count(sum(t.customers for t in found.joiners))),
            ("Left", words.count(sum(t.customers for t in found.leavers))),
        ],
        foot=f"{old_run} → {new_run}",
        **migration_part(
            found,
            before,
            after,
            split=split,
            currency=currency,
            identity=identity,
            notices=notices,
        ),
    )


def _changes(found: Migration) -> list[Flow]:
    """Return the flows that are larger than chance explains, the largest first."""
    return sorted((f for f in found.flows if f.change), key=lambda f: -f.customers)


def _lead(found: Migration, split: bool) -> str:
    moved = found.moved / found.customers if found.customers else 0.0
    told = (
        f"{words.people(found.customers)} are in both runs, {words.count(found.moved)} "
        f"({words.share(moved)}) in another segment."
    )
    if split and found.moved:
        told += (
            f" {words.count(found.by_customers)} of these behave differently, "
            f"{words.count(found.by_refit)} moved because the segments were fitted again."
        )
    return told


def _about_chance(found: Migration) -> str:
    if found.resamples:
        return (
            f"Chance was measured by {found.resamples} refits on resamples of unchanged customers."
        )
    return "Chance could not be measured; flows below half a per cent of all are left out."


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
