"""The archetypes: rows of rules on a segment's profile, each with its sentence and its action.

A rule reads a *signal*, which is a column of the profile under a common name (``value`` is the
spend, ``deals`` the share bought on a deal), as its effect: the difference from the average
customer in standard deviations. A segment earns an archetype when every rule holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

__all__ = ["ARCHETYPES", "Archetype", "Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """``low <= effect of signal <= high``. Where the signal is unknown, an optional rule holds."""

    signal: str
    low: float = -inf
    high: float = inf
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Archetype:
    """One kind of segment. Of the segments that earn it, the largest score gets it."""

    code: str
    name: str
    rules: tuple[Rule, ...]
    score: tuple[tuple[str, float], ...]  # weights of the effects of signals
    sentence: str
    action: str
    watch: str
    without: tuple[str, str] = ("", "")  # a signal, and the sentence where it is not known


ARCHETYPES: tuple[Archetype, ...] = (
    Archetype(
        "slipping_away",
        "Slipping away",
        (Rule("alive", high=-0.6), Rule("value", low=-0.2), Rule("frequency", low=-0.2)),
        (("alive", -3.0), ("value", 0.5)),
        "By the rhythm of their own orders fewer of them are still customers than of the others, "
        "and they bought about as much and as often, or more.",
        "Reach out now, most value at stake first: the list of who is late says to whom.",
        "Share of the late that orders again within 60 days",
    ),
    Archetype(
        "premium",
        "Premium",
        (Rule("value", low=0.6), Rule("income", low=0.3, optional=True),
         Rule("deals", high=0.5, optional=True), Rule("alive", low=-0.6, optional=True)),
        (("value", 3.0), ("income", 1.0)),
        "High income and high spend: they carry the revenue and hardly need deals.",
        "Keep them: early access, service and personal recommendations instead of discounts.",
        "Retention and spend per customer",
        ("income", "They spend by far the most: few customers carry the revenue."),
    ),
    Archetype(
        "discount_sensitive",
        "Discount-sensitive",
        (Rule("deals", low=0.4), Rule("value", high=1.4, optional=True)),
        (("deals", 1.0),),
        "They wait for a deal: a large part of what they buy is bought on one.",
        "Send timed promotions and bundles with a floor price; measure margin, not only sales.",
        "Margin per order and share of orders on a deal",
    ),
    Archetype(
        "moderate_engagement",
        "Moderate engagement",
        (Rule("value", low=-0.6, high=0.65), Rule("frequency", low=-0.6, high=0.9, optional=True),
         Rule("deals", high=0.6, optional=True), Rule("tenure", low=-1.0, optional=True)),
        (("deals", -0.3), ("frequency", 0.3)),
        "Regular customers around the average: they know the shop and have room to grow.",
        "Cross-sell the next category and reward the next order; move them towards Premium.",
        "Orders per customer and number of categories bought",
    ),
    Archetype(
        "low_engagement",
        "Low engagement / potential churn",
        (Rule("value", high=-0.4), Rule("frequency", high=-0.3, optional=True),
         Rule("deals", high=0.9, optional=True)),
        (("value", -1.0), ("frequency", -1.0), ("recency", 0.5), ("deals", -0.3)),
        "They buy rarely and little: many are on their way out, or have hardly come in.",
        "Win back at low cost: a short welcome-back series, one clear offer, then peace.",
        "Share that orders again within 90 days",
    ),
    Archetype(
        "loyal_regulars",
        "Loyal regulars",
        (Rule("frequency", low=0.4), Rule("value", low=0.0),
         Rule("recency", high=0.2, optional=True), Rule("deals", high=0.8, optional=True),
         Rule("tenure", low=-0.2, optional=True), Rule("alive", low=-0.6, optional=True)),
        (("frequency", 1.0), ("tenure", 0.5)),
        "They come back often and have done so for long.",
        "Thank them: a loyalty programme, referrals, first say on new products.",
        "Order frequency and referrals",
    ),
    Archetype(
        "at_risk",
        "At risk of leaving",
        (Rule("recency", low=0.4), Rule("value", low=-0.2),
         Rule("frequency", low=0.2, optional=True)),
        (("recency", 1.0), ("value", 0.5)),
        "Good customers who have not ordered for a while.",
        "Reach out now with a personal reason to return, before the habit is lost.",
        "Share that orders again within 60 days",
    ),
    Archetype(
        "new_customers",
        "New customers",
        (Rule("recency", high=-0.3), Rule("frequency", high=-0.3), Rule("value", high=0.3)),
        (("recency", -1.0), ("frequency", -0.5)),
        "Their first orders are recent and few: most have hardly come in.",
        "Welcome them: help with the first order, then one good reason for the second.",
        "Share with a second order within 60 days",
    ),
    Archetype(
        "promising_new",
        "Promising newcomers",
        (Rule("tenure", high=-0.6), Rule("value", low=-0.1)),
        (("tenure", -1.0), ("value", 0.5)),
        "New customers who already spend well.",
        "Make the second and third order easy: onboarding, recommendations, a service call.",
        "Share with a third order",
    ),
    Archetype(
        "occasional_big_baskets",
        "Occasional big baskets",
        (Rule("basket", low=0.6), Rule("frequency", high=0.2)),
        (("basket", 1.0), ("frequency", -0.5)),
        "They come seldom and buy much at once.",
        "Remind them at their own rhythm and offer complements to what they bought.",
        "Orders per year",
    ),
    Archetype(
        "browsers",
        "Browsers",
        (Rule("visits", low=0.6), Rule("value", high=0.1)),
        (("visits", 1.0), ("value", -0.5)),
        "They visit often and buy little.",
        "Find what stops them: delivery cost, trust, choice; test reminders of left baskets.",
        "Purchases per visit",
    ),
)  # fmt: skip
