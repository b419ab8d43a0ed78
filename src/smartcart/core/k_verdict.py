"""From the evidence to a verdict, a K, and the reason in words."""

from __future__ import annotations

from dataclasses import dataclass

from smartcart.records import RULES, KRow, Verdict

__all__ = ["Findings", "decide", "moves_together", "stable_slices"]

STABLE_ARI = 0.85  # slices come back: mean adjusted Rand index over the resamples ...
STABLE_JACCARD = 0.75  # ... and of every single slice (Hennig 2007: 0.75 is a valid cluster)
SMALLEST_SHARE = 0.03  # a slice with fewer customers is not worth a campaign of its own
HANDFUL = range(3, 7)  # numbers of segments that marketing likes to serve
STEADY = 0.87  # of a handful of stable slices the finest with this agreement is recommended
SHARED = 0.02  # columns move together: slices explain this share of variance more than shuffled
SHARED_SD = 4.0  # ... and by this many standard deviations over the shuffles
FOLLOWED = 0.8  # adjusted Rand index between K-Means and the natural groups
UNRELATED = 0.5  # below it the segments of K-Means are not those groups at all


@dataclass(frozen=True, slots=True)
class Findings:
    """What the verdict rests on.

    ``groups`` natural groups with at least ``depth`` (0 to 1) between them, which K-Means follows
    with adjusted Rand index ``followed``; ``gain``: share of variance that slices explain more
    than slices of shuffled columns, ``gain_sd`` its standard deviation.
    """

    rows: tuple[KRow, ...]
    picks: dict[str, int]
    groups: int
    depth: float
    followed: float
    gain: float
    gain_sd: float
    columns: int = 2  # that vary
    apart: float = 0.0  # share of customers who stand far apart from one single group


def decide(found: Findings) -> tuple[Verdict, int, str]:
    """Return verdict, recommended K and reason."""
    if found.groups >= 2 and len(found.rows) >= 2 and found.followed >= UNRELATED:
        k = min(found.groups, len(found.rows))
        return "natural clusters", k, _natural(found, k)
    slices = stable_slices(found.rows)
    together = moves_together(found)
    if together and slices:
        k = _balanced(found.rows, slices)
        return "useful partition", k, _useful(found, k)
    return "no structure", 1, _nothing(found, together)


def moves_together(found: Findings) -> bool:
    """Return whether slices explain more than slices of the same columns shuffled.

    One column has nothing to be shuffled against: its own stability decides.
    """
    if found.columns == 1:
        return True
    return found.gain >= max(SHARED, SHARED_SD * found.gain_sd)


def stable_slices(rows: tuple[KRow, ...]) -> list[int]:
    """Return each K whose slices come back on resamples and are large enough to be served."""
    return [
        row.k
        for row in rows
        if (row.stability_ari or 0.0) >= STABLE_ARI
        and (row.jaccard_min or 0.0) >= STABLE_JACCARD
        and row.smallest_share >= SMALLEST_SHARE
    ]


def _balanced(rows: tuple[KRow, ...], slices: list[int]) -> int:
    """Return the finest of a handful of slices that is steady; where none is, the steadiest.

    Where no handful is stable: the stable number nearest to it.
    """
    handful = [k for k in slices if k in HANDFUL]
    if not handful:
        return min(slices, key=lambda k: (abs(k - HANDFUL[0]), k))
    agreement = {k: rows[k - 1].stability_ari or 0.0 for k in handful}
    steady = [k for k in handful if agreement[k] >= STEADY]
    return max(steady) if steady else max(handful, key=lambda k: (agreement[k], k))


def _natural(found: Findings, k: int) -> str:
    text = (
        f"The customers form {found.groups} dense groups: between any two of them the density "
        f"falls by at least {found.depth:.0%} of the lower side, which a single cloud with the "
        "same columns and correlations would not show."
    )
    if k < found.groups:
        text += f" More than the {k} allowed were found; raise the largest K."
    elif found.followed < FOLLOWED:
        text += (
            f" K-Means follows them only in part (agreement {found.followed:.2f} of 1), because "
            "they are long or of very unequal size."
        )
    return text + _others(found.picks, k)


def _useful(found: Findings, k: int) -> str:
    row = found.rows[k - 1]
    few, many = HANDFUL[0], HANDFUL[-1]
    if k not in HANDFUL:
        why = f"no cut into {few} to {many} segments comes back, this one does"
    elif (row.stability_ari or 0.0) >= STEADY:
        why = f"of {few} to {many} segments it is the finest cut that reliably comes back"
    else:
        why = f"of {few} to {many} segments this cut comes back best"
    gaps = f"The customers are one continuum without gaps{_but_for(found)}"
    if found.groups >= 2:
        gaps = (
            f"The customers form {found.groups} dense groups, but segments of K-Means do not "
            f"follow them (agreement {found.followed:.2f} of 1)"
        )
    return (
        f"{gaps}, so how many segments to cut is a business choice. {k} is recommended: {why} on "
        f"other samples of the same customers (agreement {row.stability_ari or 0.0:.2f} of 1, "
        f"weakest segment {row.jaccard_min or 0.0:.2f}).{_others(found.picks, k)}"
    )


def _but_for(found: Findings) -> str:
    if not found.apart:
        return ""
    return f", but for about {found.apart:.1%} of them who stand far apart from all others"


def _nothing(found: Findings, together: bool) -> str:
    if len(found.rows) < 2:
        return "Only one segment was tried: there are too few customers, or K may not be larger."
    if not together:
        text = (
            "The columns have nothing in common that segments could describe: segments explain "
            f"only {max(found.gain, 0.0):.1%} more of the differences than segments of the same "
            "columns shuffled."
        )
    else:
        best = max(found.rows[1:], key=lambda row: row.stability_ari or 0.0)
        text = (
            f"There are no gaps that segments could follow{_but_for(found)}, and they do not come "
            "back on other samples: "
            f"the steadiest, {best.k} segments, agree only {best.stability_ari or 0.0:.2f} of 1 "
            f"(weakest segment {best.jaccard_min or 0.0:.2f})."
        )
    return text + " Treat the customers as one segment."


def _others(picks: dict[str, int], k: int) -> str:
    """Say where the rules in common use disagree with ``k``."""
    by_pick: dict[int, list[str]] = {}
    for rule, pick in picks.items():
        if pick != k:
            by_pick.setdefault(pick, []).append(RULES[rule][0] if rule in RULES else rule)
    if not by_pick:
        return " All common rules agree."
    told = [f"{pick} ({', '.join(rules)})" for pick, rules in sorted(by_pick.items())]
    return f" Common rules that would pick another number: {'; '.join(told)}."
