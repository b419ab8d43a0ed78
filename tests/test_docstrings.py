"""The examples of docstrings come out as they are shown."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import smartcart

ROOT = Path(smartcart.__file__).parent
WITH_EXAMPLES = sorted(
    ".".join(("smartcart", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
    for path in ROOT.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_come_out_as_shown(name: str) -> None:
    told = doctest.testmod(importlib.import_module(name))
    assert told.attempted
    assert not told.failed


def test_examples_are_found() -> None:
    assert len(WITH_EXAMPLES) > 100
