"""Names are earned, unique and carry their facts."""

from __future__ import annotations

import pytest

from smartcart.core import naming
from smartcart.core.archetypes import ARCHETYPES
from smartcart.records import ProfileRow

SIGNALS = {
    "value": "spend",
    "deals": "deals_share",
    "income": "Income",
    "frequency": "purchases",
    "tenure": "tenure_days",
    "recency": "recency_days",
    "visits": "visits",
    "basket": "basket_value",
    "alive": "p_alive",
}
LABELS = {"spend": "Spend", "deals_share": "Share bought on a deal", "wine": "Wine share"}


def profile(**effects: float) -> list[ProfileRow]:
    return [
        ProfileRow(
            1, "", name, "describes" if name == "Income" else "forms", 100.0 + e, 100.0, 100.0, e
        )
        for name, e in effects.items()
    ]


FOUR = [
    profile(spend=1.4, Income=1.1, deals_share=-0.9, purchases=1.0),
    profile(spend=0.0, Income=0.1, deals_share=-0.4, purchases=0.5),
    profile(spend=-0.6, Income=-0.6, deals_share=1.4, purchases=-0.5),
    profile(spend=-0.9, Income=-0.8, deals_share=0.4, purchases=-1.1),
]


def test_the_four_of_the_first_shop() -> None:
    known = {signal: name for signal, name in SIGNALS.items() if signal != "alive"}
    named = naming.name_segments(FOUR, known, LABELS)
    assert [n.name for n in named] == [
        "Premium",
        "Moderate engagement",
        "Discount-sensitive",
        "Low engagement / potential churn",
    ]
    assert named[0].earned_by == ("spend", "Income", "deals_share")
    assert all(n.action and n.watch and n.sentence for n in named)


def test_names_do_not_depend_on_the_order_of_segments() -> None:
    names = [n.name for n in naming.name_segments(FOUR[::-1], SIGNALS, LABELS)]
    assert names == [n.name for n in naming.name_segments(FOUR, SIGNALS, LABELS)][::-1]


def test_two_that_earn_the_same_name_do_not_share_it() -> None:
    rich = profile(spend=1.4, Income=1.1, deals_share=-0.9, purchases=0.1)
    richer = profile(spend=2.4, Income=1.1, deals_share=-0.9, purchases=0.1)
    named = naming.name_segments([rich, richer], SIGNALS, LABELS)
    assert named[1].name == "Premium"
    assert len({n.name for n in named}) == 2


def test_a_name_must_be_earned() -> None:
    almost = profile(spend=0.5, deals_share=0.0, purchases=1.5, wine=0.7)
    assert naming.name_segments([almost, FOUR[3]], SIGNALS, LABELS)[0].name != "Premium"


def test_no_archetype_fits() -> None:
    odd = profile(wine=0.9, spend=0.02)
    other = profile(wine=-0.9, spend=-0.02)
    named = naming.name_segments([odd, other], {}, LABELS)
    assert [n.name for n in named] == ["High wine share", "Low wine share"]
    assert [n.archetype for n in named] == ["", ""]


def test_descriptive_names_stay_unique() -> None:
    same = profile(wine=0.9)
    names = [n.name for n in naming.name_segments([same, same, same], {}, LABELS)]
    assert len(set(names)) == 3


def test_one_segment_is_everybody() -> None:
    named = naming.name_segments([profile(spend=0.0)], SIGNALS, LABELS)
    assert [n.name for n in named] == ["All customers"]


def test_facts_lead_with_what_earned_the_name() -> None:
    rows = profile(wine=2.0, spend=1.4, deals_share=-0.9)
    facts = naming.facts_of(rows, ["spend"], LABELS, {"spend": "money"})
    assert [f.column for f in facts] == ["spend", "wine", "deals_share"]
    assert facts[0].sentence == "Spend 101, against 100 on average"


def test_outcomes_never_become_facts() -> None:
    rows = [ProfileRow(1, "", "Response", "outcome", 0.9, 1.0, 0.1, 3.0)]
    assert naming.facts_of(rows, [], LABELS, {}) == ()


@pytest.mark.parametrize("archetype", ARCHETYPES, ids=lambda a: a.code)
def test_every_archetype_can_be_earned(archetype) -> None:
    effects = {}
    for rule in archetype.rules:
        low, high = max(rule.low, -2.5), min(rule.high, 2.5)
        effects[SIGNALS[rule.signal]] = (low + high) / 2
    far = profile(wine=3.0)
    named = naming.name_segments([profile(**effects), far], SIGNALS, LABELS)
    assert named[0].archetype == archetype.code or any(
        other.code == named[0].archetype for other in ARCHETYPES[: ARCHETYPES.index(archetype)]
    )


@pytest.mark.parametrize(("alive", "slips"), [(-0.61, True), (-0.59, False)])
def test_who_slips_away_is_not_premium(alive: float, slips: bool) -> None:
    """On both sides of the threshold: fewer are still customers, though they spent much."""
    one = profile(spend=1.6, purchases=1.2, p_alive=alive)
    rest = profile(spend=-0.3, purchases=-0.3, p_alive=0.3)
    named = naming.name_segments([one, rest], SIGNALS, LABELS)
    assert (named[0].name == "Slipping away") == slips
    assert (named[0].name == "Premium") != slips


def test_archetypes_are_distinct() -> None:
    assert len({a.code for a in ARCHETYPES}) == len({a.name for a in ARCHETYPES}) == len(ARCHETYPES)


def test_loyalty_is_recent_and_not_bought_by_deals() -> None:
    loyal = profile(purchases=1.2, spend=1.0, recency_days=-0.8, deals_share=-0.2)
    gone = profile(purchases=1.2, spend=0.6, recency_days=0.8, deals_share=-0.2)
    hunters = profile(purchases=0.9, spend=0.9, recency_days=-0.5, deals_share=1.6)
    lapsed = profile(purchases=-0.6, spend=0.0, recency_days=0.8, deals_share=-0.2)
    signals = {k: v for k, v in SIGNALS.items() if k in {"value", "frequency", "recency", "deals"}}
    named = naming.name_segments([loyal, gone, hunters, lapsed], signals, LABELS)
    codes = [n.archetype for n in named]
    assert codes[1:3] == ["at_risk", "discount_sensitive"]
    assert codes[0] in {"premium", "loyal_regulars"}
    assert codes[3] not in {"loyal_regulars", "at_risk"}


def test_signals_of_an_order_log_are_known() -> None:
    from smartcart.records import Contract, OrderLog
    from smartcart.tables.order_features import order_features

    names = [
        "frequency",
        "recency_days",
        "tenure_days",
        "monetary_total",
        "monetary_mean",
        "discount_share",
    ]
    forming, describing = order_features(OrderLog((), "customer"), names)
    contract = Contract("orders", "customer_id", (), None, "no dates")
    found = naming.signal_columns(contract, (*forming, *describing))
    assert {"value", "frequency", "basket", "deals", "recency", "tenure"} <= set(found)


def of_means(**means: tuple[float, float, float]) -> list[ProfileRow]:
    """Rows of (effect, mean, overall mean)."""
    return [
        ProfileRow(1, "", name, "forms", mean, mean, overall, effect)
        for name, (effect, mean, overall) in means.items()
    ]


OLD = {"spend": (-0.5, 10.0, 30.0), "purchases": (-0.5, 1.0, 3.0), "recency_days": (-0.5, 10, 30)}


@pytest.mark.parametrize(("days", "new"), [(365.0, True), (366.0, False)])
def test_new_is_a_matter_of_days(days, new) -> None:
    rows = of_means(tenure_days=(-1.0, days, 1500.0), **OLD)
    other = profile(spend=0.5, purchases=0.5, tenure_days=1.0)
    names = [n.name for n in naming.name_segments([rows, other], SIGNALS, LABELS)]
    unlike = of_means(**OLD)
    assert ("New customers" in names) <= new
    seen = naming._signals([rows], SIGNALS, [1.0])[0]
    alone = naming._holds(seen, by_code("new_customers").rules)
    assert alone == new
    unknown = naming._signals([unlike], SIGNALS, [1.0])[0]
    assert not naming._holds(unknown, by_code("new_customers").rules)


def by_code(code: str):
    return next(a for a in ARCHETYPES if a.code == code)


@pytest.mark.parametrize(
    ("size", "mean", "said"),
    [(30.0, 300.0, True), (31.0, 300.0, False), (30.0, 80.0, False)],
)
def test_few_carry_the_revenue_only_where_they_do(size, mean, said) -> None:
    rich, poor = of_means(spend=(1.5, mean, 60.0)), of_means(spend=(-0.5, 50.0, 60.0))
    named = naming.name_segments([rich, poor], SIGNALS, LABELS, [size, 100 - size])
    assert named[0].name == "Premium"
    assert ("carry the revenue" in named[0].sentence) == said


@pytest.mark.parametrize(("mean", "average"), [(48.0, True), (48.1, False), (18.7, False)])
def test_around_the_average_is_within_a_factor(mean, average) -> None:
    rows = of_means(spend=(0.1, mean, 30.0))
    seen = naming._signals([rows], {"value": "spend"}, [1.0])[0]
    assert naming._holds(seen, by_code("moderate_engagement").rules) == average


def test_a_tail_that_tells_another_story_earns_nothing() -> None:
    """Higher on the logarithm, lower in the mean: neither may be said."""
    rows = of_means(spend=(0.9, 20.0, 30.0))
    named = naming.name_segments([rows, of_means(spend=(-0.9, 40.0, 30.0))], SIGNALS, LABELS)
    assert all("igh" not in n.name + n.sentence and not n.archetype for n in named)
    assert len({n.name for n in named}) == 2


def test_facts_part_a_segment_from_its_nearest() -> None:
    two = [profile(wine=0.9, spend=1.0), profile(wine=0.9, spend=-0.3)]
    far = profile(wine=-3.0, spend=0.0)
    named = naming.name_segments([*two, far], {}, LABELS)
    assert named[0].parting == ("spend",)
    facts = naming.facts_of(two[0], [], LABELS, {}, named[0].parting)
    assert [fact.column for fact in facts] == ["spend", "wine"]


def test_the_same_twice_is_told_once_and_a_tail_with_its_median() -> None:
    row = ProfileRow(1, "", "spend", "forms", 100.0, 59.0, 50.0, 1.0)
    again = ProfileRow(1, "", "total", "forms", 100.0, 59.0, 50.0, 1.0)
    facts = naming.facts_of([row, again], [], LABELS, {})
    assert [f.sentence for f in facts] == [
        "Spend 100 (half of them at most 59), against 50 on average"
    ]
