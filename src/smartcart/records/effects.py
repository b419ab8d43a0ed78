"""What campaigns changed: arms side by side, by segment, in rates and in money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smartcart.records.brief import Brief

__all__ = ["ArmEffect", "ArmOutcome", "Effects", "Ledgered", "OutcomeKind"]

OutcomeKind = Literal["rate", "amount"]
Said = Literal["more", "less", "unsure", "too small"]


@dataclass(frozen=True, slots=True)
class ArmOutcome:
    """What was counted of one outcome in one arm of one segment.

    ``hits`` are the customers whose outcome is not 0: those who responded, or who bought.
    """

    outcome: str
    segment_id: int
    arm: str
    customers: int  # whose outcome is known
    total: float
    squares: float
    hits: int


@dataclass(frozen=True, slots=True)
class ArmEffect:
    """One arm against the one that was left alone, in one segment or (``segment_id`` 0) in all.

    ``difference`` is per customer, with its interval; ``total`` is what the arm brought beyond what
    it would have brought if left alone. ``None`` where one of both arms is empty.
    """

    outcome: str
    kind: OutcomeKind
    segment_id: int
    segment: str
    arm: str
    customers: int
    mean: float | None
    control_customers: int
    control_mean: float | None
    difference: float | None
    low: float | None
    high: float | None
    total: float | None
    total_low: float | None
    total_high: float | None
    said: Said


@dataclass(frozen=True, slots=True, repr=False)
class Effects(Brief):
    """The results of a campaign; ``effects`` are by outcome, arm and segment, all together last."""

    control: str
    arms: tuple[str, ...]  # without the control
    outcomes: tuple[str, ...]
    kinds: tuple[OutcomeKind, ...]
    level: float  # of the intervals
    effects: tuple[ArmEffect, ...]
    pooled: tuple[ArmEffect, ...]  # per outcome: all arms together against the control
    customers: int  # rows that count
    strangers: int = 0  # rows of nobody in the run
    armless: int = 0  # rows without an arm
    weighted: bool = False  # all segments together: each weighs by its treated customers

    def of(self, outcome: str, arm: str, segment_id: int = 0) -> ArmEffect:
        """Return one effect. Raises ``KeyError`` where there is none."""
        for one in self.effects:
            if (one.outcome, one.arm, one.segment_id) == (outcome, arm, segment_id):
                return one
        raise KeyError((outcome, arm, segment_id))


@dataclass(frozen=True, slots=True)
class Ledgered:
    """One campaign in the ledger: what it earned against those held out, and all so far.

    ``None`` where its results say nothing of money.
    """

    name: str
    made: str
    earned: float | None
    low: float | None
    high: float | None
    cost: float
    so_far: float
    so_far_low: float
    so_far_high: float
