"""The four segments planted in a synthetic customer table, as figures.

The figures are chosen so that the mixture as a whole has about the marginals and correlations of
the public SmartCart table (2,240 customers): mean income near 52,000, mean spend near 600 with half
of the customers below 400, 15% responses. No row of that table is used.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SEGMENTS", "PlantedSegment"]


@dataclass(frozen=True, slots=True)
class PlantedSegment:
    """One planted segment; incomes and spends are log-normal, counts vary around a mean."""

    name: str
    share: float  # of customers, 0 to 1
    response_rate: float  # true P(Response = 1)
    income: tuple[float, float]  # mean, standard deviation of its logarithm
    spend: tuple[float, float]  # median of the total, standard deviation of its logarithm
    basket: tuple[float, ...]  # shares of wines, fruits, meat, fish, sweets, gold; sum 1
    deals: float  # mean number of purchases with a discount
    web: float
    catalog: float
    store: float
    visits: float  # to the web shop in the last month
    kids: tuple[float, float, float]  # P(0, 1, 2 small children at home)
    teens: tuple[float, float, float]
    birth_year: float  # mean
    education: tuple[float, ...]  # 2n Cycle, Basic, Graduation, Master, PhD; sum 1


SEGMENTS = (
    PlantedSegment(
        name="Premium",
        share=0.18,
        response_rate=0.30,
        income=(82_000, 0.09),
        spend=(1_690, 0.17),
        basket=(0.42, 0.05, 0.36, 0.07, 0.05, 0.05),
        deals=1.0,
        web=5.0,
        catalog=7.0,
        store=8.4,
        visits=2.3,
        kids=(0.94, 0.06, 0.0),
        teens=(0.83, 0.17, 0.0),
        birth_year=1968,
        education=(0.08, 0.0, 0.54, 0.15, 0.23),
    ),
    PlantedSegment(
        name="Moderate engagement",
        share=0.30,
        response_rate=0.12,
        income=(62_500, 0.11),
        spend=(725, 0.22),
        basket=(0.60, 0.05, 0.16, 0.06, 0.05, 0.08),
        deals=2.4,
        web=6.4,
        catalog=3.6,
        store=8.6,
        visits=4.8,
        kids=(0.82, 0.17, 0.01),
        teens=(0.36, 0.61, 0.03),
        birth_year=1965,
        education=(0.09, 0.0, 0.51, 0.17, 0.23),
    ),
    PlantedSegment(
        name="Discount-sensitive",
        share=0.22,
        response_rate=0.15,
        income=(47_000, 0.14),
        spend=(262, 0.34),
        basket=(0.59, 0.03, 0.20, 0.03, 0.03, 0.12),
        deals=6.0,
        web=5.2,
        catalog=1.6,
        store=4.5,
        visits=8.0,
        kids=(0.46, 0.50, 0.04),
        teens=(0.24, 0.71, 0.05),
        birth_year=1967,
        education=(0.08, 0.01, 0.49, 0.18, 0.24),
    ),
    PlantedSegment(
        name="Low engagement / potential churn",
        share=0.30,
        response_rate=0.08,
        income=(30_500, 0.27),
        spend=(56, 0.55),
        basket=(0.34, 0.07, 0.28, 0.09, 0.07, 0.15),
        deals=1.3,
        web=1.6,
        catalog=0.35,
        store=2.8,
        visits=6.0,
        kids=(0.33, 0.64, 0.03),
        teens=(0.67, 0.31, 0.02),
        birth_year=1973,
        education=(0.11, 0.06, 0.49, 0.15, 0.19),
    ),
)
