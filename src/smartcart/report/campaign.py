"""A campaign in words: the plan as a table of text, and what it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from smartcart.records import (
    Backtest,
    Campaign,
    Erasure,
    Holdout,
    Outlook,
    Plan,
    Receipt,
    SegmentPlan,
    Uplift,
)
from smartcart.report.over_time import table_lines
from smartcart.report.words import count, listing, money, share

__all__ = [
    "advice",
    "basis",
    "between",
    "brings",
    "erasure_lines",
    "holdout",
    "plan_lines",
    "plan_rows",
    "receipt_lines",
    "risk",
    "tried",
    "uplift_lines",
    "uplift_rows",
    "verdict",
]


def plan_lines(found: Campaign, currency: str = "") -> list[str]:
    """Return a plan as lines for a terminal: the segments, the choice, how sure, the holdout."""
    plan = found.plan
    lines = [*basis(found, currency), "", *table_lines(plan_rows(plan, currency)), ""]
    lines.append(advice(plan))
    if plan.chosen.contacts:
        lines += [
            f"  {brings(plan.chosen, currency, added=plan.measured)}",
            *(f"  {s}" for s in risk(plan, currency)),
        ]
    every = plan.everybody
    lines.append(
        f"Everybody ({count(every.contacts)}): {brings(every, currency, added=plan.measured)}"
    )
    lines.append("Nobody: nothing is spent, and nothing earned.")
    return [*lines, *tried(found.backtest, currency), *holdout(plan.holdout)]


def basis(found: Campaign, currency: str = "") -> Iterator[str]:
    """Yield what a plan rests on: where the rates are from, when a contact pays, the budget."""
    plan = found.plan
    if plan.assumed:
        yield (
            "Assumed: the response rate is yours; no figure of the data stands behind it, so there "
            "is no interval and no risk."
        )
    elif plan.measured:
        yield (
            f"Planned from what a contact added: {plan.column}, less what came from those left "
            "alone, in each segment. Rates are drawn a little towards that of all customers, since "
            "the highest owe something to luck."
        )
    else:
        others = f" (the run also has {listing(found.others)})" if found.others else ""
        yield (
            f"Planned from the rate of {plan.column} in each segment{others}. Rates are drawn a "
            "little towards that of all customers, since the highest owe something to luck."
        )
    cash = f"A contact costs {money(plan.cost, currency)}, a response brings "
    cash += money(plan.revenue, currency)
    if plan.revenue_horizon is not None:
        yield from _foretold(plan, currency)
    elif plan.break_even > 1:
        yield f"{cash}: not even a response of everybody would pay for the contacts."
    else:
        yield f"{cash}: it pays from a rate of {share(plan.break_even)}."
    if plan.budget is not None:
        yield f"At most {money(plan.budget, currency)} may be spent."


def _foretold(plan: Plan, currency: str) -> Iterator[str]:
    """Yield what a response brings where the forecast says it, and from which rate that pays."""
    money_of = [one.revenue for one in plan.segments]
    yield (
        f"A contact costs {money(plan.cost, currency)}. No revenue was given, so a response brings "
        f"what a customer of its segment is expected to spend within {plan.revenue_horizon} days "
        f"by the forecast of this run: {money(min(money_of), currency)} to "
        f"{money(max(money_of), currency)}. It is revenue, not margin."
    )
    pays = [plan.cost / one for one in money_of if one > plan.cost]
    if not pays:
        yield "Not even a response of everybody would pay for the contacts."
    else:
        text = share(min(pays)) if len(pays) == 1 else f"{share(min(pays))} to {share(max(pays))}"
        never = len(money_of) - len(pays)
        tail = "" if not never else f"; in {count(never)} of {count(len(money_of))} segments never"
        yield f"By segment it pays from a rate of {text}{tail}."


def plan_rows(plan: Plan, currency: str = "") -> list[tuple[str, ...]]:
    """Return the plan as rows of text, head first; a column per figure."""

    def cash(x: float | None) -> str:
        return money(x, currency)

    level = f"{plan.level:.0%} interval"
    head: tuple[str, ...]
    head = ("segment", "customers", "rate", "profit if all are contacted", "contact")
    rate = "rate added" if plan.measured else "rate"
    if not plan.assumed:
        head = ("segment", "customers", f"{rate} ({level})", f"profit of all ({level})", "contact")
    own = plan.revenue_horizon is not None
    if own:
        head = (*head[:3], "a response brings", *head[3:])
    return [
        head,
        *(
            (
                one.segment,
                count(one.customers),
                f"{share(one.rate)} {between(share, one.rate_low, one.rate_high)}".strip(),
                *((cash(one.revenue),) if own else ()),
                f"{cash(one.outlook.profit)} "
                f"{between(cash, one.outlook.profit_low, one.outlook.profit_high)}".strip(),
                count(one.contacts) if one.contacts else "no",
            )
            for one in plan.segments
        ),
    ]


def earns(plan: Plan, one: SegmentPlan) -> float:
    """Return what a response of a segment brings."""
    return plan.revenue if plan.revenue_horizon is None else one.revenue


def between(words: Callable[[float], str], low: float | None, high: float | None) -> str:
    """Return an interval in brackets, nothing where there is none."""
    return f"({words(low)} to {words(high)})" if low is not None and high is not None else ""


def advice(plan: Plan) -> str:
    """Return whom to contact in a sentence, or why nobody."""
    if plan.chosen.contacts:
        parts = (
            one.segment
            if one.contacts == one.customers
            else f"{count(one.contacts)} of {one.segment}"
            for one in plan.segments
            if one.contacts
        )
        return f"Contact {count(plan.chosen.contacts)} customers: {listing(parts)}."
    if not any(one.rate * earns(plan, one) > plan.cost for one in plan.segments):
        return "Contact nobody: no segment earns what a contact costs."
    if plan.budget is not None and plan.budget < plan.cost:
        return "Contact nobody: the budget does not pay for a single contact."
    return "Contact nobody: no whole segment that earns its cost fits into the budget."


def risk(plan: Plan, currency: str = "") -> Iterator[str]:
    """Yield the stated risk of the chosen set, where there is one."""
    chosen = plan.chosen
    if chosen.shortfall is None or chosen.loss_chance is None:
        return
    worst = f"{money(chosen.shortfall, currency)} is lost on average"
    if not chosen.shortfall:
        worst = "nothing is lost on average"
    yield f"Chance of a loss: {share(chosen.loss_chance)}; in the worst 5% of futures {worst}."


def brings(look: Outlook, currency: str = "", *, added: bool = False) -> str:
    """Return what contacting so many customers brings, in a sentence.

    ``added``: responses are those beyond what would come without contact.
    """
    what = "further responses" if added else "responses"

    def cash(x: float | None) -> str:
        return money(x, currency)

    return (
        f"cost {cash(look.cost)}, expected {what} {count(round(look.responses))} "
        f"{between(lambda x: count(round(x)), look.responses_low, look.responses_high)}".rstrip()
        + f", revenue {cash(look.revenue)}, profit {cash(look.profit)} "
        f"{between(cash, look.profit_low, look.profit_high)}".rstrip()
        + "."
    )


def tried(backtest: Backtest | None, currency: str = "") -> Iterator[str]:
    """Yield how plans from one half of the customers did on the other half."""
    if backtest is None:
        return

    def gain(middle: float, low: float, high: float) -> str:
        def cash(x: float | None) -> str:
            return money(x, currency)

        if middle < 0:  # what is less is told without a sign, and so is its interval
            low, high = -high, -low
        return f"{_more(middle, cash)} {between(cash, low + 0.0, high + 0.0)}"

    one = backtest
    start = (
        f"Such plans from one half of the customers, tried on the other half ({one.repeats} times, "
        f"{one.level:.0%} of them in brackets)"
    )
    if one.over_everybody_low == one.over_everybody_high == 0:
        yield f"{start}: they contact everybody each time, so nothing is gained by choosing."
        return
    over = gain(one.over_everybody, one.over_everybody_low, one.over_everybody_high)
    none = gain(one.over_nobody, one.over_nobody_low, one.over_nobody_high)
    yield (
        f"{start}: per 1,000 customers {over} than contacting everybody, better in "
        f"{share(one.over_everybody_share)} of the trials; {none} than contacting nobody."
    )


def _more(x: float, cash: Callable[[float], str]) -> str:
    return f"{cash(abs(x))} {'more' if x >= 0 else 'less'}"


def holdout(found: Holdout | None, way: str = " (--baseline 0.05)") -> Iterator[str]:
    """Yield how many customers to leave alone, and what that can show.

    ``way`` is where the rate without contact can be said.
    """
    if found is None or not found.size:
        return
    arms = f"In a test of two equal arms each needs {count(found.per_arm)}."
    rates = f"{share(found.expected)} with contact from {share(found.baseline)} without"
    yield (
        f"Leave {count(found.size)} of them alone ({share(found.share)}) as a holdout: it tells "
        f"{rates} with a power of {share(found.power)}"
        + (". " if found.reached else "; there are too few customers for the 80% wished. ")
        + arms
    )
    if found.baseline_assumed:
        yield (
            f"That {share(found.baseline)} is assumed: with it the campaign just pays. Say how "
            f"many respond without contact{way} to size the holdout for that."
        )


def uplift_rows(found: Sequence[Uplift], currency: str = "") -> list[tuple[str, ...]]:
    """Return what a campaign changed as rows of text, head first; profit where it is known."""

    def cash(x: float | None) -> str:
        return money(x, currency)

    head = (
        "segment",
        "contacted",
        "responded",
        "held out",
        "responded",
        "uplift (90% interval)",
        "responses won",
        "profit (90% interval)",
    )
    rows: list[tuple[str, ...]] = [head]
    for one in found:
        if not one.treated and not one.holdout and one.segment_id:
            continue  # not in the campaign
        said = ["no answer: an arm is empty", "", ""]
        if one.uplift is not None and one.incremental is not None:
            said = [
                f"{_points(one.uplift)} points {between(_points, one.low, one.high)}",
                count(round(one.incremental)),
                f"{cash(one.profit)} {between(cash, one.profit_low, one.profit_high)}".strip(),
            ]
        rows.append(
            (
                one.segment,
                count(one.treated),
                _rate(one.treated_responses, one.treated),
                count(one.holdout),
                _rate(one.holdout_responses, one.holdout),
                *said,
            )
        )
    if all(one.profit is None for one in found):
        rows = [row[:-1] for row in rows]
    return rows


def _rate(responses: int, customers: int) -> str:
    return share(responses / customers) if customers else "–"


def uplift_lines(found: Sequence[Uplift], strangers: int, currency: str = "") -> list[str]:
    """Return what a campaign changed as lines for a terminal."""
    lines = [*table_lines(uplift_rows(found, currency)), "", verdict(found)]
    if strangers:
        lines.append(f"{count(strangers)} rows name customers that are not in this run: not used.")
    return lines


def verdict(found: Sequence[Uplift]) -> str:
    """Return in a sentence whether the campaign changed anything beyond chance."""
    whole = found[-1]
    if whole.low is None or whole.high is None or whole.uplift is None:
        return "One of the arms is empty, so nothing can be said about the effect."
    if whole.low > 0:
        return "Contact made customers respond: the whole interval of the uplift is above 0."
    if whole.high < 0:
        return "Contact kept customers from responding: the whole interval is below 0."
    return "No effect can be told from chance: the interval of the uplift holds 0."


def _points(x: float) -> str:
    return f"{x * 100:+.1f}".replace("-", "−")


def receipt_lines(receipt: Receipt) -> list[str]:
    """Return what went into an audience file as lines for a terminal."""
    lines = [f"{count(receipt.written)} of {count(receipt.customers)} customers: {receipt.output}"]
    split = receipt.by_change or receipt.by_segment
    lines += [f"  {name}: {count(size)}" for name, size in split.items()]
    if receipt.left_out:
        lines.append("Left out:")
        lines += [f"  {reason}: {count(size)}" for reason, size in receipt.left_out.items()]
    if receipt.escaped_cells:
        lines.append(
            f"{count(receipt.escaped_cells)} cells have an apostrophe before them, so that no "
            "spreadsheet runs them as formulas."
        )
    lines += [f"Note: {n.message}" for n in receipt.notices if n.code != "escaped_cells"]
    return [*lines, f"Receipt: {receipt.output}.receipt.json"]


def erasure_lines(found: Erasure) -> list[str]:
    """Return the receipt of an erasure as lines: where something was, and what is left to do."""
    head = f"Receipt {found.number}, {found.at}: {count(found.searched)} files were searched."
    if not found.places:
        return [head, "The customer was nowhere in them.", *found.left]
    lines = [head, "Removed:"]
    lines += [f"  {one.place}: {count(one.rows)} {one.how}" for one in found.places]
    return [*lines, *([] if not found.left else ["Look there yourself:"]), *found.left]
