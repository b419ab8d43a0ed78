"""The analyst's tutorial: its pages are there, and say what it says that they say."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from web.serving import RUN

PAGE = Path(__file__).parents[2] / "docs" / "tutorials" / "analyst.md"
STEPS = [
    (address, re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL))
    for address, text in re.findall(
        r"<!-- page: (\S+) -->\n(.*?)(?=\n## |\Z)", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
]


def test_the_tutorial_has_steps_and_pictures() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(STEPS) >= 6
    assert all(words for _, words in STEPS)
    for picture in re.findall(r"!\[[^]]+\]\(([^)]+)\)", text):
        assert (PAGE.parent / picture).is_file(), picture


@pytest.mark.parametrize(("address", "words"), STEPS, ids=[address for address, _ in STEPS])
def test_each_page_says_so(client: TestClient, address: str, words: list[str]) -> None:
    answer = client.get(address.format(run=RUN), follow_redirects=True)
    assert answer.status_code == 200
    shown = " ".join(re.sub(r"<[^>]+>", " ", html.unescape(answer.text)).split())
    for one in words:
        assert " ".join(one.split()) in shown, one
