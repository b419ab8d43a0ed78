"""Hand-made runs for the tests of the report: four segments, none, ten with hostile names, orders."""

# ruff: noqa: E501
from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from smartcart.core.fairness import hidden_cells
from smartcart.core.outcomes import outcome_of, with_p_values
from smartcart.core.proportions import wilson
from smartcart.records import (
    Artefact,
    Column,
    Condition,
    Contract,
    Fact,
    Fairness,
    Feature,
    KEvidence,
    KRow,
    Ledger,
    LedgerEntry,
    Model,
    Notice,
    OrderLog,
    Outcome,
    Overrepresentation,
    Picture,
    Profile,
    ProfileRow,
    Proxy,
    Reading,
    Recipe,
    Rfm,
    RfmSegment,
    Rule,
    Rulebook,
    Run,
    Segment,
    SensitiveColumn,
)

N = 2240
SECRET_ID = "CUST-0099173"

# name, label, unit, block, overall mean, overall standard deviation, means of the four segments
FEATURES = [
    (
        "monetary_total",
        "Spend in two years",
        "money",
        "value",
        605.8,
        602.2,
        [1355.2, 742.6, 318.4, 92.7],
    ),
    ("income", "Income", "money", "value", 52247.0, 21500.0, [75210.0, 57630.0, 48120.0, 34480.0]),
    ("frequency", "Purchases", "count", "frequency", 14.86, 7.68, [20.4, 21.1, 12.6, 6.9]),
    (
        "recency_days",
        "Days since last purchase",
        "days",
        "recency",
        49.1,
        28.9,
        [48.6, 49.3, 50.1, 48.7],
    ),
    (
        "tenure_days",
        "Days as a customer",
        "days",
        "tenure",
        353.6,
        202.1,
        [361.0, 452.0, 241.0, 349.0],
    ),
    (
        "deals_share",
        "Share bought on a deal",
        "share",
        "deals",
        0.168,
        0.118,
        [0.058, 0.212, 0.187, 0.219],
    ),
    (
        "web_visits",
        "Web visits in a month",
        "count",
        "engagement",
        5.32,
        2.43,
        [2.9, 5.9, 5.5, 6.9],
    ),
    (
        "web_share",
        "Web share of purchases",
        "share",
        "channels",
        0.286,
        0.101,
        [0.262, 0.334, 0.281, 0.278],
    ),
    (
        "catalog_share",
        "Catalogue share of purchases",
        "share",
        "channels",
        0.152,
        0.124,
        [0.292, 0.148, 0.118, 0.052],
    ),
    (
        "store_share",
        "Store share of purchases",
        "share",
        "channels",
        0.562,
        0.13,
        [0.446, 0.518, 0.601, 0.67],
    ),
    (
        "wine_share",
        "Wine in the basket",
        "share",
        "basket",
        0.458,
        0.228,
        [0.437, 0.571, 0.489, 0.351],
    ),
]
DESCRIBES = [
    ("Age", "Age", "describes", "years", 45.4, 11.9, [45.9, 49.2, 45.6, 40.8]),
    ("Kidhome", "Children at home", "describes", "count", 0.44, 0.54, [0.04, 0.31, 0.53, 0.84]),
    ("Teenhome", "Teenagers at home", "describes", "count", 0.51, 0.54, [0.22, 0.82, 0.58, 0.44]),
    (
        "Education: Graduation",
        "Education: Graduation",
        "describes",
        "share",
        0.503,
        0.5,
        [0.52, 0.5, 0.5, 0.49],
    ),
    (
        "Education: PhD",
        "Education: PhD",
        "describes",
        "share",
        0.217,
        0.412,
        [0.21, 0.29, 0.23, 0.15],
    ),
    (
        "Education: Basic",
        "Education: Basic",
        "describes",
        "share",
        0.024,
        0.153,
        [0.002, 0.003, 0.021, 0.062],
    ),
    (
        "Marital_Status: Married",
        "Marital status: Married",
        "sensitive",
        "share",
        0.386,
        0.487,
        [0.37, 0.4, 0.39, 0.38],
    ),
    (
        "Marital_Status: YOLO",
        "Marital status: YOLO",
        "sensitive",
        "share",
        0.0009,
        0.03,
        [0.0, 0.0, 0.0036, 0.0],
    ),
    ("Response", "Response", "outcome", "share", 0.149, 0.356, [0.272, 0.148, 0.108, 0.09]),
]
SEGMENTS = [
    (
        "Premium",
        "premium",
        512,
        "These customers earn and spend the most, and hardly ever wait for a deal.",
        "Offer new and exclusive products first, and let them order by catalogue; give no discount.",
        "spend per customer",
        0.93,
        0.61,
    ),
    (
        "Discount-sensitive",
        "discount",
        498,
        "These customers buy often, on the web, and mostly when there is a deal.",
        "Send deals on bundles, and test how small a discount still works.",
        "share bought on a deal",
        0.81,
        0.44,
    ),
    (
        "Moderate engagement",
        "moderate",
        553,
        "These newer customers buy now and then, a little of everything.",
        "Build the habit: a second-purchase offer, and wine as the door opener.",
        "purchases in 90 days",
        0.77,
        0.39,
    ),
    (
        "Low engagement",
        "low",
        677,
        "These customers visit the site often, yet buy little, and their incomes are the lowest.",
        "Win back at low cost: one reminder, one small basket offer, then leave in peace.",
        "first purchase in 60 days",
        0.88,
        0.57,
    ),
]


def _show(value: float, unit: str) -> str:
    if unit == "money":
        return f"${value:,.0f}"
    return f"{value:.1%}" if unit == "share" else f"{value:.1f}"


def _facts(index: int) -> tuple[Fact, ...]:
    facts = []
    for name, label, unit, _, mean, sd, values in FEATURES:
        value = values[index]
        word = "above" if value > mean else "below"
        sentence = f"{label}: {_show(value, unit)}, {word} the average of {_show(mean, unit)}"
        facts.append(Fact(name, label, value, mean, (value - mean) / sd, sentence, unit))
    return tuple(sorted(facts, key=lambda fact: -abs(fact.effect))[:5])


def _segments() -> tuple[Segment, ...]:
    total = sum(s[2] * FEATURES[0][6][i] for i, s in enumerate(SEGMENTS))
    return tuple(
        Segment(
            segment_id=i + 1,
            segment=name,
            size=size,
            share=size / N,
            value_total=size * FEATURES[0][6][i],
            value_share=size * FEATURES[0][6][i] / total,
            facts=_facts(i),
            archetype=kind,
            sentence=sentence,
            action=action,
            watch=watch,
            confidence=confidence,
            jaccard=jaccard,
        )
        for i, (name, kind, size, sentence, action, watch, jaccard, confidence) in enumerate(
            SEGMENTS
        )
    )


def _profile(segments: tuple[Segment, ...]) -> Profile:
    columns = [(n, lab, "forms", u, m, s, v) for n, lab, u, _, m, s, v in FEATURES] + DESCRIBES
    rows = tuple(
        ProfileRow(
            s.segment_id,
            s.segment,
            name,
            role,
            values[i],
            values[i] * 0.95,
            mean,
            (values[i] - mean) / sd,
        )
        for i, s in enumerate(segments)
        for name, _, role, _, mean, sd, values in columns
    )
    return Profile(rows, {c[0]: c[1] for c in columns}, {c[0]: c[3] for c in columns})


def _evidence() -> KEvidence:
    wcss = [22400, 15120, 12890, 11150, 10480, 9930, 9480, 9110, 8790, 8520]
    silhouette = [None, 0.312, 0.231, 0.214, 0.183, 0.171, 0.166, 0.158, 0.151, 0.149]
    ari = [None, 0.961, 0.884, 0.902, 0.741, 0.655, 0.612, 0.583, 0.541, 0.522]
    gap = [0.62, 0.74, 0.81, 0.88, 0.91, 0.93, 0.95, 0.962, 0.971, 0.978]
    jaccard = [None, 0.95, 0.79, 0.77, 0.58, 0.44, 0.41, 0.36, 0.33, 0.29]
    rows = tuple(
        KRow(
            k=k,
            wcss=float(wcss[k - 1]),
            silhouette=silhouette[k - 1],
            calinski_harabasz=None if k == 1 else 1100.0 - 60 * k,
            davies_bouldin=None if k == 1 else 1.2 + 0.05 * k,
            gap=gap[k - 1],
            gap_se=0.004 + 0.0006 * k,
            stability_ari=ari[k - 1],
            jaccard_min=jaccard[k - 1],
            smallest_share=1.0 if k == 1 else 0.9 / k,
        )
        for k in range(1, 11)
    )
    clouds = (None, 0.301, 0.232, 0.209, 0.185, 0.172, 0.165, 0.157, 0.152, 0.148)
    return KEvidence(
        rows=rows,
        k=4,
        recommended=4,
        verdict="useful partition",
        reason="The customers are no more clustered than a structureless cloud with the same spread "
        "and correlations, so there are no natural groups; yet four slices come back on resamples "
        "(ARI 0.90, every segment above 0.75).",
        picks={
            "elbow": 3,
            "silhouette": 2,
            "gap": 10,
            "calinski_harabasz": 2,
            "davies_bouldin": 2,
            "stability": 4,
        },
        extras={"reference_silhouette": clouds},
        chosen_by="evidence",
    )


def _contract() -> Contract:
    columns = (
        Column("ID", "number", "id", "id", "A different whole number in every row.", "ID", 0, N),
        Column(
            "Income",
            "number",
            "forms",
            "income",
            "Named like an income, in money.",
            "Income",
            24,
            1974,
        ),
        Column(
            "MntWines",
            "number",
            "forms",
            "spend:wines",
            "An amount spent on one kind of goods.",
            "Wine spend",
            0,
            776,
        ),
        Column(
            "NumDealsPurchases",
            "number",
            "forms",
            "deals",
            "Purchases made with a discount.",
            "Deal purchases",
            0,
            15,
        ),
        Column(
            "Dt_Customer",
            "date",
            "forms",
            "joined",
            "Dates of joining, day first.",
            "Joined",
            0,
            663,
        ),
        Column(
            "Education",
            "text",
            "describes",
            "category",
            "Describes people; does not form segments.",
            "Education",
            0,
            5,
        ),
        Column(
            "Marital_Status",
            "text",
            "sensitive",
            "category",
            "A personal trait: shown, never used.",
            "Marital status",
            0,
            8,
        ),
        Column(
            "Response",
            "boolean",
            "outcome",
            "outcome",
            "An outcome: it checks segments, never forms them.",
            "Response",
            0,
            2,
        ),
        Column(
            "Z_Revenue",
            "number",
            "dropped",
            "constant",
            "The same value in every row.",
            "Z revenue",
            0,
            1,
        ),
    )
    return Contract("customers", "ID", columns, dt.date(2014, 6, 29), "latest Dt_Customer")


def _model(contract: Contract, names: tuple[str, ...]) -> Model:
    features = tuple(
        Feature(
            n,
            label,
            unit,
            {"money": "sum", "share": "share"}.get(unit, "column"),
            (n,),
            f"{label}, from the columns of the table.",
            (),
            "",
            block,
        )
        for n, label, unit, block, *_ in FEATURES
    )
    p = len(features)
    recipe = Recipe(
        features,
        transform=tuple("log1p" if f[2] == "money" else "identity" for f in FEATURES),
        fill=tuple(f[4] for f in FEATURES),
        low=(0.0,) * p,
        high=tuple(f[4] * 9 for f in FEATURES),
        mean=tuple(f[4] for f in FEATURES),
        scale=tuple(f[5] for f in FEATURES),
        weight=(1.0,) * p,
    )
    zeros = tuple((0.0,) * p for _ in names)
    describing = tuple(
        Feature(
            n,
            label,
            unit,
            "is" if ": " in n else "column",
            (n.partition(":")[0],),
            f"{label}, as in the table.",
            (),
            n.partition(": ")[2],
            "",
            role,
        )
        for n, label, role, unit, *_ in DESCRIBES
    )
    return Model(
        1, contract, recipe, describing, zeros, zeros, names, (), "f00dfeed", {"wcss": 11150.0}
    )


def _picture(sizes: list[int], seed: int = 0) -> Picture:
    rng = np.random.default_rng(seed)
    middles = np.array([[2.6, -0.4, 0.2], [0.7, 1.3, -0.5], [-0.6, -0.2, 0.9], [-2.1, -0.5, -0.5]])
    points, ids = [], []
    for i, size in enumerate(sizes):
        n = max(round(900 * size / sum(sizes)), 4)
        shift = middles[i % 4] + 0.8 * (i // 4)
        points.append(shift + rng.normal(size=(n, 3)) * [0.75, 0.65, 0.6])
        ids += [i + 1] * n
    xyz = tuple(tuple(float(round(v, 3)) for v in row) for row in np.concatenate(points))
    return Picture(
        xyz,  # type: ignore[arg-type]
        tuple(ids),
        (0.341, 0.158, 0.124),
        ("spend and catalogue", "purchases on deals", "tenure"),
        N,
    )


# name, rule, what to do, spend, customers in the four segments
RFM = [
    (
        "Champions",
        "R 5 and FM 4 to 5, or R 4 and FM 5",
        "Reward them, and ask them to tell.",
        640_000.0,
        [290, 190, 20, 0],
    ),
    (
        "Loyal Customers",
        "R 4 and FM 4, or R 3 and FM 4 to 5",
        "Offer the better product.",
        390_000.0,
        [160, 240, 0, 0],
    ),
    ("Promising", "R 4 and FM 1", "Make the shop known to them.", 0.0, [0, 0, 9, 1]),
    (
        "At Risk",
        "R 2 and FM 3 to 5, or R 1 and FM 3",
        "Write personally, and offer help.",
        300_000.0,
        [62, 68, 484, 116],
    ),
    ("Lost", "R 1 and FM 1", "Leave them alone.", 27_000.0, [0, 0, 40, 560]),
]


def _rfm() -> Rfm:
    total = sum(row[3] for row in RFM)
    segments = tuple(
        RfmSegment(name, rule, do, sum(by), sum(by) / N, spend, spend / total, tuple(by))
        for name, rule, do, spend, by in RFM
    )
    return Rfm(
        5,
        (19.0, 39.0, 59.5, 79.0),
        (5.0, 9.0, 15.0, 20.0),
        (55.0, 194.6, 635.4, 1174.0),
        True,
        ("recency_days", "frequency", "monetary_total"),
        segments,
    )


# positives per segment of the four: differs; withheld where few; no difference
OUTCOMES = [
    ("Response", [139, 74, 60, 61]),
    ("Complain", [2, 12, 30, 3]),
    ("Newsletter", [60, 58, 66, 80]),
]


def _outcomes(
    named: list[tuple[str, list[int]]], segments: tuple[Segment, ...]
) -> tuple[Outcome, ...]:
    sizes = np.array([s.size for s in segments])
    names = [s.segment for s in segments]
    return with_p_values(
        [
            outcome_of(column, [sizes - np.array(yes), np.array(yes), 0 * sizes], names)
            for column, yes in named
        ]
    )


def _rulebook(segments: tuple[Segment, ...]) -> Rulebook:
    spend = "Spend in two years"
    bounds = [(1210.0, None), (420.0, 1210.0), (150.0, 420.0), (None, 150.0)]
    rules = []
    for i, segment in enumerate(segments):
        low, high = bounds[i % 4]
        told = [f"above {low or 0:,.0f}"] * (low is not None) + [f"at most {high or 0:,.0f}"] * (
            high is not None
        )
        own = (
            Condition(
                "monetary_total",
                spend,
                "money",
                low,
                high,
                f"spend in two years {' and '.join(told)}",
            ),
            Condition(
                "deals_share",
                "Share bought on a deal",
                "share",
                None,
                0.3 + i / 100,
                f"share bought on a deal at most {30 + i}%",
            ),
        )
        rules.append(
            Rule(
                own, segment.segment_id, segment.segment, 0.21 + i / 50, 0.91 - i / 40, "Not shown."
            )
        )
    return Rulebook(
        tuple(rules),
        0.859,
        0.884,
        "10-fold cross-validation",
        2058,
        tuple(f[0] for f in FEATURES),
        tuple(f[4] for f in FEATURES),
        (),
        "These rules imitate the segments and do not define them: for 85.9% of customers not seen "
        "before, the answer is the model's.",
    )


def _groups(
    counts: list[list[int]], categories: list[str], segments: tuple[Segment, ...]
) -> tuple[Overrepresentation, ...]:
    """Return groups as the record holds them, of counts (categories x segments)."""
    table = np.array(counts)
    hidden, sizes = hidden_cells(table), table.sum(axis=0)
    groups = []
    for i, category in enumerate(categories):
        overall = float(table[i].sum() / table.sum())
        for j, s in enumerate(segments):
            if hidden[i, j]:
                groups.append(
                    Overrepresentation(category, s.segment_id, s.segment, True, *(None,) * 6, "")
                )  # type: ignore[arg-type]
                continue
            n, share = int(table[i, j]), float(table[i, j] / sizes[j])
            low, high = (float(x) for x in wilson(n, int(sizes[j])))
            finding = "more" if low > overall else "fewer" if high < overall else ""
            groups.append(
                Overrepresentation(
                    category,
                    s.segment_id,
                    s.segment,
                    False,
                    n,
                    share,
                    low,
                    high,
                    overall,
                    share / overall,
                    finding,
                )
            )  # type: ignore[arg-type]
    return tuple(groups)


AGES = [[130, 60, 120, 263], [180, 230, 250, 280], [202, 208, 183, 134]]
MARRIED = [[190, 199, 216, 257], [314, 291, 331, 408], [8, 8, 4, 12], [0, 0, 2, 0]]


def _fairness(segments: tuple[Segment, ...]) -> Fairness:
    ages = _groups(AGES, ["up to 37", "above 37 to 55", "above 55"], segments)
    married = _groups(MARRIED, ["Married", "Single", "Widow", "YOLO"], segments)
    return Fairness(
        (
            SensitiveColumn(
                "Age",
                "Age",
                "eta squared",
                0.142,
                "weak",
                N,
                ages,
                0,
                (
                    Proxy("tenure_days", "Days as a customer", "rank correlation", 0.412, True),
                    Proxy("income", "Income", "rank correlation", 0.21, False),
                ),
                "Segments tell a little of Age (eta squared 0.14).",
            ),
            SensitiveColumn(
                "Marital_Status",
                "Marital status",
                "Cramér's V",
                0.031,
                "none",
                N,
                married,
                sum(g.suppressed for g in married),
                (Proxy("income", "Income", "correlation ratio", 0.09, False),),
                "Segments hardly tell Marital status apart (Cramér's V 0.03).",
            ),
        ),
        10,
        "Segments stand for no sensitive column to more than a weak degree.",
    )


def four() -> Run:
    """A realistic run: the shop's 2,240 customers in four segments."""
    segments = _segments()
    contract = _contract()
    entries = (
        LedgerEntry(
            "duplicate_rows",
            "Rows that equal another but for their id: kept, but they do not weigh in the fit.",
            182,
            "rows",
            "no weight",
        ),
        LedgerEntry(
            "missing_income",
            "Missing incomes were filled with the median of 51,382.",
            24,
            "cells",
            "filled",
        ),
        LedgerEntry(
            "impossible_age",
            "Births before 1901 are no plausible ages and were set to missing.",
            3,
            "cells",
            "dropped",
        ),
        LedgerEntry(
            "extreme_income", "Incomes above $160,000 were capped there.", 8, "cells", "capped"
        ),
        LedgerEntry(
            "no_spend",
            "Rows without any amount spent could not be segmented.",
            0,
            "rows",
            "rejected",
        ),
    )
    return Run(
        source="data/smartcart_customers.csv",
        reading=Reading(
            "data/smartcart_customers.csv",
            "csv",
            "utf-8",
            ",",
            None,
            N,
            {"Dt_Customer": "%d-%m-%Y"},
            "$",
            "f00dfeedf00dfeed",
        ),
        contract=contract,
        ledger=Ledger(N, N, 0, entries),
        evidence=_evidence(),
        model=_model(contract, tuple(s.segment for s in segments)),
        segments=segments,
        profile=_profile(segments),
        picture=_picture([s.size for s in segments]),
        notices=(
            Notice("copies", "182 rows equal another but for their id; they may be copies.", 182),
            Notice(
                "day_first", "Dates in Dt_Customer were read day first: 13 to 31 appear only there."
            ),
        ),
        metrics={
            "wcss": 11150.0,
            "silhouette": 0.214,
            "calinski_harabasz": 860.0,
            "davies_bouldin": None,
        },
        seconds={"read": 0.041, "choose K": 4.82, "fit": 0.31, "assign": 0.12, "report": 1.9},
        versions={"smartcart": "0.1.0", "numpy": "2.4.6", "scikit-learn": "1.9.1"},
        seed=0,
        rfm=_rfm(),
        value_label="spend",
        currency="$",
        outcomes=_outcomes(OUTCOMES, segments),
        rulebook=_rulebook(segments),
        fairness=_fairness(segments),
    )


def one() -> Run:
    """The same table, in which no structure was found: K = 1."""
    run = four()
    everyone = Segment(
        1,
        "All customers",
        N,
        1.0,
        N * 605.8,
        1.0,
        (),
        "",
        "All customers, as one audience.",
        "Treat everyone alike.",
        "spend per customer",
        1.0,
        None,
    )
    rows = tuple(
        replace(
            r, segment="All customers", mean=r.overall_mean, median=r.overall_mean * 0.9, effect=0.0
        )
        for r in run.profile.rows
        if r.segment_id == 1
    )
    evidence = replace(
        run.evidence,
        k=1,
        recommended=1,
        verdict="no structure",
        reason="No K from 2 to 10 gives slices that come back on resamples.",
        picks={"elbow": 3, "silhouette": 2, "gap": 1, "stability": 1},
    )
    assert run.rfm is not None
    alone = tuple(replace(s, by_segment=(s.size,)) for s in run.rfm.segments)
    return replace(
        run,
        evidence=evidence,
        segments=(everyone,),
        rfm=replace(run.rfm, segments=alone),
        profile=replace(run.profile, rows=rows),
        model=_model(run.contract, ("All customers",)),
        picture=replace(run.picture, segment_ids=(1,) * len(run.picture.xyz)),
        metrics={"wcss": 22400.0, "silhouette": None},
        outcomes=_outcomes([("Response", [334])], (everyone,)),
        rulebook=None,
        fairness=replace(
            run.fairness or _fairness(run.segments),
            columns=(
                SensitiveColumn("Age", "Age", "eta squared", 0.0, "none", N, (), 0, (), "Nothing."),
            ),
        ),
    )


NASTY = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
    "Żółć & ładne kwiaty — naïve façade",
    "忠実なお客様 (loyal)",
    "Very frequent buyers of wine, fish and sweets who come back by catalogue every single month",
    "{{ 7*7 }} {% raw %}",
    "$\\alpha$ 100% \"quoted\" 'names'",
    "_hidden_",
    "🛒 trolley people",
    "%{customdata[0]} <b>bold</b>",
]


def ten() -> Run:
    """Ten segments, asked for by the user, with long, foreign and hostile names."""
    run = four()
    sizes = [400, 380, 330, 300, 260, 220, 170, 120, 51, 9]
    rng = np.random.default_rng(7)
    columns = [(n, lab, "forms", u, m, s) for n, lab, u, _, m, s, _ in FEATURES]
    columns += [c[:6] for c in DESCRIBES]
    columns.append(("Notes: <b>x</b>", 'Notes: <b>"x"</b>', "describes", "share", 0.2, 0.4))
    effects = np.round(rng.normal(0, 0.9, size=(10, len(columns))), 3)
    rows, segments = [], []
    for i, (name, size) in enumerate(zip(NASTY, sizes, strict=True)):
        facts = []
        for j, (column, label, role, unit, mean, sd) in enumerate(columns):
            effect = float(effects[i, j])
            value = mean + effect * sd
            if unit == "share":
                value = min(max(value, 0.0), 1.0)
            rows.append(ProfileRow(i + 1, name, column, role, value, value, mean, effect))
            facts.append(
                Fact(column, label, value, mean, effect, f"{label} is {value:.3g} <i>", unit)
            )
        facts = [f for f in facts if f.column in {c[0] for c in FEATURES}]
        facts.sort(key=lambda fact: -abs(fact.effect))
        segments.append(
            Segment(
                i + 1,
                name,
                size,
                size / N,
                None,
                None,
                tuple(facts[:6]),
                "",
                f"Who: {name}",
                f"Do something with {name}",
                "<u>figure</u>",
                0.3,
                0.5 if i % 2 else None,
            )
        )
    labels = {c[0]: c[1] for c in columns}
    units = {c[0]: c[3] for c in columns}
    evidence = replace(
        run.evidence, k=10, recommended=4, chosen_by="user", reason="You asked for 10 <b>."
    )
    return replace(
        run,
        source="postgresql://ann:hunter2@db.example/shop::<table>",
        evidence=evidence,
        segments=tuple(segments),
        profile=Profile(tuple(rows), labels, units),
        picture=_picture(sizes),
        model=_model(run.contract, tuple(NASTY)),
        ledger=Ledger(N + 12, N, 12, run.ledger.entries),
        notices=(Notice("odd", "<script>alert(3)</script> & more", 3),),
        metrics={"wcss": float("nan"), "silhouette": float("inf")},
        rfm=None,
        value_label="",
        outcomes=_outcomes(
            [
                (f"{name} {i}", [s // (3 + i + j) for j, s in enumerate(sizes)])
                for i, name in enumerate(NASTY[:8])
            ],
            tuple(segments),
        ),
        rulebook=replace(
            _rulebook(tuple(segments)),
            sentence="No rule says <b>bold</b> people.",
            method="<i>magic</i>",
        ),
        artefacts=(
            Artefact(
                "dummy",
                "'<img src=x onerror=alert(4)>' alone tells all apart.",
                ("<img>",),
                (1, 2),
                0.93,
            ),
            Artefact("new code", "Something else is odd.", (), (), 0.5),
        ),
        fairness=Fairness(
            (
                SensitiveColumn(
                    "faith",
                    "<script>faith</script>",
                    "Cramér's V",
                    0.62,
                    "strong",
                    N,
                    _groups(
                        [[120] * 10, [8] * 10, [90 + 9 * i for i in range(10)]],
                        ["<b>A</b>", "</td>tiny", "{{ 7*7 }}"],
                        tuple(segments),
                    ),
                    10,
                    (),
                    "Segments largely stand for <script>faith</script>.",
                ),
            ),
            10,
            "Segments stand for <script>faith</script>.",
        ),
    )


def orders() -> Run:
    """A run on an order log: lines in the ledger, RFM with equal cuts, from a sample."""
    run = four()
    log = OrderLog(
        columns=(
            Column(
                "InvoiceNo",
                "text",
                "forms",
                "order",
                "says which lines are one order",
                "InvoiceNo",
                0,
                9000,
            ),
            Column(
                "UnitPrice",
                "number",
                "forms",
                "unit_price",
                "the price of one piece",
                "UnitPrice",
                7,
                300,
            ),
            Column(
                "Customer <ID>",
                "number",
                "id",
                "customer",
                "says whose order it is",
                "Customer <ID>",
                4000,
                2252,
            ),
            Column(
                "Country",
                "text",
                "describes",
                "trait",
                "who the customer is: describes",
                "Country",
                0,
                38,
            ),
            Column(
                "Memo", "text", "dropped", "", "no part of an order that is used", "Memo", 0, 12
            ),
        ),
        customer="Customer <ID>",
        order="InvoiceNo",
        unit_price="UnitPrice",
        traits=("Country",),
    )
    columns = (
        Column("customer_id", "text", "id", "id", "says whose orders they are", "Customer"),
        Column("frequency", "number", "forms", "frequency", "different orders", "Orders"),
        Column(
            "return_rate",
            "number",
            "describes",
            "return_rate",
            "money returned over money spent",
            "Share returned",
        ),
        Column(
            "trait_0",
            "text",
            "sensitive",
            "demographic",
            "Country as in the customer's lines",
            "Country",
        ),
    )
    contract = Contract("orders", "customer_id", columns, dt.date(2011, 12, 9), "latest date", log)
    entries = (
        LedgerEntry(
            "duplicate lines",
            "lines equal to an earlier one in every column: kept",
            268,
            "lines",
            "kept",
            0,
        ),
        LedgerEntry(
            "missing customer",
            "lines without a customer: they cannot be segmented",
            4000,
            "lines",
            "rejected",
            4000,
        ),
        LedgerEntry("cancelled", "lines of cancelled orders", 1288, "lines", "rejected", 905),
        LedgerEntry(
            "returned", "returned lines: negative quantity or amount", 1626, "lines", "rejected", 0
        ),
        LedgerEntry("dropped columns", "columns not used: Memo", 1, "columns", "dropped"),
    )
    returned = Feature(
        "return_rate",
        "Share returned",
        "share",
        "column",
        ("return_rate",),
        "money returned over money spent",
        role="describes",
    )
    abroad = Feature(
        "Country: France",
        "Country: France",
        "share",
        "is",
        ("trait_0",),
        "Country is France",
        value="France",
        role="sensitive",
    )
    rows = tuple(
        ProfileRow(s.segment_id, s.segment, f.name, f.role, mean, mean / 2, 0.004, 0.1)
        for f, mean in ((returned, 0.003), (abroad, 0.004))
        for s in run.segments
    )
    kept = tuple(r for r in run.profile.rows if r.role == "forms")
    model = _model(contract, tuple(s.segment for s in run.segments))
    assert run.rfm is not None
    return replace(
        run,
        source="data/orders.parquet",
        contract=contract,
        ledger=Ledger(25_905, N, 12, entries, lines_used=21_000, orders=8_800, revenue=1_357_000.5),
        model=replace(model, describing=(returned, abroad)),
        profile=replace(run.profile, rows=(*kept, *rows)),
        rfm=replace(run.rfm, frequency_cuts=(1.0, 1.0, 1.0, 2.0), exact=False),
        notices=(Notice("short history", "The orders span 90 days.", 90),),
        currency="£",
        outcomes=(),
        artefacts=(
            Artefact(
                "same twice",
                "'Orders' and 'Days with an order' say the same (correlation 0.99).",
                ("Orders",),
                (),
                0.99,
            ),
        ),
        fairness=Fairness((), 10, "No sensitive column was declared, so nothing was measured."),
    )
