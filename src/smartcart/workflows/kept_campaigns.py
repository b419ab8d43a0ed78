"""The campaigns that a workspace keeps: read from their folders, summed up, learnt from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from smartcart.core.effects import ledger
from smartcart.errors import DataError, UsageError
from smartcart.records import Effects, KeptCampaign, Learnt, Ledgered, ResultWishes
from smartcart.workflows.results import earned

__all__ = ["FILE", "FOLDER", "learnable", "learnt", "ledger_of", "read_campaign", "read_campaigns"]

FOLDER, FILE = "campaigns", "campaign.json"


def read_campaign(path: Path) -> KeptCampaign:
    """Read a campaign's file. Raises ``DataError`` where it is damaged."""
    from pydantic import TypeAdapter, ValidationError

    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return TypeAdapter(KeptCampaign).validate_python(content)
    except (OSError, ValueError, ValidationError) as error:
        raise DataError.of(
            f"the campaign {str(path)!r} cannot be read",
            "a file that SmartCart wrote",
            "delete its folder, or put the file back",
        ) from error


def read_campaigns(workspace: Path) -> list[KeptCampaign]:
    """Return the campaigns of a workspace, the oldest first; none where nothing was planned."""
    found = [read_campaign(path) for path in (workspace / FOLDER).glob(f"*/{FILE}")]
    return sorted(found, key=lambda one: (one.made, one.id))


def ledger_of(campaigns: Sequence[KeptCampaign]) -> tuple[Ledgered, ...]:
    """Return what the campaigns with results earned beyond those held out, each and so far."""
    rows = []
    for one in campaigns:
        if one.effects is None:
            continue
        wishes = one.wishes or ResultWishes()
        middle, low, high = earned(one.effects, revenue=wishes.revenue, margin=wishes.margin)
        rows.append((one.title, one.made, middle, low, high, wishes.cost * one.contacts))
    return ledger(rows)


def learnable(effects: Effects) -> list[tuple[str, str]]:
    """Return what a plan can learn from: (outcome, arm) of rates, as they were counted."""
    rates = [o for o, kind in zip(effects.outcomes, effects.kinds, strict=True) if kind == "rate"]
    return [(outcome, arm) for outcome in rates for arm in effects.arms]


def learnt(effects: Effects, name: str, outcome: str = "", arm: str = "") -> Learnt:
    """Return what the next plan learns: how many responded, contacted and left alone, by segment.

    Without ``outcome`` the first rate is taken, without ``arm`` the first arm.

    Raises
    ------
    UsageError
        Where the results hold no rate, or not that outcome or arm.
    """
    known = learnable(effects)
    chosen = [
        pair
        for pair in known
        if (not outcome or pair[0] == outcome) and (not arm or pair[1] == arm)
    ]
    if not chosen:
        told = ", ".join(f"{o} of {a}" for o, a in known) or "none: every outcome is money"
        raise UsageError.of(
            f"{name} has no response" + (f" {outcome!r} of {arm!r}" if known else ""),
            f"one of {told}",
            "choose another one, or another campaign",
        )
    outcome, arm = chosen[0]
    own = [
        one
        for one in effects.effects
        if (one.outcome, one.arm) == (outcome, arm) and one.segment_id
    ]
    return Learnt(
        name=name,
        outcome=outcome,
        arm=arm,
        segment_ids=tuple(one.segment_id for one in own),
        trials=tuple(one.customers for one in own),
        positives=tuple(round((one.mean or 0.0) * one.customers) for one in own),
        alone=tuple(one.control_customers for one in own),
        alone_positives=tuple(
            round((one.control_mean or 0.0) * one.control_customers) for one in own
        ),
    )
