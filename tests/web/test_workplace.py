"""Reading the pages: what they weigh, follow, refuse and explain; on paper and on phones."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import insert

from smartcart.errors import UsageError
from smartcart.records import Feature
from smartcart.report import words
from smartcart.web import tables
from smartcart.web.database import now
from smartcart.workflows.what_if import ROUNDED, share_groups, start_values, what_if
from web.browsing import DESKTOP, PHONE, Visit
from web.serving import LATER, RUN, add_later

PAGE = {"Accept": "text/html"}
MOST = 120_000  # bytes over the wire of a page that nothing is kept of; asked: at most 1.2 MB


# What a page weighs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "charts"),
    [
        (f"/runs/{RUN}", 6),
        (f"/runs/{RUN}/segments/1", 8),
        (f"/runs/{RUN}/plan?cost=1&revenue=50", 0),
        (f"/runs/{RUN}/data", 0),
        (f"/over-time?from={RUN}", 1),
    ],
)
def test_no_page_is_more_than_its_reader_waits_for(open_page: Any, path: str, charts: int) -> None:
    seen: Visit = open_page()
    sizes = _weighed(seen)
    assert seen.go(path).status == 200
    drawn = seen.page.locator(".chart .main-svg, .chart canvas, figure .vector.wide-only")
    assert drawn.count() >= charts
    assert 15_000 < sum(sizes) < MOST, path


def _weighed(seen: Visit) -> list[float]:
    """Return a list that grows by the bytes of every answer."""
    wire = seen.page.context.new_cdp_session(seen.page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    return sizes


# The slider ------------------------------------------------------------------------------------


def test_all_below_the_slider_follows_or_says_that_it_does_not(open_page: Any) -> None:
    seen: Visit = open_page()
    page = seen.page
    assert seen.go(f"/runs/{RUN}").status == 200
    mark = page.locator("[data-unlike]")
    assert mark.count() == 1
    assert not mark.is_visible()
    used = int(page.input_value("#k"))
    heads = page.locator("#k-part table.heat thead .nm")
    mine = heads.all_text_contents()
    assert len(mine) == used
    page.focus("#k")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f'.chart.solid[data-shown="{used - 1}"]')
    page.wait_for_selector(f'#k-part[data-k-shown="{used - 1}"] .chart .main-svg')
    assert f"{used} segments in use" in mark.inner_text()
    assert page.locator("tr.looked").get_attribute("data-row") == str(used - 1)
    cards = page.locator(".cards:not([hidden]) h3").all_inner_texts()
    assert heads.all_text_contents() == cards
    rows = page.locator("#k-part figure tbody tr")
    assert rows.count() == used - 1
    shares = page.locator(".cards:not([hidden]) .nums div:first-child b").all_inner_texts()
    told = page.locator("#k-part figure tbody td:nth-child(3)").all_text_contents()
    assert told == shares
    drawn = page.locator("#k-part .chart").evaluate("el => el.data[0].text")
    assert drawn == shares
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f'#k-part[data-k-shown="{used}"] .chart .main-svg')
    assert heads.all_text_contents() == mine
    assert not mark.is_visible()
    assert not page.locator("tr.looked").count()


def test_without_a_script_the_page_follows_too(client: Any) -> None:
    text = client.get(f"/runs/{RUN}?k=3", headers=PAGE).text
    assert re.search(r'<p class="stays" data-unlike="\d+">', text)
    assert 'data-row="3" class="looked"' in text
    part = client.get(f"/runs/{RUN}/choices/3")
    assert part.status_code == 200
    assert part.text in text
    assert part.text.count('<span class="nm">') == 3
    assert "does not follow" not in part.text
    plain = client.get(f"/runs/{RUN}", headers=PAGE).text
    assert not re.search(r'<p class="stays" data-unlike="\d+">', plain)
    assert 'class="looked"' not in plain
    assert "nothing to set apart" in client.get(f"/runs/{RUN}/choices/1").text
    for k in (0, 99):
        assert client.get(f"/runs/{RUN}/choices/{k}").status_code == 404


def test_what_a_run_of_an_earlier_version_does_not_know_is_marked(
    client: Any, workspace: Path
) -> None:
    path = workspace / "runs" / RUN / "alternatives.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    customers = kept["rows"]
    for one in kept["alternatives"]:
        for segment in one["segments"]:
            del segment["means"], segment["effects"]
    kept["rows"] -= 1
    path.write_text(json.dumps(kept), encoding="utf-8")
    part = client.get(f"/runs/{RUN}/choices/3").text
    assert "does not follow the slider" in part
    assert "heat" not in part
    assert f"sample of {customers - 1:,} customers" in part
    assert (
        "sample" not in client.get(f"/runs/{RUN}").text.split('id="k-part"')[1].split("<details")[0]
    )


def test_the_smallest_segment_is_one_number(client: Any) -> None:
    text = client.get(f"/runs/{RUN}", headers=PAGE).text
    choices = json.loads(text.split('id="choices">')[1].split("</script>")[0])
    assert len(choices) > 3
    for k, choice in choices.items():
        row = re.search(rf'<tr data-row="{k}".*?</tr>', text, re.S)
        assert row is not None
        cells = re.findall(r'<td class="n">([^<]*)</td>', row[0])
        assert cells[8] == choice["rows"]["small"][0], k
    used = re.search(r'data-used="(\d+)"', text)
    assert used is not None
    shares = [one["share"] for one in client.get(f"/api/v1/runs/{RUN}").json()["segments"]]
    assert choices[used[1]]["rows"]["small"][0] == words.share(min(shares))


# What if ---------------------------------------------------------------------------------------


def test_parts_of_a_whole_are_found() -> None:
    def part(name: str, op: str, **more: Any) -> Feature:
        return Feature(name, name, "share", op, (name,), name, **more)

    whole = ("web", "shop")
    found = share_groups(
        [
            part("web", "share", denominator=whole, theme="channels"),
            part("deals", "share", denominator=whole, theme="deals"),
            part("shop", "share", denominator=whole, theme="channels"),
            part("channel_share_0", "column"),
            part("channel_share_1", "column"),
            part("category_share_0", "column"),
            part("p_alive", "column"),
            part("monday_share", "column"),
            part("sunday_share", "column"),
        ]
    )
    assert found == ((0, 2), (1,), (3, 4), (5,), (7, 8))


@pytest.mark.parametrize(("beyond", "refused"), [(-0.001, False), (0.001, True)])
def test_shares_are_refused_beyond_the_whole_and_what_typing_rounds(
    client: Any, beyond: float, refused: bool
) -> None:
    model = client.app.state.services.workspace.run(RUN).model
    places = max(share_groups(model.recipe.features), key=len)
    assert len(places) > 1
    start = list(start_values(model))
    each = (1 + ROUNDED + beyond) / len(places)
    typed = {model.recipe.features[i].name: each for i in places}
    if refused:
        with pytest.raises(UsageError, match=r"add up to 100\.6%; expected parts of one whole"):
            what_if(model, typed, start=start)
    else:
        assert what_if(model, typed, start=start).values[places[0]] == each
    above = [1.3 if i in places else value for i, value in enumerate(start)]
    name = model.recipe.features[0].name  # a customer whose table says so may be looked at
    assert what_if(model, {name: above[0]}, start=above).values[places[0]] == 1.3
    with pytest.raises(UsageError, match="-5%; expected a share from 0% to 100%"):
        what_if(model, {model.recipe.features[places[0]].name: -0.05}, start=start)


def test_shares_beyond_all_are_refused_kindly_and_what_was_typed_stays(client: Any) -> None:
    model = client.app.state.services.workspace.run(RUN).model
    features = model.recipe.features
    places = max(share_groups(features), key=len)
    typed = {f"v.{features[i].name}": "90" for i in places}
    answer = client.get(f"/runs/{RUN}/what-if", params=typed, headers=PAGE)
    assert answer.status_code == 422
    alert = answer.text.split('role="alert"')[1].split("</div>")[0]
    assert f"add up to {90 * len(places)}%" in alert
    assert "Lower one of them" in alert
    for i in places:
        assert re.search(rf'name="v\.{features[i].name}" value="90"', answer.text)
    part = client.get(f"/runs/{RUN}/what-if/answer", params=typed)
    assert f"add up to {90 * len(places)}%" in part.text
    body = {"values": {features[i].name: 0.9 for i in places}}
    told = client.post(f"/api/v1/runs/{RUN}/what-if", json=body)
    assert told.status_code == 400
    assert "add up to" in told.json()["error"]["message"]


# On paper, on a phone, elsewhere ----------------------------------------------------------------


def test_nothing_is_cut_on_paper(open_page: Any) -> None:
    seen: Visit = open_page()
    page = seen.page
    assert seen.go(f"/runs/{RUN}/segments/1").status == 200
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_selector("html.printing")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 960})
    charts = page.locator(".chart:has(.main-svg)")
    assert page.locator(".minis .chart .main-svg").count() > 3
    for chart in charts.all():
        inside = chart.evaluate(
            """el => { const a = el.querySelector('.main-svg').getBoundingClientRect();
            const b = el.closest('figure').getBoundingClientRect();
            return a.right <= b.right + 1 && a.bottom <= b.bottom + 1; }"""
        )
        assert inside, chart.get_attribute("data-figure")
    assert page.locator("text=Make the list").first.is_hidden()
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.set_viewport_size(DESKTOP)


def test_on_a_phone_wide_tables_say_so_and_checksums_keep_their_line(open_page: Any) -> None:
    seen: Visit = open_page(PHONE)
    page = seen.page
    assert seen.go(f"/runs/{RUN}/segments/1").status == 200
    page.get_by_role("button", name="Make the list").click()
    page.wait_for_url("**/exports/*")
    checksum = page.locator(".receipt dd").last
    assert len(checksum.inner_text()) == 64
    box = checksum.bounding_box()
    assert box is not None
    assert box["height"] < 80  # some lines, not a letter on each
    assert seen.go(f"/runs/{RUN}").status == 200
    region = page.locator(".scroll:has(table.perk)")
    assert region.evaluate("el => el.scrollWidth > el.clientWidth + 20")
    hint = page.locator(".scroll:has(table.perk) + .wider")
    assert hint.is_visible()
    region.evaluate("el => { el.scrollLeft = el.scrollWidth; }")
    page.wait_for_selector(".scroll:has(table.perk) + .wider", state="hidden")


def test_times_are_the_readers_own_in_lists_too(open_page: Any) -> None:
    seen: Visit = open_page(timezone_id="Asia/Tokyo")
    assert seen.go(f"/over-time?from={RUN}").status == 200
    told = seen.page.locator("#from option").first.inner_text()
    assert "GMT+9" in told
    assert "UTC" not in told
    assert "GMT+9" in (seen.go("/") and seen.page.locator(".runs time").first.inner_text())


def test_the_solid_picture_leaves_the_wheel_and_names_its_dots(open_page: Any) -> None:
    seen: Visit = open_page()
    page = seen.page
    assert seen.go(f"/runs/{RUN}").status == 200
    box = page.locator(".chart.solid").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    names = page.locator(".cards:not([hidden]) h3").all_inner_texts()
    found = ""
    for step in range(60):  # dots are near the middle: some place has one
        page.mouse.move(x + 8 * (step % 10) - 40, y + 8 * (step // 10) - 20)
        page.wait_for_timeout(60)
        label = page.locator(".chart.solid .hovertext")
        if label.count():
            found = label.first.text_content() or ""
            break
    assert any(name.split(" ")[0] in found for name in names), found
    page.mouse.wheel(0, 300)
    for _ in range(50):
        if page.evaluate("window.scrollY") > 100:
            break
        page.wait_for_timeout(50)
    assert page.evaluate("window.scrollY") > 100


# Words -----------------------------------------------------------------------------------------


def test_words_of_the_field_are_explained_where_they_stand(open_page: Any) -> None:
    seen: Visit = open_page()
    page = seen.page
    for path, summary, sentence in (
        (f"/runs/{RUN}", "What SD means", "how far customers usually are from the average"),
        (f"/runs/{RUN}", "What stability and confidence mean", "0 on the border"),
        (f"/runs/{RUN}/segments/1", "What SD means", "two thirds"),
    ):
        assert seen.go(path).status == 200
        page.get_by_text(summary, exact=True).click()
        assert page.locator("details.explain[open]").get_by_text(sentence).is_visible()


@pytest.fixture
def checked(client: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a client of a workspace in which a check of a new table was made."""
    from smartcart.web import tasks
    from smartcart.workflows.monitor import monitor

    services = client.app.state.services
    table = services.workspace.uploads / ("0" * 32) / "shop.csv"
    found = monitor(str(table), services.workspace.run(RUN).model)
    watch = tasks.Watch("0" * 32, now(), found)
    monkeypatch.setattr(services.jobs, "monitorings", lambda run: [watch])
    return client


def test_a_check_explains_its_figures(checked: Any) -> None:
    text = checked.get(f"/over-time?to={RUN}", headers=PAGE).text
    assert "What PSI, Jaccard and SD mean" in text
    assert "Population stability index" in text


def test_different_values_are_exact_where_cheap_and_marked_where_not(client: Any) -> None:
    rng = np.random.default_rng(0)
    n, people = 21_000, 4_338  # more lines than are told apart one by one
    buyers = np.concatenate([np.arange(people), rng.integers(0, people, n // 2 - people)])
    days = np.repeat(rng.integers(0, 365, n // 2), 2)
    log = pd.DataFrame(
        {
            "Invoice": 500_000 + np.arange(n) // 2,
            "CustomerID": 10_000 + np.repeat(buyers, 2),
            "Date": pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D"),
            "Quantity": rng.integers(1, 9, n),
            "Price": rng.integers(100, 9_999, n) / 100,
        }
    )
    content = log.to_csv(index=False).encode()
    files = {"file": ("log.csv", content, "text/csv")}
    upload = client.post("/api/v1/uploads", files=files).json()["id"]
    text = client.get(f"/new/{upload}", headers=PAGE).text

    def told(name: str) -> str:
        row = re.search(rf'<tr><th scope="row">{name}.*?</tr>', text, re.S)
        assert row is not None
        return re.findall(r'data-label="Different values">([^<]*)<', row[0])[0]

    assert told("CustomerID") == "4,338"
    assert told("Invoice") == "10,500"
    assert re.fullmatch(r"about \d,\d00", told("Price"))


# Jobs and time ---------------------------------------------------------------------------------


def test_what_was_cancelled_is_not_under_way(client: Any) -> None:
    services = client.app.state.services
    row = {
        "id": "a" * 24,
        "kind": "run",
        "state": "running",
        "title": "Long one",
        "asked": "{}",
        "result": "x-1",
        "message": "",
        "step": "",
        "user": "you",
        "made": now(),
    }
    with services.database.change() as connection:
        connection.execute(insert(tables.jobs).values(row))
    stop = threading.Event()
    services.jobs._stops["a" * 24] = stop
    text = client.get("/", headers=PAGE).text
    assert ">Under way</h2>" in text
    assert "Long one" in text
    stop.set()  # and its process has not ended yet
    text = client.get("/", headers=PAGE).text
    assert "Under way" not in text
    assert "Long one" not in text
    page = client.get(f"/jobs/{'a' * 24}", headers=PAGE)
    assert page.status_code == 200
    assert "Cancelled: what it had begun is being removed" in page.text


def test_over_time_from_the_earliest_begins_with_it(client: Any, workspace: Path) -> None:
    add_later(workspace)
    earlier, later = RUN, LATER
    files = {"file": ("next.csv", b"id,spend\n1,2\n", "text/csv")}
    client.post("/api/v1/uploads", files=files)
    text = client.get(f"/over-time?to={earlier}", headers=PAGE).text

    def chosen(field: str) -> list[str]:
        part = text.split(f'name="{field}"')[1].split("</select>")[0]
        return re.findall(r'value="([^"]*)" selected', part)

    assert chosen("from") == [earlier]
    assert chosen("to") == [later]
    assert f"/runs/{earlier}/check" in text  # and a new table is checked against the one it is of
    text = client.get(f"/over-time?from={later}&to={earlier}", headers=PAGE).text
    heads = re.findall(r'<th scope="col" class="n">([^<]*)</th>', text.split("h-sizes")[-1])
    assert heads[:2] == [later, earlier]  # whatever was made first
