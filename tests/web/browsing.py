"""A real browser for tests: Debian's Chromium or Playwright's own, and what it must not do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = ("GPU stall due to ReadPixels", "willReadFrequently", "GL_CLOSE_PATH_NV")  # of Plotly


def chromium() -> str:
    """Return where Chromium is, or skip the test by its name."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("Chromium is absent: apt-get install chromium")
    return found


@contextmanager
def launched() -> Iterator[Any]:
    """Give a browser; the test is skipped by its name where there is none."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


def shared_table(name: str) -> Path:
    """Return a real table, or skip the test by the table's name where it is absent."""
    path = Path(__file__).parents[2].parent / "shared" / "data" / name
    if not path.exists():
        pytest.skip(f"shared data file {name} is absent")
    return path


@dataclass
class Visit:
    """A page of the browser, and what it complained of or asked other hosts for."""

    page: Any
    base: str
    faults: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def go(self, path: str) -> Any:
        answer = self.page.goto(self.base + path)
        self.drawn()
        return answer

    def drawn(self) -> None:
        """Wait until the figures of the page are there."""
        self.page.wait_for_load_state("load")
        if self.page.locator("main[data-figures]").count():
            self.page.wait_for_selector("main[data-drawn]", timeout=60_000)

    def path(self) -> str:
        return urlsplit(self.page.url).path

    def check(self) -> None:
        """Fail where the console told of an error, another host was asked, or the page is wide."""
        assert not self.faults
        assert not self.foreign
        self.fits()

    def fits(self) -> None:
        """Fail where the page is wider than the screen."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wide) <= 0, f"{self.page.url} is wider than the screen"


def visit(
    browser: Any,
    base: str,
    downloads: Path | None = None,
    *,
    size: dict[str, int] | None = None,
    **options: Any,
) -> Visit:
    """Open a page that is watched."""
    shape = size or DESKTOP
    small = shape["width"] < 600
    context = browser.new_context(viewport=shape, is_mobile=small, has_touch=small, **options)
    context.set_default_timeout(60_000)
    page = context.new_page()
    found = Visit(page, base)
    host = urlsplit(base).netloc

    def console(message: Any) -> None:
        if message.type in {"error", "warning"} and not any(q in message.text for q in QUIET):
            found.faults.append(f"{message.type}: {message.text}")

    def request(one: Any) -> None:
        parts = urlsplit(one.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != host:
            found.foreign.append(one.url)

    page.on("console", console)
    page.on("pageerror", lambda error: found.faults.append(str(error)))
    page.on("request", request)
    return found


def tab_to(page: Any, selector: str, most: int = 150) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")
