"""The page over time shows the parts that the pages of the command line are made of."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from smartcart.records import (
    Drift,
    DriftReason,
    Flow,
    Identity,
    Link,
    Match,
    Migration,
    Notice,
    SegmentDrift,
    Turnover,
)
from smartcart.report import drift_page, migration_page
from smartcart.web.tasks import Compared, Watch
from web.serving import LATER, RUN, add_later

PAGE = {"Accept": "text/html"}
MOVED = Migration(
    150,
    30,
    20,
    10,
    (
        Flow(1, 1, 70, 0.7, 7000.0, 70, 0, 1.0, 2.0, False),
        Flow(1, 2, 30, 0.3, 3000.0, 20, 10, 1.0, 2.5, True),
        Flow(2, 2, 50, 1.0, 500.0, 50, 0, 1.0, 2.0, False),
    ),
    (Turnover(2, 5, 0.1, 70.0),),
    (Turnover(1, 7, 0.07, None),),
    10,
)
LINK = Link(1, 1, 70, 0.7, 1.0, 0.7, 0.4, 0.2)
IDENTITY = Identity((Match("kept", (1,), (1,), (LINK,)), Match("new", (), (2,), ())), (1, 2), ())


def said(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def tables(page: str) -> list[list[str]]:
    """Return the cells of every table, in reading order."""
    found = re.findall(r"<table[^>]*>(.*?)</table>", page, re.S)
    return [[said(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", t)] for t in found]


def test_who_moved_is_told_as_on_the_page_of_the_command_line(
    client: Any, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_later(workspace)
    names = {1: "Alpha", 2: "Beta"}
    notice = Notice("older", "One table is older.")
    services = client.app.state.services
    ids = tuple(s.segment_id for s in services.workspace.entry(LATER).segments)
    identity = replace(IDENTITY, ids=ids)  # each bears its own number
    found = Compared(MOVED, names, names, True, True, identity, (notice,))
    monkeypatch.setattr(services.jobs, "migration", lambda before, after: found)
    for i, name in names.items():
        for run in (RUN, LATER):
            services.annotations.rename(run, i, name, "someone")
    text = client.get(f"/over-time?from={RUN}&to={LATER}", headers=PAGE).text
    told = migration_page.migration_page(
        MOVED,
        names,
        names,
        old_run=RUN,
        new_run=LATER,
        split=True,
        currency=services.workspace.run(LATER).currency,
        identity=identity,
        notices=(notice,),
    )
    here = tables(text)
    assert len(tables(told)) == 4
    assert all(table in here for table in tables(told))
    for sentence in ("150 customers are in both runs", "measured by 10 refits", notice.message):
        assert sentence in said(text)
        assert sentence in said(told)


def test_a_check_is_told_as_on_the_page_of_the_command_line(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reasons = (
        DriftReason("segment shares", "Beta", 2.0, True, "Beta grew from 30.0% to 60.0%"),
        DriftReason("column", "age", 1.5, False, "Age rose"),
    )
    segments = (
        SegmentDrift(1, 0.4, 0.7, 0.01, 0.0, "", 0.9, 0.9),
        SegmentDrift(2, 0.6, 0.3, 0.05, 2.0, "", None, 0.9),
    )
    drift = Drift("refit", reasons, (), segments, 0.5, 0.1, (), 400, 1000)
    services = client.app.state.services
    watch = Watch("0" * 32, "2026-11-01T00:00:00+00:00", SimpleNamespace(drift=drift))  # type: ignore[arg-type]
    monkeypatch.setattr(services.jobs, "monitorings", lambda run: [watch])
    for i, name in ((1, "Alpha"), (2, "Beta")):
        services.annotations.rename(RUN, i, name, "someone")
    text = client.get(f"/over-time?to={RUN}", headers=PAGE).text
    told = drift_page.drift_page(drift, {1: "Alpha", 2: "Beta"}, "new.csv")
    assert tables(told)[0] in tables(text)
    for sentence in (
        "Refit: the data have changed",
        "400 customers compared with the 1,000",
        "Reasons for a refit, strongest first Beta grew from 30.0% to 60.0%.",
        "but no reason for a refit Age rose.",
        "PSI 0.5",
    ):
        assert sentence in said(text), sentence
    assert len(re.findall(r'<tr class="bad">', text)) == 1  # the segment that changed
