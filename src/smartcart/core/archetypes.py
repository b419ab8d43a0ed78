"""The archetypes: rows of rules on a segment's profile, each with its sentences and its action.

A rule reads a *signal*, which is a column of the profile under a common name (``value`` is the
spend, ``deals`` the share bought on a deal), as its effect: the difference from the average
customer in standard deviations, on the scale on which segments were formed. A rule that asks for
more than the average also needs a mean above it, and one that asks for less a mean below. A segment
earns an archetype when every rule holds, and each further sentence when the rules of it hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

__all__ = ["ARCHETYPES", "Archetype", "Clause", "EffectRange"]


@dataclass(frozen=True, slots=True)
class EffectRange:
    """``low <= effect of signal <= high``. Where the signal is unknown, an optional rule holds.

    ``least`` and ``most`` bound the mean itself, in its own unit: a year is long, whatever the
    average. Two signals are no columns: ``customers``, the share of all customers, and
    ``value_share``, their share of all that is spent; of them only the mean is known. ``times``
    bounds the mean over the overall mean, from both sides.
    """

    signal: str
    low: float = -inf
    high: float = inf
    optional: bool = False
    least: float = -inf
    most: float = inf
    times: float = inf


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence, and the rules without which it is not said."""

    sentence: str
    rules: tuple[EffectRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Archetype:
    """One kind of segment. Of the segments that earn it, the largest score gets it.

    Of each group of ``clauses`` the first is said whose rules hold.
    """

    code: str
    name: str
    rules: tuple[EffectRange, ...]
    score: tuple[tuple[str, float], ...]  # weights of the effects of signals
    clauses: tuple[tuple[Clause, ...], ...]
    action: str
    watch: str


NEW_DAYS = 365.0  # whose first order is longer ago than this is not new
LONG_DAYS = 180.0  # whose first order is shorter ago than this has not come for long

ARCHETYPES: tuple[Archetype, ...] = (
    Archetype(
        "slipping_away",
        "Slipping away",
        (
            EffectRange("alive", high=-0.6),
            EffectRange("value", low=-0.2),
            EffectRange("frequency", low=-0.2),
        ),
        (("alive", -3.0), ("value", 0.5)),
        (
            (
                Clause(
                    "By the rhythm of their own orders fewer of them are still customers than of "
                    "the others, and they bought about as much and as often, or more.",
                    (
                        EffectRange("alive", high=-0.6),
                        EffectRange("value", low=-0.2),
                        EffectRange("frequency", low=-0.2),
                    ),
                ),
            ),
        ),
        "Reach out now, most value at stake first: the list of who is late says to whom.",
        "Share of the late that orders again within 60 days",
    ),
    Archetype(
        "premium",
        "Premium",
        (
            EffectRange("value", low=0.6),
            EffectRange("income", low=0.3, optional=True),
            EffectRange("deals", high=0.5, optional=True),
            EffectRange("alive", low=-0.6, optional=True),
        ),
        (("value", 3.0), ("income", 1.0)),
        (
            (
                Clause("High income and high spend.", (EffectRange("income", low=0.3),)),
                Clause("They spend more than the average customer."),
            ),
            (
                Clause(
                    "Few customers, who carry the revenue.",
                    (EffectRange("customers", most=0.3), EffectRange("value_share", least=0.5)),
                ),
            ),
            (Clause("They hardly need deals.", (EffectRange("deals", high=-0.3, most=0.15),)),),
        ),
        "Keep them: early access, service and personal recommendations instead of discounts.",
        "Retention and spend per customer",
    ),
    Archetype(
        "discount_sensitive",
        "Discount-sensitive",
        (EffectRange("deals", low=0.4), EffectRange("value", high=1.4, optional=True)),
        (("deals", 1.0),),
        (
            (
                Clause(
                    "They wait for a deal: a large part of what they buy is bought on one.",
                    (EffectRange("deals", least=0.3, most=1.0),),
                ),
                Clause("They buy on a deal more often than the average customer."),
            ),
        ),
        "Send timed promotions and bundles with a floor price; measure margin, not only sales.",
        "Margin per order and share of orders on a deal",
    ),
    Archetype(
        "moderate_engagement",
        "Moderate engagement",
        (
            EffectRange("value", low=-0.6, high=0.65, times=1.6),
            EffectRange("frequency", low=-0.6, high=0.9, optional=True, times=1.6),
            EffectRange("deals", high=0.6, optional=True),
            EffectRange("tenure", low=-1.0, optional=True),
        ),
        (("deals", -0.3), ("frequency", 0.3)),
        (
            (
                Clause(
                    "Around the average in what they spend and how often they buy.",
                    (EffectRange("frequency", low=-0.6, high=0.9, times=1.6),),
                ),
                Clause("Around the average in what they spend."),
            ),
        ),
        "Cross-sell the next category and reward the next order; move them towards Premium.",
        "Orders per customer and number of categories bought",
    ),
    Archetype(
        "low_engagement",
        "Low engagement / potential churn",
        (
            EffectRange("value", high=-0.4),
            EffectRange("frequency", high=-0.3, optional=True),
            EffectRange("deals", high=0.9, optional=True),
        ),
        (("value", -1.0), ("frequency", -1.0), ("recency", 0.5), ("deals", -0.3)),
        (
            (
                Clause(
                    "They buy less often and spend less than the average customer.",
                    (EffectRange("frequency", high=-0.3),),
                ),
                Clause("They spend less than the average customer."),
            ),
            (Clause("Their last order is longer ago, too.", (EffectRange("recency", low=0.2),)),),
        ),
        "Win back at low cost: a short welcome-back series, one clear offer, then peace.",
        "Share that orders again within 90 days",
    ),
    Archetype(
        "loyal_regulars",
        "Loyal regulars",
        (
            EffectRange("frequency", low=0.4),
            EffectRange("value", low=0.0),
            EffectRange("recency", high=0.2, optional=True),
            EffectRange("deals", high=0.8, optional=True),
            EffectRange("tenure", low=-0.2, optional=True, least=LONG_DAYS),
            EffectRange("alive", low=-0.6, optional=True),
        ),
        (("frequency", 1.0), ("tenure", 0.5)),
        (
            (Clause("They come back more often than the average customer."),),
            (Clause("They have done so for longer.", (EffectRange("tenure", low=0.2),)),),
        ),
        "Thank them: a loyalty programme, referrals, first say on new products.",
        "Order frequency and referrals",
    ),
    Archetype(
        "at_risk",
        "At risk of leaving",
        (
            EffectRange("recency", low=0.4),
            EffectRange("value", low=0.0),
            EffectRange("frequency", low=0.2, optional=True),
        ),
        (("recency", 1.0), ("value", 0.5)),
        (
            (
                Clause(
                    "They spend at least as much as the average customer, and have not ordered for "
                    "longer."
                ),
            ),
        ),
        "Reach out now with a personal reason to return, before the habit is lost.",
        "Share that orders again within 60 days",
    ),
    Archetype(
        "new_customers",
        "New customers",
        (
            EffectRange("tenure", high=-0.3, most=NEW_DAYS),
            EffectRange("recency", high=-0.3, optional=True),
            EffectRange("frequency", high=-0.3),
            EffectRange("value", high=0.3, optional=True),
        ),
        (("tenure", -1.0), ("recency", -1.0), ("frequency", -0.5)),
        ((Clause("Their first orders are recent and few."),),),
        "Welcome them: help with the first order, then one good reason for the second.",
        "Share with a second order within 60 days",
    ),
    Archetype(
        "promising_new",
        "Promising newcomers",
        (EffectRange("tenure", high=-0.6, most=NEW_DAYS), EffectRange("value", low=0.0)),
        (("tenure", -1.0), ("value", 0.5)),
        ((Clause("New customers who already spend as much as the average customer, or more."),),),
        "Make the second and third order easy: onboarding, recommendations, a service call.",
        "Share with a third order",
    ),
    Archetype(
        "occasional_big_baskets",
        "Occasional big baskets",
        (EffectRange("basket", low=0.6), EffectRange("frequency", high=-0.2)),
        (("basket", 1.0), ("frequency", -0.5)),
        ((Clause("They come less often than the average customer and buy more at once."),),),
        "Remind them at their own rhythm and offer complements to what they bought.",
        "Orders per year",
    ),
    Archetype(
        "browsers",
        "Browsers",
        (EffectRange("visits", low=0.6), EffectRange("value", high=-0.2)),
        (("visits", 1.0), ("value", -0.5)),
        ((Clause("They visit more often than the average customer and spend less."),),),
        "Find what stops them: delivery cost, trust, choice; test reminders of left baskets.",
        "Purchases per visit",
    ),
)
