"""A section of a page has one template: report and web app include it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import smartcart

ALIKE = 4  # lines in a row that say something; more than two neighbours share by chance
CLOSES = re.compile(r"(\{%-? (end\w+|else) -?%\}|</\w+>|\s)*")
FOLDERS = [Path(smartcart.__file__).parent / part / "templates" for part in ("report", "web")]


def passages_twice(templates: Mapping[str, str]) -> dict[tuple[str, ...], set[str]]:
    """Return passages of ``ALIKE`` lines that stand in several templates, with their names.

    Lines that only close what was opened say nothing; what stands before the body is the frame of a
    page.
    """
    where: dict[tuple[str, ...], set[str]] = {}
    for name, text in templates.items():
        body = text.rpartition("<body>")[2]
        lines = [line.strip() for line in body.splitlines() if not CLOSES.fullmatch(line)]
        for i in range(len(lines) - ALIKE + 1):
            where.setdefault(tuple(lines[i : i + ALIKE]), set()).add(name)
    return {lines: names for lines, names in where.items() if len(names) > 1}


def test_no_passage_stands_in_two_templates() -> None:
    found = {str(p): p.read_text("utf-8") for folder in FOLDERS for p in folder.glob("*.j2")}
    assert len(found) > 60
    assert passages_twice(found) == {}


def test_a_copied_passage_is_found_wherever_it_is_indented() -> None:
    part = ["<ul>", "{% for x in y %}", "<li>{{ x }}</li>", "{% endfor %}", "</ul>"]
    one = "\n".join([*part, "<p>Said here</p>"])
    two = "\n".join(f"  {line}" for line in ["<h2>Other</h2>", *part, "<p>Said here</p>"])
    assert list(passages_twice({"one": one, "two": two}).values()) == [{"one", "two"}]
    short = "\n".join(part)
    assert passages_twice({"one": one, "two": short}) == {}  # three lines that say something
    assert passages_twice({"one": one}) == {}
