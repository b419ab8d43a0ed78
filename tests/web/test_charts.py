"""Charts that pages draw themselves: every kind of figure, what marks tell, and turning."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

import report_example
from smartcart.report import interactive
from web.browsing import DESKTOP, PHONE, Visit
from web.serving import RUN

KINDS = {
    "bar": {"orientation", "width", "marker", "text", "textposition", "textfont"},
    "scatter": {"mode", "line", "marker", "error_x", "error_y", "text", "textposition", "textfont"},
    "scatter3d": {"mode", "marker", "text", "z"},
}
SHARED = {"type", "name", "x", "y", "customdata", "hovertemplate", "hoverinfo", "cliponaxis"}


def test_no_figure_has_what_pages_do_not_draw(client: Any) -> None:
    found = dict(interactive.figures(report_example.four()))
    for path in (f"/runs/{RUN}/figures.json", f"/runs/{RUN}/segments/1/figures.json"):
        found |= {f"{path} {k}": v for k, v in client.get(path).json()["figures"].items()}
    assert len(found) > 20
    for name, figure in found.items():
        for trace in figure["data"]:
            assert set(trace) <= KINDS[trace["type"]] | SHARED, name
            if trace["type"] == "scatter":
                assert trace.get("textposition", "middle right") == "middle right"
                assert trace.get("line", {}).get("shape", "hvh") == "hvh"
            if trace["type"] == "scatter3d":
                shape = trace["marker"]["symbol"].removesuffix("-open")
                assert shape in {"circle", "square", "diamond", "cross"}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_bars_are_as_long_as_their_figures(open_page: Any, size: dict[str, int]) -> None:
    seen: Visit = open_page(size)
    page = seen.page
    seen.go(f"/runs/{RUN}/segments/1")
    chart = page.locator('.chart[data-figure="against"]')
    drawn = chart.evaluate(
        "el => [...el.querySelectorAll('g:nth-of-type(2) > rect')].map("
        "r => +r.getAttribute('width'))"
    )
    figures = chart.evaluate("el => el.data[0].x")
    assert len(drawn) == len(figures) > 3
    for width, figure in zip(drawn, figures, strict=True):
        assert width / drawn[0] == pytest.approx(abs(figure) / abs(figures[0]), rel=1e-6)
    labels = chart.locator("text").all_text_contents()
    table = page.locator("figure:has(.chart[data-figure=against]) tbody tr").first
    assert table.locator("td").first.text_content() in labels


def test_a_mark_tells_its_figures_as_text(open_page: Any) -> None:
    seen: Visit = open_page()
    page = seen.page
    seen.go(f"/runs/{RUN}/segments/1")
    chart = page.locator('.chart[data-figure="against"]')
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    assert not page.locator(".hovertext").count()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 26)
    told = page.locator(".hovertext").inner_text()
    first = page.locator("figure:has(.chart[data-figure=against]) tbody tr").first
    assert first.locator("th").text_content() in told
    assert first.locator("td").first.text_content() in told
    assert " SD, " in told
    page.mouse.move(box["x"], box["y"] - 40)
    page.wait_for_selector(".hovertext", state="detached")


def test_names_in_charts_are_text_whatever_they_hold(open_page: Any) -> None:
    """A figure's few tags and entities are read; nothing of a name becomes an element."""
    seen: Visit = open_page()
    seen.go(f"/runs/{RUN}")
    evil = "<img src=x onerror=alert(1)> &amp; %{x}"
    text = html.escape(evil, quote=False)
    found = seen.page.evaluate(
        """text => {
            const el = document.querySelector('.chart[data-figure="sizes"]');
            const figure = { data: structuredClone(el.data), layout: null };
            figure.data[0].text = figure.data[0].text.map(() => text);
            const axis = (more) => ({ title: { text: "", font: { size: 12, color: "#000" } },
                tickfont: { size: 12, color: "#000" }, gridcolor: "#ccc", ...more });
            sketch.react(el, figure.data, { height: 300, font: { family: "sans-serif" },
                margin: { l: 0, r: 0, t: 0, b: 0 }, xaxis: axis({ range: [0, 1] }),
                yaxis: axis({ tickvals: [0], ticktext: [text] }) });
            return { texts: [...el.querySelectorAll("text")].map((t) => t.textContent),
                images: el.querySelectorAll("img").length };
        }""",
        text,
    )
    assert found["images"] == 0
    assert found["texts"].count(evil) == 1 + report_segments(seen)


def report_segments(seen: Visit) -> int:
    return int(seen.page.locator("#k").get_attribute("data-used"))


def test_the_solid_picture_turns_by_keys_and_by_pulling(open_page: Any) -> None:
    seen: Visit = open_page()
    page = seen.page
    seen.go(f"/runs/{RUN}")
    chart = page.locator(".chart.solid")
    look = "el => el.querySelector('canvas').toDataURL()"
    start = chart.evaluate(look)
    chart.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(60)
    turned = chart.evaluate(look)
    assert turned != start
    scrolled = page.evaluate("window.scrollY")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(60)
    assert chart.evaluate(look) != turned
    assert page.evaluate("window.scrollY") == scrolled  # the key turns, the page stays
    box = chart.bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + 5, box["y"] + 5)
    page.wait_for_timeout(60)
    assert chart.evaluate(look) == start
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 200, steps=3)
    page.mouse.up()
    page.wait_for_timeout(60)
    assert chart.evaluate(look) != start
    name = page.locator(".names button").first
    dots = chart.evaluate(look)
    name.click()
    assert name.get_attribute("aria-pressed") == "false"
    assert chart.evaluate(look) != dots
    name.click()
    assert chart.evaluate(look) == dots


def test_a_finger_scrolls_until_it_is_asked_to_turn(open_page: Any) -> None:
    seen: Visit = open_page(PHONE)
    page = seen.page
    seen.go(f"/runs/{RUN}")
    canvas = page.locator(".solid-canvas")
    assert canvas.evaluate("el => el.style.touchAction") == "auto"
    page.get_by_role("button", name="Turn with a finger").click()
    assert canvas.evaluate("el => el.style.touchAction") == "none"
    page.get_by_role("button", name="Done turning").click()
    assert canvas.evaluate("el => el.style.touchAction") == "auto"


def test_charts_follow_the_width_of_the_window(open_page: Any) -> None:
    seen: Visit = open_page()
    page = seen.page
    seen.go(f"/runs/{RUN}/segments/1")
    for width in (1000, 700):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(
            """() => [...document.querySelectorAll(".chart")].every((el) =>
                el.clientWidth === el.querySelector(".main-svg").clientWidth)"""
        )
    seen.check()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_bars_beside_figures_are_as_long_as_they_say(open_page: Any, size: dict[str, int]) -> None:
    seen: Visit = open_page(size)
    page = seen.page
    assert seen.go(f"/runs/{RUN}/data").status == 200
    rules = page.locator("table.book .meter").evaluate_all(
        """all => all.map((el) => [el.parentElement.innerText, el.offsetWidth, el.offsetHeight,
            getComputedStyle(el).backgroundSize])"""
    )
    assert len(rules) > 5
    for text, wide, high, drawn in rules:
        told = re.search(r"([\d.]+)%", text)
        filled = re.match(r"([\d.]+)% ", drawn)  # the accent ends where the share does
        assert told is not None
        assert filled is not None, drawn
        assert float(filled[1]) == pytest.approx(float(told[1]), abs=0.06)
        assert wide > 40
        assert high > 3
    customer = page.request.get(f"{seen.base}/api/v1/runs/{RUN}/customers?limit=1").json()
    assert seen.go(f"/runs/{RUN}/customers?id={customer['items'][0]['customer_id']}").status == 200
    bars = page.locator(".bars li").evaluate_all(
        """all => all.map((el) => [Number(el.querySelector("b").textContent),
            el.querySelector(".gauge i").offsetWidth, el.querySelector(".gauge").offsetWidth])"""
    )
    assert len(bars) > 2
    longest = max(distance for distance, _, _ in bars)
    for distance, wide, whole in bars:
        assert wide / whole == pytest.approx(1 - 0.85 * distance / longest, abs=0.03)  # near: long
        assert whole > 60
    reasons = page.locator("td .gauge i").evaluate_all("all => all.map((el) => el.offsetWidth)")
    assert max(reasons) > 40
    assert reasons == sorted(reasons, reverse=True)
