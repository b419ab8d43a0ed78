"""The campaign planner: intervals that hold, sets that pay, splits that stay, effects measured."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import smartcart
from conftest import shared_file
from smartcart.core.holdout import holdout_of, lowest, measure, unit
from smartcart.core.plan import allocate, backtest, make_plan
from smartcart.core.proportions import arm_size, holdout_power
from smartcart.core.response import rate_posterior
from smartcart.errors import DataError, UsageError
from smartcart.records import Plan

COST, REVENUE = 3.0, 11.0
RUNS = 200


@dataclass(frozen=True)
class Shop:
    """A shop whose response rates are known, its past campaign, the plan, and what then came."""

    size: np.ndarray
    rate: np.ndarray
    plan: Plan
    answers: np.ndarray  # of a campaign to everybody

    def true_profit(self, contacts: np.ndarray) -> float:
        return float((contacts * (self.rate * REVENUE - COST)).sum())

    @property
    def contacts(self) -> np.ndarray:
        return np.array([s.contacts for s in self.plan.segments])


def shop(seed: int, **options) -> Shop:
    rng = np.random.default_rng([seed, 99])
    k = int(rng.integers(2, 8))
    rate = rng.beta(3, 9, k)
    size = rng.integers(60, 1500, k)
    trials = np.maximum(20, (size * rng.uniform(0.1, 1)).astype(int))
    plan = make_plan(
        [f"s{i}" for i in range(k)],
        size,
        cost=COST,
        revenue=REVENUE,
        positives=rng.binomial(trials, rate),
        trials=trials,
        seed=seed,
        draws=4000,
        **options,
    )
    return Shop(size, rate, plan, rng.binomial(size, rate))


@pytest.fixture(scope="module")
def shops() -> list[Shop]:
    return [shop(seed) for seed in range(RUNS)]


# Rates -----------------------------------------------------------------------------------------


def test_the_posterior_is_that_of_brute_force() -> None:
    """Importance sampling straight from the prior: m uniform, 1/sqrt(s) uniform, p ~ Beta."""
    x, n = np.array([12, 3, 7]), np.array([60, 50, 40])
    rng = np.random.default_rng(0)
    m, s = rng.random((400_000, 1)), rng.random((400_000, 1)) ** -2.0
    p = rng.beta(m * s + 1e-300, (1 - m) * s + 1e-300, size=(400_000, 3))
    weight = (p**x * (1 - p) ** (n - x)).prod(axis=1)
    mean = weight @ p / weight.sum()
    spread = np.sqrt(weight @ (p - mean) ** 2 / weight.sum())
    mine = rate_posterior(x, n)
    assert mine.mean() == pytest.approx(mean, abs=0.002)
    drawn = mine.draw(50_000, np.random.default_rng(1))
    assert drawn.mean(axis=0) == pytest.approx(mine.mean(), abs=0.001)
    assert drawn.std(axis=0) == pytest.approx(spread, rel=0.05)


def test_small_segments_lean_on_the_others_and_large_ones_do_not() -> None:
    found = rate_posterior([40, 38, 41, 1, 0], [200, 200, 200, 2, 0]).mean()
    assert found[:3] == pytest.approx([0.2, 0.19, 0.205], abs=0.01)
    assert found[3] < 0.25
    assert found[4] == pytest.approx(0.2, abs=0.02)
    apart = rate_posterior([100_000, 1_000], [1_000_000, 1_000_000]).mean()
    assert apart == pytest.approx([0.1, 0.001], rel=0.01)


# What the plan says against what then comes ----------------------------------------------------


def test_intervals_cover_what_comes(shops: list[Shop]) -> None:
    every, whole, chosen = [], [], []
    for one in shops:
        profit = one.answers * REVENUE - one.size * COST
        for planned, true in zip(one.plan.segments, profit, strict=True):
            every.append(planned.outlook.profit_low <= true <= planned.outlook.profit_high)
        outlook = one.plan.everybody
        whole.append(outlook.profit_low <= profit.sum() <= outlook.profit_high)
        if one.contacts.any():
            outlook, true = one.plan.chosen, profit[one.contacts > 0].sum()
            chosen.append(outlook.profit_low <= true <= outlook.profit_high)
    for inside in (every, whole, chosen):
        assert 0.85 <= np.mean(inside) <= 0.95


def test_intervals_of_rates_cover_the_rates(shops: list[Shop]) -> None:
    inside = [
        planned.rate_low <= true <= planned.rate_high
        for one in shops
        for planned, true in zip(one.plan.segments, one.rate, strict=True)
    ]
    assert 0.85 <= np.mean(inside) <= 0.95


def test_the_chosen_set_is_nearly_the_best(shops: list[Shop]) -> None:
    best = [one.true_profit(np.where(one.rate * REVENUE > COST, one.size, 0)) for one in shops]
    mine = [one.true_profit(one.contacts) for one in shops]
    assert sum(mine) >= 0.95 * sum(best)
    assert sum(mine) > sum(one.true_profit(one.size) for one in shops)


def test_nothing_is_lost_beyond_the_stated_risk(shops: list[Shop]) -> None:
    """The true profit of the chosen set is never below it; what chance adds, seldom is."""
    beyond = 0
    for one in shops:
        risk = one.plan.chosen.shortfall
        assert risk >= 0
        assert one.true_profit(one.contacts) >= -risk
        profit = one.answers * REVENUE - one.size * COST
        beyond += profit[one.contacts > 0].sum() < -risk
    assert beyond <= 0.05 * RUNS


def test_a_profit_below_nothing_is_as_likely_as_said(shops: list[Shop]) -> None:
    said = [planned.outlook.loss_chance for one in shops for planned in one.plan.segments]
    came = [loss for one in shops for loss in one.answers * REVENUE < one.size * COST]
    for low, high in itertools.pairwise((0, 0.25, 0.75, 1.0001)):
        place = [low <= chance < high for chance in said]
        error = 0.5 / np.sqrt(sum(place))
        assert np.mean(np.array(came)[place]) == pytest.approx(
            np.mean(np.array(said)[place]), abs=3 * error
        )


def test_budgets_hold() -> None:
    for seed in range(20):
        for partial in (True, False):
            one = shop(seed, budget=900.0, partial=partial)
            assert one.plan.chosen.cost == one.contacts.sum() * COST <= 900
            if not partial:
                assert set(one.contacts / one.size) <= {0.0, 1.0}


# Whom to contact -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_the_best_set_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    k = int(rng.integers(1, 8))
    rate, size = rng.random(k), rng.integers(0, 30, k)
    budget = float(rng.uniform(0, size.sum() + 1) * 2)
    money = {"cost": 2.0, "revenue": 5.0, "budget": budget}
    profit = rate * 5 - 2
    best = max(
        float((np.array(s) * size * profit).sum())
        for s in itertools.product((0, 1), repeat=k)
        if 2 * (np.array(s) * size).sum() <= budget
    )
    whole = allocate(rate, size, **money, partial=False)
    assert float((whole * profit).sum()) == pytest.approx(best)
    part = allocate(rate, size, **money)
    each = np.sort(np.repeat(profit, size))[::-1][: int(budget // 2)]
    assert float((part * profit).sum()) == pytest.approx(float(each[each > 0].sum()))
    assert (part <= size).all()


def test_too_many_whole_segments_are_refused() -> None:
    rate, size = np.full(16, 0.5), np.full(16, 10)
    assert allocate(rate, size, cost=1, revenue=9, partial=False).sum() == 160
    with pytest.raises(UsageError, match="16 segments pay"):
        allocate(rate, size, cost=1, revenue=9, budget=100, partial=False)
    assert allocate(rate, size, cost=1, revenue=9, budget=105).tolist() == [10] * 10 + [5] + [0] * 5


def test_figures_of_a_plan_are_its_own_sums() -> None:
    plan = make_plan(
        ["A", "B", "C"],
        [1000, 500, 800],
        cost=3,
        revenue=11,
        positives=[400, 60, 200],
        trials=[1000, 500, 800],
        budget=3600,
        column="Response",
    )
    a, b, c = plan.segments
    assert plan.break_even == pytest.approx(3 / 11)
    assert (a.contacts, b.contacts, c.contacts) == (1000, 0, 0)
    assert (plan.assumed, plan.column) == (False, "Response")
    assert plan.chosen.contacts == 1000
    assert plan.chosen.responses == pytest.approx(1000 * a.rate)
    assert plan.chosen.revenue == pytest.approx(11 * plan.chosen.responses)
    assert plan.chosen.profit == pytest.approx(plan.chosen.revenue - 3000)
    assert plan.everybody.contacts == 2300
    assert plan.everybody.profit == pytest.approx(sum(s.outlook.profit for s in plan.segments))
    assert plan.chosen == a.outlook
    assert b.outlook.loss_chance > 0.99
    part = make_plan(
        ["A", "B"],
        [1000, 500],
        cost=1,
        revenue=11,
        positives=[400, 60],
        trials=[1000, 500],
        budget=1200,
    )
    assert [s.contacts for s in part.segments] == [1000, 200]
    assert part.chosen.responses == pytest.approx(
        1000 * part.segments[0].rate + 200 * part.segments[1].rate
    )
    assert part.chosen.profit_low < part.chosen.profit < part.chosen.profit_high


def test_the_stated_risk_is_the_mean_of_the_worst_twentieth() -> None:
    """With a rate that is known, answers are binomial, and their lower tail is exact."""
    size, rate = 400, 0.28
    plan = make_plan(
        ["A"], [size], cost=3, revenue=11, positives=[28_000_000], trials=[100_000_000]
    )
    answers = np.arange(size + 1)
    weight = binom.pmf(answers, size, rate)
    before = np.concatenate([[0], np.cumsum(weight)[:-1]])
    tail = np.clip(0.05 - before, 0, weight)
    want = -(tail * (answers * 11 - size * 3)).sum() / 0.05
    assert plan.chosen.shortfall == pytest.approx(want, rel=0.02)
    low, high = binom.ppf([0.05, 0.95], size, rate)
    assert plan.chosen.responses_low == pytest.approx(low, abs=1)
    assert plan.chosen.responses_high == pytest.approx(high, abs=1)
    loss = binom.cdf(np.ceil(size * 3 / 11) - 1, size, rate)
    assert plan.chosen.loss_chance == pytest.approx(loss, abs=0.015)


def test_the_same_seed_gives_the_same_plan() -> None:
    assert shop(3).plan == shop(3).plan


def test_an_assumed_rate_is_marked_and_gets_no_interval() -> None:
    plan = make_plan(["A", "B"], [100, 300], cost=1, revenue=10, assumed=0.2, budget=150)
    assert plan.assumed
    assert [s.contacts for s in plan.segments] == [100, 50]
    assert plan.chosen.profit == pytest.approx(150 * (0.2 * 10 - 1))
    for record in (plan.chosen, plan.everybody, *(s.outlook for s in plan.segments)):
        assert (record.profit_low, record.profit_high) == (None, None)
        assert (record.loss_chance, record.shortfall) == (None, None)
    assert all(s.rate_low is None and s.trials == 0 for s in plan.segments)
    assert plan.draws == 0
    own = make_plan(["A", "B"], [100, 300], cost=1, revenue=10, assumed=[0.05, 0.2])
    assert [s.contacts for s in own.segments] == [0, 300]


def test_where_nobody_pays_nobody_is_contacted() -> None:
    plan = make_plan(
        ["A", "B"], [500, 500], cost=3, revenue=11, positives=[20, 30], trials=[500, 500]
    )
    assert plan.chosen.contacts == plan.chosen.profit == plan.chosen.shortfall == 0
    assert plan.holdout is None
    assert plan.everybody.profit_high < 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"cost": -1}, "--cost is -1"),
        ({"revenue": 0}, "--revenue is 0"),
        ({"budget": float("nan")}, "--budget is nan"),
        ({"positives": None}, "no response rates"),
        ({"assumed": 0.2}, "both an outcome and an assumed rate"),
        ({"positives": None, "trials": None, "assumed": 5}, "write 5% as 0.05"),
        ({"positives": None, "trials": None, "assumed": [0.1]}, "1 rates are assumed for 2"),
        ({"baseline": 0.9}, "rate without contact is 0.9"),
    ],
)
def test_impossible_wishes_are_refused(wrong: dict, words: str) -> None:
    right = {"cost": 1, "revenue": 9, "positives": [30, 10], "trials": [100, 100]}
    with pytest.raises(UsageError, match=words):
        make_plan(["A", "B"], [100, 100], **(right | wrong))


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(DataError, match="5 responses of 4"):
        make_plan(["A"], [9], cost=1, revenue=9, positives=[5], trials=[4])
    with pytest.raises(DataError, match="known of no customer"):
        make_plan(["A"], [9], cost=1, revenue=9, positives=[0], trials=[0])


# The holdout -----------------------------------------------------------------------------------


def test_arm_sizes_are_as_published() -> None:
    """Documentation of R's power.prop.test: n = 76.7, and power = 0.740 for n = 50."""
    assert arm_size(0.50, 0.75, power=0.90) == pytest.approx(76.7, abs=0.05)
    assert holdout_power(0.50, 0.75, 50, 50) == pytest.approx(0.740, abs=0.0015)
    assert arm_size(0.05, 0.10) == pytest.approx(435, abs=1)


@pytest.mark.parametrize(("n", "p", "q"), [(4000, 0.2, 0.15), (900, 0.4, 0.2), (20000, 0.06, 0.04)])
def test_a_holdout_has_its_power(n: int, p: float, q: float) -> None:
    found = holdout_of(n, p, q)
    assert found.reached
    assert found.size <= found.per_arm
    assert holdout_power(p, q, n - found.size + 1, found.size - 1) < 0.8
    rng = np.random.default_rng(0)
    a, b = rng.binomial(n - found.size, p, 20_000), rng.binomial(found.size, q, 20_000)
    m, h = n - found.size, found.size
    pooled = (a + b) / n
    z = (a / m - b / h) / np.sqrt(pooled * (1 - pooled) * (1 / m + 1 / h))
    assert (np.abs(z) > 1.96).mean() == pytest.approx(0.8, abs=0.025)


def test_a_holdout_that_cannot_be_large_enough_says_so() -> None:
    found = holdout_of(100, 0.21, 0.20)
    assert not found.reached
    assert (found.size, found.share) == (50, 0.5)
    assert found.power < 0.1
    assert found.per_arm > 20_000


def test_without_a_baseline_the_holdout_shows_the_least_uplift_that_pays() -> None:
    plan = make_plan(["A"], [9000], cost=1, revenue=20, positives=[300], trials=[2000])
    assert plan.holdout.baseline_assumed
    assert plan.holdout.baseline == pytest.approx(plan.segments[0].rate - 1 / 20)
    given = make_plan(
        ["A"], [9000], cost=1, revenue=20, positives=[300], trials=[2000], baseline=0.12
    )
    assert (given.holdout.baseline, given.holdout.baseline_assumed) == (0.12, False)


def test_the_split_stays_when_customers_are_added() -> None:
    few, many = [f"c{i}" for i in range(0, 5000, 5)], [f"c{i}" for i in range(5000)]
    numbers = dict(zip(many, unit(many, seed=4).tolist(), strict=True))
    assert [numbers[i] for i in few] == unit(few, seed=4).tolist()
    assert unit(many[::-1], seed=4)[::-1].tolist() == list(numbers.values())
    assert (unit(many, seed=5) != list(numbers.values())).all()
    every, some = unit(many, seed=4), unit(many[:4900], seed=4)
    before = some < lowest(lambda: [some], 980)
    after = every < lowest(lambda: [every], 1000)
    assert (before.sum(), after.sum()) == (980, 1000)
    assert (before != after[:4900]).sum() <= 20


@pytest.mark.parametrize("size", [1, 7, 5_000, 200_000])
def test_the_lowest_are_exactly_so_many(size: int) -> None:
    u = unit(range(size), 3)
    for count in {0, 1, size // 3, size - 1, size, size + 5}:
        limit = lowest(lambda: np.array_split(u, 3), count)
        assert (u < limit).sum() == min(count, size)


def test_the_split_is_even_and_of_each_end_alone() -> None:
    u, v = unit(range(20_000), 1), unit(range(20_000), 1, "part")
    assert np.histogram(u, 10, (0, 1))[0] == pytest.approx(2000, abs=180)
    assert abs(np.corrcoef(u, v)[0, 1]) < 0.03
    assert abs(np.corrcoef(u, unit(range(20_000), 2))[0, 1]) < 0.03
    assert (u >= 0).all()
    assert (u < 1).all()
    assert unit([np.int64(7), "7", 7]).tolist() == unit([7] * 3).tolist()


# What came of it -------------------------------------------------------------------------------


def test_uplift_is_as_published() -> None:
    """Newcombe 1998, method 10: 56/70 - 48/80 in (0.0524, 0.3339)."""
    one, total = measure([[70], [56], [80], [48]], ["A"], cost=2, revenue=10, level=0.95)
    assert (one.uplift, one.low, one.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert one.incremental == pytest.approx(14)
    assert one.profit == pytest.approx(14 * 10 - 140)
    assert one.profit_low == pytest.approx(one.low * 70 * 10 - 140)
    assert (total.segment_id, total.uplift, total.low) == (0, one.uplift, one.low)


def test_unequal_splits_do_not_bias_the_total() -> None:
    """Pooled, B (low rates, hardly any holdout) would hide the uplift of 10 points of each."""
    results = [[1000, 9000], [500, 1800], [1000, 100], [400, 10]]
    *_, total = measure(results, ["A", "B"], cost=0, revenue=1)
    assert total.uplift == pytest.approx(0.1)
    assert total.low < 0.1 < total.high
    assert total.incremental == pytest.approx(1000)


def test_intervals_of_the_total_cover_the_truth() -> None:
    rng = np.random.default_rng(5)
    p, q = np.array([0.30, 0.15, 0.08]), np.array([0.25, 0.15, 0.05])
    n, m = np.array([900, 700, 2000]), np.array([150, 100, 300])
    inside = 0
    for _ in range(600):
        results = [n, rng.binomial(n, p), m, rng.binomial(m, q)]
        *_, total = measure(results, list("ABC"), cost=1, revenue=5)
        inside += total.incremental_low <= float((n * (p - q)).sum()) <= total.incremental_high
    assert 0.86 <= inside / 600 <= 0.95


def test_an_empty_arm_has_no_uplift() -> None:
    a, b, total = measure([[10, 10], [5, 2], [0, 10], [0, 1]], ["A", "B"], cost=1, revenue=5)
    assert (a.uplift, a.low, a.profit) == (None, None, None)
    assert (total.treated, total.uplift) == (10, b.uplift)
    with pytest.raises(DataError, match="more responses than customers"):
        measure([[1], [2], [1], [0]], ["A"], cost=1, revenue=1)


# Plans on one half, tried on the other ---------------------------------------------------------


def test_where_segments_do_not_differ_halves_gain_nothing() -> None:
    found = backtest([200] * 4, [1000] * 4, cost=1, revenue=20)
    assert found.over_everybody == pytest.approx(0, abs=1e-9)
    assert found.contacted_share == 1
    none = backtest([20] * 4, [1000] * 4, cost=1, revenue=20)
    assert none.over_nobody == pytest.approx(0, abs=1e-9)


def test_a_contact_is_worth_what_it_adds_to_what_comes_by_itself() -> None:
    size, n = [1000, 1000], [40_000, 40_000]
    own, added = (12_000, 16_000), (0.0, 0.2)  # both answer well; only the second for the contact
    reached = [round(x + 40_000 * more) for x, more in zip(own, added, strict=True)]
    blind = make_plan(["a", "b"], size, cost=COST, revenue=REVENUE, positives=reached, trials=n)
    assert [one.contacts for one in blind.segments] == [1000, 1000]
    assert not blind.measured
    for cost, contacts in ((0.2 * REVENUE * 0.95, 1000), (0.2 * REVENUE * 1.05, 0)):
        found = make_plan(
            ["a", "b"],
            size,
            cost=cost,
            revenue=REVENUE,
            positives=reached,
            trials=n,
            alone=(own, n),
        )
        assert found.measured
        assert [one.contacts for one in found.segments] == [0, contacts]
        assert [one.rate for one in found.segments] == pytest.approx(added, abs=0.005)
        second = found.segments[1]
        assert second.rate_low is not None
        assert second.rate_high is not None
        # of two binomials: answers with contact less those without
        spread = 1.645 * np.sqrt(1000 * (0.6 * 0.4 + 0.4 * 0.6))
        look = second.outlook
        assert look.responses_low == pytest.approx(200 - spread, abs=4)
        assert look.responses_high == pytest.approx(200 + spread, abs=4)
    assert found.holdout is None


def test_those_left_alone_are_the_baseline_of_the_next_holdout() -> None:
    found = make_plan(
        ["a"],
        [50_000],
        cost=0.5,
        revenue=REVENUE,
        positives=[1500],
        trials=[10_000],
        alone=([1000], [10_000]),
    )
    assert found.holdout is not None
    assert not found.holdout.baseline_assumed
    assert found.holdout.baseline == pytest.approx(0.10, abs=0.005)
    assert found.holdout.expected == pytest.approx(0.15, abs=0.005)


def test_halves_of_customers_are_halves_of_counts() -> None:
    """The same experiment, customer by customer, with plain means of the planning half."""
    x, n = np.array([120, 60, 20]), np.array([300, 400, 500])
    labels = np.repeat([0, 1, 2], n)
    y = np.concatenate([np.repeat([1, 0], [a, b - a]) for a, b in zip(x, n, strict=True)])
    rng, gains = np.random.default_rng(0), []
    for _ in range(400):
        first = np.zeros(1200, dtype=bool)
        first[rng.permutation(1200)[:600]] = True
        rate = np.bincount(labels[first], y[first]) / np.bincount(labels[first])
        own = ~first & (rate * REVENUE > COST)[labels]
        gains.append(((y[own] * REVENUE - COST).sum() - (y[~first] * REVENUE - COST).sum()) / 0.6)
    found = backtest(x, n, cost=COST, revenue=REVENUE, repeats=400)
    assert found.over_everybody == pytest.approx(np.mean(gains), rel=0.03)
    assert found.over_everybody_low == pytest.approx(np.quantile(gains, 0.05), rel=0.1)


@pytest.mark.shared_data
def test_on_smartcarts_customers_the_plan_beats_contacting_everybody() -> None:
    path = shared_file("smartcart_customers.csv")
    found = smartcart.segment(path)
    response = pd.read_csv(path).set_index("ID")["Response"]
    customers = found.customers
    y = customers["customer_id"].map(response)
    grouped = y.groupby(customers["segment_id"])
    result = backtest(grouped.sum(), grouped.count(), cost=3, revenue=11, repeats=50)
    print(result)
    assert result.over_everybody > 0
    assert result.over_everybody_low > 0
    assert result.over_everybody_share == 1
