"""Pictures of the web app for the README, from a synthetic shop: ``python tools/screenshots.py``.

A server is started on a workspace in a temporary folder; Chromium (``apt-get install chromium``)
opens its pages by Playwright. Nothing but made-up customers is shown.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

IMAGES = Path(__file__).parents[1] / "docs" / "images"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
DESKTOP, PHONE = (1280, 860), (390, 844)
# file, page of the run, width and height, colours
SHOTS = (
    ("web_segments.png", "", (1280, 1120), "light"),
    ("web_plan.png", "/plan?cost=1.5&revenue=12", (1280, 1240), "light"),
    ("web_segment.png", "/segments/1", DESKTOP, "dark"),
    ("web_phone.png", "", PHONE, "dark"),
)


@contextmanager
def server(workspace: Path) -> Iterator[str]:
    """Serve a workspace; give its address."""
    command = [sys.executable, "-m", "smartcart", "serve", str(workspace), "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        text = ""
        for line in process.stdout:
            text += line
            if line.startswith("}"):
                break
        try:
            yield json.loads(text)["url"]
        finally:
            process.terminate()


def made(page: Any, base: str) -> str:
    """Make a shop, find its segments as an analyst does, and return the address of the run."""
    page.goto(base)
    page.get_by_role("button", name="Try it with a made-up shop").click()
    page.wait_for_url("**/new/*", timeout=60_000)
    page.locator("summary", has_text="Settings").click()
    page.fill("#title", "Our shop, November")
    page.get_by_role("button", name="Find the segments").first.click()
    page.wait_for_url("**/runs/*", timeout=300_000)
    return str(page.url)


def shoot(browser: Any, run: str, folder: Path) -> None:
    """Write the pictures."""
    for name, path, (width, height), scheme in SHOTS:
        small = width < 600
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            is_mobile=small,
            has_touch=small,
            device_scale_factor=2 if small else 1,
        )
        page = context.new_page()
        page.goto(run + path)
        page.wait_for_selector("main[data-drawn]", timeout=60_000)
        page.wait_for_timeout(1500)  # WebGL draws a moment later
        page.screenshot(path=folder / name)
        context.close()
        print(folder / name)


def main() -> None:
    """Make all pictures."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=IMAGES)
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory(prefix="smartcart-") as place, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        with server(Path(place) / "workspace") as base:
            page = browser.new_page()
            run = made(page, base)
            page.close()
            shoot(browser, run, folder)
        browser.close()


if __name__ == "__main__":
    main()
