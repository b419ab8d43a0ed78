"""Colours, once: segment colours that colour-blind readers can tell apart, neutrals, diverging.

The segment colours were chosen for distance under simulated protanopia, deuteranopia and
tritanopia (Machado, Oliveira and Fernandes 2009) and at least 3:1 against their background. A
segment is never known by colour alone: its number, name or marker stands beside it.
"""

from __future__ import annotations

__all__ = ["COOL", "DARK", "INK", "LIGHT", "WARM", "colour", "css", "marker", "symbol", "theme"]

_SEGMENTS = (
    ("#0B63A5", "#4C97DD"),
    ("#D97E0E", "#F2A541"),
    ("#16A597", "#63E6D0"),
    ("#8A1556", "#C64A86"),
    ("#9D7EFE", "#CFC2FF"),
    ("#64370A", "#B0784A"),
    ("#FC3060", "#CC2418"),
    ("#241890", "#7854FC"),
    ("#547824", "#FCF060"),
    ("#183C3C", "#B4B4A8"),
)
LIGHT = {
    "paper": "#FFFFFF",
    "wash": "#F6F6F3",
    "ink": "#1C2230",
    "soft": "#565D6D",
    "line": "#DFE1E5",
    "quiet": "#A9AFBA",
    "accent": "#4A3FA8",
}
DARK = {
    "paper": "#1A1C22",
    "wash": "#131419",
    "ink": "#ECEDF1",
    "soft": "#A9B0BD",
    "line": "#343842",
    "quiet": "#6C7480",
    "accent": "#ACA2FF",
}
INK = LIGHT["ink"]
WARM, COOL = "#AD5210", "#1F6FB2"  # below and above the average
_WARM_DARK, _COOL_DARK = "#E08A45", "#5AA5E8"
_MARKERS = "osD^vPXp*h"
_SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "cross",
    "circle-open",
    "square-open",
    "diamond-open",
)


def colour(segment_id: int) -> str:
    """Return the colour of a segment (1, 2, ...) on a light background.

    >>> colour(1), colour(11) == colour(1)
    ('#0B63A5', True)
    """
    return _SEGMENTS[(segment_id - 1) % len(_SEGMENTS)][0]


def marker(segment_id: int) -> str:
    """Return the Matplotlib marker of a segment."""
    return _MARKERS[(segment_id - 1) % len(_MARKERS)]


def symbol(segment_id: int) -> str:
    """Return the Plotly 3-D marker symbol of a segment."""
    return _SYMBOLS[(segment_id - 1) % len(_SYMBOLS)]


def theme() -> dict[str, str]:
    """Return light colour -> dark colour, for every colour that charts use."""
    pairs = {LIGHT[name]: DARK[name] for name in LIGHT}
    return pairs | dict(_SEGMENTS) | {WARM: _WARM_DARK, COOL: _COOL_DARK}


def css(dark: bool) -> str:
    """Return the CSS custom properties of one theme."""
    tones = DARK if dark else LIGHT
    rules = [f"--{name}:{tone}" for name, tone in tones.items()]
    rules += [f"--s{i}:{pair[dark]}" for i, pair in enumerate(_SEGMENTS, start=1)]
    rules += [f"--warm:{_WARM_DARK if dark else WARM}", f"--cool:{_COOL_DARK if dark else COOL}"]
    return ";".join(rules)
