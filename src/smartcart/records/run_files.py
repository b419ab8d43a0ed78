"""The names of the files of a run folder; each stands here alone."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["RunFile"]


class RunFile(StrEnum):
    """A file of a run folder. Which of them are there depends on the run.

    >>> str(RunFile.SEGMENTS)
    'segments.parquet'
    """

    # What the run found, read back by ``smartcart.store`` alone
    RUN = "run.json"
    MODEL = "model.json"
    EVIDENCE = "evidence.csv"
    PROFILE = "profile.csv"
    ALTERNATIVES = "alternatives.json"
    NAMES = "names.json"  # that people gave

    # Tables with a row per customer
    SEGMENTS = "segments.parquet"
    SEGMENTS_CSV = "segments.csv"
    REJECTED = "rejected.csv"
    RFM = "rfm.parquet"
    RFM_CSV = "rfm.csv"
    FUTURE = "future.parquet"
    LATE = "late.parquet"
    LOOKUP = "lookup.parquet"

    # To look at, and the rest
    REPORT = "report.html"
    PLOTS = "plots"  # a folder
    SHOP = "shop.csv"  # the table of the demo
    ERASED = "erased.json"  # how many customers were erased since
