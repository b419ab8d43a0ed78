"""The generated pages are current, and the README's commands exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_generated_pages_are_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "make_docs.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_readme_names_real_commands_and_files() -> None:
    from smartcart.cli.main import app

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    known = {c.name or c.callback.__name__ for c in app.registered_commands}
    known |= {g.name for g in app.registered_groups}
    used = set(re.findall(r"^(?:\$ )?smartcart (\w+)", text, re.MULTILINE))
    assert used
    assert used <= known
    for target in re.findall(r"\]\(([^)#:]+)\)|src=\"([^\":]+)\"", text):
        path = next(filter(None, target))
        assert (ROOT / path).exists(), path


def test_every_dependency_is_pinned() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"]]
    for extra in ("dev", "bench"):
        wanted += project["optional-dependencies"][extra]
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines if "==" in line}
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[^\s]+|#.*|", line) for line in lines)
    for requirement in wanted:
        name = re.split(r"[\[<>=!; ]", requirement)[0].lower().replace("_", "-")
        assert name in pinned, name


def test_the_site_is_built_without_a_network_and_its_links_lead_somewhere(tmp_path: Path) -> None:
    """``--strict`` refuses a link or an anchor that is not there, and a page that is not listed."""
    pytest.importorskip("mkdocs")
    pytest.importorskip("material")
    pytest.importorskip("mkdocstrings")
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", tmp_path / "site"],
        cwd=ROOT,
        env={**os.environ, **nowhere, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        loaded = re.findall(
            r"<(?:script|link|img)[^>]+(?:src|href)=\"?(https?://[^ \">]+)",
            page.read_text(encoding="utf-8"),
        )
        assert not [address for address in loaded if "//127.0.0.1" not in address], page
    python = (tmp_path / "site" / "reference" / "python.html").read_text(encoding="utf-8")
    for name in ("explain_all", "migrate", "CustomerSegmenter", "choose_k"):
        assert name in python


def test_every_meaning_and_role_is_on_the_page_of_settings() -> None:
    from smartcart.tables import order_words, vocabulary

    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name in (*vocabulary.MEANINGS, *order_words.MEANINGS, "forms", "sensitive"):
        assert f"| `{name}` |" in page, name


def test_the_files_that_the_pages_name_are_there() -> None:
    package = ROOT / "src" / "smartcart"
    for page in ("architecture.md", "glossary.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        for name in re.findall(r"`((?:[a-z_]+/)+(?:[a-z_0-9]+\.py)?)`", text):
            assert (package / name).exists() or (ROOT / name).exists(), f"{page}: {name}"


def test_the_readme_is_short_and_sends_on() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 200
    assert "docs/index.md" in "\n".join(lines)
