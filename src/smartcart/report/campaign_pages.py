"""Pages beside the report: a plan, what a campaign changed, customers that were asked about."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from smartcart.records import Campaign, Explanation, Uplift
from smartcart.report import campaign_section, palette, words
from smartcart.report.page import environment, stylesheet

__all__ = ["explained_page", "plan_page", "uplift_page"]


def plan_page(found: Campaign, source: str, currency: str = "", version: str = "") -> str:
    """Return a plan as one HTML page that opens offline."""
    shown = campaign_section.campaign(found, currency)
    return _page("Whom to contact", source, version, campaign=shown)


def uplift_page(
    found: Sequence[Uplift], strangers: int, source: str, currency: str = "", version: str = ""
) -> str:
    """Return what a campaign changed as one HTML page that opens offline."""
    shown = campaign_section.uplift(found, strangers, currency)
    return _page("What the campaign changed", source, version, uplift=shown)


def explained_page(
    found: Sequence[Explanation], source: str, currency: str = "", version: str = ""
) -> str:
    """Return why customers are where they are as one HTML page; it holds their ids."""
    shown = campaign_section.explained(found, currency)
    return _page("Why customers are where they are", source, version, explained=shown)


def _page(title: str, source: str, version: str, **parts: object) -> str:
    name = words.file_name(source)
    absent: dict[str, object] = {"campaign": None, "uplift": None, "why": None, "explained": ()}
    return (
        environment()
        .get_template("sheet.html.j2")
        .render(
            title=f"{name}: {title.lower()}",
            source=name,
            version=version,
            css=Markup(stylesheet()),
            light=Markup(palette.css(dark=False)),
            dark=Markup(palette.css(dark=True)),
            **(absent | parts),
        )
    )
