"""Templates of the report are compiled once and kept, where that is possible."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from smartcart.report import parts


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of templates that stands for the package's own."""
    monkeypatch.setattr(parts, "TEMPLATES", tmp_path)
    (tmp_path / "one.j2").write_text("{{ 1 + 1 }}")
    return tmp_path


def kept(folder: Path) -> list[Path]:
    return list((folder / "__pycache__").glob("*")) if (folder / "__pycache__").exists() else []


def test_a_template_is_compiled_once_and_again_when_it_changes(
    templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert parts.environment().get_template("one.j2").render() == "2"
    assert len(kept(templates)) == 1
    compiled = parts.environment()
    monkeypatch.setattr(compiled, "_parse", None)  # nothing is left to parse
    assert compiled.get_template("one.j2").render() == "2"
    (templates / "one.j2").write_text("{{ 1 + 2 }}")
    assert parts.environment().get_template("one.j2").render() == "3"


def test_nothing_is_written_where_python_writes_nothing(
    templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert parts.environment().get_template("one.j2").render() == "2"
    assert kept(templates) == []


def test_a_folder_that_cannot_be_written_is_no_fault(
    templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (templates / "__pycache__").write_text("a file in the way")
    assert parts.environment().get_template("one.j2").render() == "2"
