"""The generated pages are current, and the README's commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_generated_pages_are_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "make_docs.py", "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
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
