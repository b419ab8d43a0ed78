"""How quickly the web app answers when 50 people use it at once, on a run of so many customers.

    python benchmarks/web.py [--rows 2240] [--users 50] [--seconds 20]

A server in a process of its own on loopback; the users are asyncio tasks of this process, each with
a connection of its own, which ask for a page or move the K slider, read for about a second, and go
on. Then the same without a pause between requests. Every answer that is no 200 is an error. Where
Chromium and Playwright are there, the slider is moved in a browser, too, until the page shows the
other number of segments; and the page of segments is opened for the first time over a line of
1.5 Mbit/s with 40 ms to the server, as the browser's own tools emulate it, until all is drawn.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import httpx

RUN = "measured"
PAGES = (
    "/",
    "/runs/{run}",
    "/runs/{run}/segments/1",
    "/runs/{run}/customers?id={id}",
    "/runs/{run}/plan?cost=3&revenue=30",
    "/api/v1/runs/{run}/customers?limit=100",
    "/api/v1/runs/{run}/customers/{id}/explanation",
    "/api/v1/runs/{run}/profile",
)
SLIDER = "/api/v1/runs/{run}/alternatives/{k}"
THINK = (0.5, 1.5)  # seconds between two requests of a user
LINE = {
    "offline": False,
    "latency": 40,
    "downloadThroughput": 1.5e6 / 8,
    "uploadThroughput": 1.5e6 / 8,
}


def make(folder: Path, rows: int) -> None:
    """Make a workspace with one run of so many customers."""
    shop = folder / "uploads" / ("0" * 32) / ("shop.parquet" if rows > 100_000 else "shop.csv")
    shop.parent.mkdir(parents=True)
    command = [sys.executable, "-m", "smartcart"]
    subprocess.run(
        [*command, "synth", "customers", "--rows", str(rows), "-o", str(shop), "-q"], check=True
    )
    start = time.perf_counter()
    run = folder / "runs" / RUN
    subprocess.run([*command, "run", str(shop), "-o", str(run), "-q"], check=True)
    made = time.perf_counter()
    from smartcart.workflows.customer_lookup import write_lookup

    write_lookup(run, str(shop))
    size = (run / "lookup.parquet").stat().st_size
    print(
        f"run of {rows:,} customers: {made - start:.1f} s; index of customers: "
        f"{time.perf_counter() - made:.1f} s, {size / 1e6:,.0f} MB"
    )


async def user(
    client: httpx.AsyncClient,
    rng: random.Random,
    ids: list[str],
    until: float,
    think: tuple[float, float] | None,
    seen: dict[str, list[float]],
    errors: list[str],
) -> None:
    """Ask for pages and slide until the time is up."""
    while time.perf_counter() < until:
        kind = SLIDER if rng.random() < 0.4 else rng.choice(PAGES)
        path = kind.format(run=RUN, k=rng.randint(1, 10), id=rng.choice(ids))
        if think is not None:
            await asyncio.sleep(rng.uniform(*think))
        start = time.perf_counter()
        try:
            answer = await client.get(path)
            if answer.status_code != 200:
                errors.append(f"{path}: {answer.status_code} {answer.text[:200]}")
        except httpx.HTTPError as error:
            errors.append(f"{path}: {type(error).__name__}")
        seen["slider" if kind == SLIDER else kind].append(time.perf_counter() - start)


async def load(
    url: str, users: int, seconds: float, think: tuple[float, float] | None
) -> tuple[dict[str, list[float]], list[str], float]:
    """Return the times by page, the errors, and the requests per second."""
    seen: dict[str, list[float]] = defaultdict(list)
    errors: list[str] = []
    limits = httpx.Limits(max_connections=users, max_keepalive_connections=users)
    headers = {"Accept": "text/html,application/json"}
    async with httpx.AsyncClient(
        base_url=url, limits=limits, timeout=60, headers=headers
    ) as client:
        listed = (await client.get(f"/api/v1/runs/{RUN}/customers?limit=1000")).json()["items"]
        ids = [one["customer_id"] for one in listed]
        for path in (*PAGES, SLIDER):  # each once, as after the first visitor
            await client.get(path.format(run=RUN, k=3, id=ids[0]))
        start = time.perf_counter()
        await asyncio.gather(
            *(
                user(client, random.Random(i), ids, start + seconds, think, seen, errors)
                for i in range(users)
            )
        )
        took = time.perf_counter() - start
    return seen, errors, sum(map(len, seen.values())) / took


def browser_path() -> str | None:
    """Return where Chromium is; None without it, or without Playwright."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    return path if importlib.util.find_spec("playwright") is not None else None


def first_views(url: str, times: int = 5) -> tuple[list[float], int] | None:
    """Return seconds until the page of segments is drawn, nothing kept of it, and its bytes."""
    path = browser_path()
    if path is None:
        return None
    from playwright.sync_api import sync_playwright

    taken, sizes = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(times):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            wire = page.context.new_cdp_session(page)
            wire.send("Network.enable")
            wire.send("Network.emulateNetworkConditions", LINE)
            bytes_of: list[float] = []
            wire.on(
                "Network.loadingFinished", lambda e, to=bytes_of: to.append(e["encodedDataLength"])
            )
            start = time.perf_counter()
            page.goto(f"{url}/runs/{RUN}", wait_until="commit")
            page.wait_for_selector("main[data-drawn]", timeout=120_000)
            taken.append(time.perf_counter() - start)
            page.wait_for_timeout(200)
            sizes.append(sum(bytes_of))
            page.close()
        browser.close()
    return taken, int(max(sizes))


def slide(url: str, moves: int = 60) -> list[float] | None:
    """Return the seconds from a key on the slider to its segments on the screen; None without one.

    Sizes, cards and names, and the points of the 3-D view, which software draws here.
    """
    path = browser_path()
    if path is None:
        return None
    from playwright.sync_api import sync_playwright

    times = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{url}/runs/{RUN}")
        page.wait_for_selector("main[data-drawn]", timeout=60_000)
        page.focus("#k")
        at = int(page.input_value("#k"))
        for move in range(moves):
            step = 1 if at < 3 or (at < 8 and move % 4 < 2) else -1
            at += step
            shown = page.evaluate(
                """([key, k]) => new Promise(done => {
                    const slider = document.querySelector("#k"), start = performance.now();
                    const look = () => document.querySelector(`.chart.solid[data-shown="${k}"]`)
                        ? done(performance.now() - start) : requestAnimationFrame(look);
                    slider.value = k;
                    slider.dispatchEvent(new Event("input", {bubbles: true}));
                    look();
                })""",
                [step, at],
            )
            times.append(shown / 1e3)
            page.wait_for_timeout(400)
        browser.close()
    return times


def told(name: str, times: list[float]) -> str:
    """Return a line of a table."""
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
    return (
        f"| {name} | {len(times):,} | {cuts[49] * 1e3:,.0f} | {cuts[94] * 1e3:,.0f} | "
        f"{max(times) * 1e3:,.0f} |"
    )


def measure(folder: Path, users: int, seconds: float) -> dict[str, float]:
    """Serve the workspace, load it, print tables; return the figures that matter."""
    server = subprocess.Popen(
        [sys.executable, "-m", "smartcart", "serve", str(folder), "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, float] = {}
    try:
        assert server.stdout is not None
        lines = []
        for line in server.stdout:
            lines.append(line)
            if line.startswith("}"):
                break
        url = json.loads("".join(lines))["url"]
        for name, think in (("with pauses of about a second", THINK), ("without a pause", None)):
            seen, errors, rate = asyncio.run(load(url, users, seconds, think))
            pages = [t for kind, times in seen.items() if kind != "slider" for t in times]
            print(f"\n{users} users {name}: {rate:,.0f} requests/s, {len(errors)} errors")
            print("| what | requests | median ms | p95 ms | max ms |\n|---|---|---|---|---|")
            print(told("all pages", pages))
            print(told("slider", seen["slider"]))
            for kind in PAGES:
                print(told(kind, seen[kind] or [0.0]))
            for error in errors[:5]:
                print("error:", error)
            if think is not None:
                found["pages p95 ms"] = 1e3 * statistics.quantiles(pages, n=100)[94]
                found["slider p95 ms"] = 1e3 * statistics.quantiles(seen["slider"], n=100)[94]
            found["errors"] = found.get("errors", 0) + len(errors)
        viewed = first_views(url)
        if viewed is not None:
            print(f"\nfirst view at 1.5 Mbit/s: {viewed[1] / 1e3:,.0f} kB over the wire")
            print("| what | views | median ms | p95 ms | max ms |\n|---|---|---|---|---|")
            print(told("segments, until all is drawn", viewed[0]))
            found["first view ms"] = 1e3 * statistics.median(viewed[0])
        drawn = slide(url)
        if drawn is not None:
            print("\none user, in Chromium\n| what | moves | median ms | p95 ms | max ms |")
            print("|---|---|---|---|---|")
            print(told("slider, until its segments are drawn", drawn))
            found["drawn p95 ms"] = 1e3 * statistics.quantiles(drawn, n=100)[94]
    finally:
        server.terminate()
        server.wait(30)
        if server.stdout is not None:
            server.stdout.close()
    return found


def main() -> int:
    """Measure; return 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_240)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--keep", type=Path, help="workspace to make, or to use again")
    asked = parser.parse_args()
    limits = {
        "pages p95 ms": 200.0 if asked.rows <= 100_000 else 500.0,
        "slider p95 ms": 300.0,
        "drawn p95 ms": 300.0,
        "first view ms": 4000.0,
        "errors": 0.0,
    }
    with tempfile.TemporaryDirectory(prefix="smartcart-") as scratch:
        folder = asked.keep or Path(scratch) / "workspace"
        if not (folder / "runs" / RUN).is_dir():
            make(folder, asked.rows)
        found = measure(folder, asked.users, asked.seconds)
    missed = [name for name in found if found[name] > limits[name]]
    print("\n" + ", ".join(f"{n} {found[n]:,.0f} (limit {limits[n]:,.0f})" for n in found))
    if missed:
        print(f"MISSED: {', '.join(missed)}")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
