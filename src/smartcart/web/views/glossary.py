"""The words of the field that pages use, each with what it means, to be shown where it stands."""

from __future__ import annotations

__all__ = ["TERMS"]

TERMS = {
    "SD": (
        "Standard deviation: how far customers usually are from the average. About two thirds"
        " are within 1 SD of it; +1.5 SD is far above, −1.5 SD far below."
    ),
    "Confidence": (
        "How clearly a customer belongs to the segment rather than to the next best one: 0 on"
        " the border between the two, 1 in the very middle. Most are between 0.1 and 0.5."
    ),
    "Stability": "How much of a segment comes back when the customers are drawn again (Jaccard).",
    "Jaccard": (
        "What two groups share, as a part of all who are in either: 1 is the same customers, "
        "0 is nobody in common. From 0.75 up a segment is stable, below 0.6 it is not to be "
        "relied on."
    ),
    "PSI": (
        "Population stability index: how much a spread has changed between two tables. Below "
        "0.1 hardly, from 0.1 noticeably, from 0.25 much."
    ),
    "ARI": (
        "Adjusted Rand index: how alike two ways to group the same customers are. 1 is the "
        "same, 0 is what chance gives."
    ),
    "WCSS": (
        "Within-cluster sum of squares: how far customers are from the middle of their "
        "segment, squared and added up. It always falls with more segments; look for the "
        "bend."
    ),
    "Silhouette": (
        "How much nearer customers are to their own segment than to the next, −1 to 1. Above "
        "0.5 segments stand apart; around 0.2 they touch."
    ),
    "Gap": (
        "How much tighter the segments are than those of data without structure, on a "
        "logarithm. ± SE is its standard error."
    ),
    "Calinski-Harabasz": "Spread between segments over the spread within. Higher is better.",
    "Davies-Bouldin": "How much the most alike segments overlap, on average. Lower is better.",
    "Prediction strength": (
        "How often two customers whom one half of the data puts together are together by the "
        "other half, in the worst segment. From 0.8 up segments are real."
    ),
}
