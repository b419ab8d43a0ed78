"""The frame of the pages about segments over time: drift, migration, history."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from smartcart.report import palette, words
from smartcart.report.over_time import two

__all__ = ["life_page"]

_TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"count": words.count, "share": words.share, "number": words.number, "two": two}
    return env


def life_page(template: str, **context: object) -> str:
    """Return a page that opens offline: ``template`` in the frame of life.html.j2."""
    css = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template(template)
        .render(
            css=Markup(css),
            light=Markup(palette.css(dark=False)),
            dark=Markup(palette.css(dark=True)),
            words=words,
            **{"kpis": (), **context},
        )
    )
