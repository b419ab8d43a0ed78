"""Pictures as inline SVG: who moved (a Sankey diagram), and figures over time.

They need no script, follow the page's light or dark theme, and print. Each is drawn twice, for a
wide page and for a phone: the style sheet shows one of them. All text is escaped.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from smartcart.records import Migration
from smartcart.report import words

__all__ = ["SvgLine", "apart", "sankey", "timeline"]

GAP = 16.0  # between the segments of a side
THIN = 2.0  # the least height of a segment
BAR = 12.0  # width of a segment's bar
ROW = 15.0  # height of a row of text


@dataclass(frozen=True, slots=True)
class SvgLine:
    """One segment's figures over time; ``None`` where it was not there."""

    segment_id: int
    name: str
    values: tuple[float | None, ...]


def colour(segment_id: int) -> str:
    """Return the style sheet's colour of a segment; 0 stands for outside of the shop."""
    return f"var(--s{(segment_id - 1) % 10 + 1})" if segment_id else "var(--quiet)"


# Who moved -------------------------------------------------------------------------------------


def sankey(
    found: Migration, before: Mapping[int, str], after: Mapping[int, str], label: str
) -> Markup:
    """Return the migration as bands from the segments before to those after.

    Changes are in the colour of where they come from; what stayed is pale, what chance explains is
    grey. Joiners and leavers come from and go to outside.
    """
    return Markup("").join(
        [
            _sankey(found, before, after, label, width=760, edge=200, wrap=25, name="wide-only"),
            _sankey(found, before, after, label, width=340, edge=92, wrap=13, name="phone-only"),
        ]
    )


def _sankey(
    found: Migration,
    before: Mapping[int, str],
    after: Mapping[int, str],
    label: str,
    *,
    width: float,
    edge: float,
    wrap: int,
    name: str,
) -> Markup:
    bands = [(f.from_id, f.to_id, f.customers, f.change) for f in found.flows]
    bands += [(0, one.segment_id, one.customers, False) for one in found.joiners]
    bands += [(one.segment_id, 0, one.customers, False) for one in found.leavers]
    left = _sides((a, n) for a, _, n, _ in bands)
    right = _sides((b, n) for _, b, n, _ in bands)
    total = sum(left.values()) or 1
    rows = max(len(left), len(right))
    tall = max(300.0, 74.0 * rows)
    scale = (tall - GAP * rows) / total
    places = [_stacked(side, scale) for side in (left, right)]
    height = max(top + high for side in places for top, high in side.values()) + 12
    x = (edge, width - edge - BAR)
    drawn: list[Markup] = []
    at = [{one: top for one, (top, _) in side.items()} for side in places]
    order = {one: i for i, one in enumerate(right)}
    for a, b, n, change in sorted(bands, key=lambda f: (list(left).index(f[0]), order[f[1]])):
        high = n * scale
        drawn.append(
            _band(x, at[0][a], at[1][b], high, a, b, change, words.count(n), before, after)
        )
        at[0][a] += high
        at[1][b] += high
    for side, names, kept in ((0, before, left), (1, after, right)):
        middles = {one: top + high / 2 for one, (top, high) in places[side].items()}
        texts = {
            one: [*_wrapped(_called(one, names, side), wrap), words.count(kept[one])]
            for one in kept
        }
        for one, (top, high) in places[side].items():
            drawn.append(
                Markup(
                    '<rect x="{}" y="{}" width="{}" height="{}" rx="2" style="fill:{}"/>'
                ).format(_f(x[side]), _f(top), _f(BAR), _f(max(high, THIN)), colour(one))
            )
        heights = {one: ROW * len(text) for one, text in texts.items()}
        for one, middle in apart(middles, heights, height).items():
            anchor = (x[0] - 8, "end") if side == 0 else (x[1] + BAR + 8, "start")
            drawn.append(_text(anchor, middle, texts[one]))
    return _picture(drawn, width, height, label, name)


def _sides(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return customers per segment, in the order of ids; outside comes last."""
    found: dict[int, int] = {}
    for one, n in pairs:
        found[one] = found.get(one, 0) + n
    return dict(sorted(found.items(), key=lambda pair: (pair[0] == 0, pair[0])))


def _stacked(side: Mapping[int, int], scale: float) -> dict[int, tuple[float, float]]:
    """Return top and height of each segment's bar."""
    found, top = {}, 6.0
    for one, n in side.items():
        high = n * scale
        found[one] = (top, high)
        top += max(high, THIN) + GAP
    return found


def _band(
    x: tuple[float, float],
    top: float,
    bottom: float,
    high: float,
    a: int,
    b: int,
    change: bool,
    count: str,
    before: Mapping[int, str],
    after: Mapping[int, str],
) -> Markup:
    start, end = x[0] + BAR, x[1]
    middle = (start + end) / 2
    path = (
        f"M{_f(start)} {_f(top)}C{_f(middle)} {_f(top)} {_f(middle)} {_f(bottom)} {_f(end)} "
        f"{_f(bottom)}V{_f(bottom + high)}C{_f(middle)} {_f(bottom + high)} {_f(middle)} "
        f"{_f(top + high)} {_f(start)} {_f(top + high)}Z"
    )
    tone = colour(a) if a == b or change else "var(--quiet)"
    strength = 0.85 if change else 0.3 if a == b else 0.45
    told = f"{_called(a, before, 0)} → {_called(b, after, 1)}: {count}"
    return Markup('<path d="{}" style="fill:{};fill-opacity:{}"><title>{}</title></path>').format(
        path, tone, strength, told
    )


def _called(one: int, names: Mapping[int, str], side: int) -> str:
    if not one:
        return "Left the shop" if side else "Joined the shop"
    return f"{one} {names.get(one, '')}".strip()


# Over time -------------------------------------------------------------------------------------


def timeline(
    lines: Sequence[SvgLine], ticks: Sequence[str], say: Callable[[float], str], label: str
) -> Markup:
    """Return one line per segment over the runs named by ``ticks``."""
    return Markup("").join(
        [
            _timeline(lines, ticks, say, label, width=760, room=210, name="wide-only"),
            _timeline(lines, ticks, say, label, width=340, room=34, name="phone-only"),
        ]
    )


def _timeline(
    lines: Sequence[SvgLine],
    ticks: Sequence[str],
    say: Callable[[float], str],
    label: str,
    *,
    width: float,
    room: float,
    name: str,
) -> Markup:
    known = [v for line in lines for v in line.values if v is not None]
    step, top = _scale(max(known, default=0.0))
    height, low, left = 270.0, 232.0, 76.0
    right = width - room
    count = len(ticks)

    def place(i: int, value: float) -> tuple[float, float]:
        x = left + (right - left) * (i / (count - 1) if count > 1 else 0.5)
        return x, low - (low - 14) * value / top

    drawn = []
    for i in range(round(top / step) + 1):
        y = place(0, i * step)[1]
        drawn.append(
            Markup('<line x1="{}" x2="{}" y1="{y}" y2="{y}" style="stroke:var(--line)"/>').format(
                _f(left), _f(right), y=_f(y)
            )
        )
        drawn.append(_text((left - 8, "end"), y, [say(i * step)], soft=True))
    every = -(-count // max(1, int((right - left) // 76)))
    shown = [i for i in range(count) if (count - 1 - i) % every == 0]
    drawn += [_text((place(i, 0)[0], "middle"), low + 20, [ticks[i]], soft=True) for i in shown]
    ends: dict[int, float] = {}
    texts: dict[int, list[str]] = {}
    for line in lines:
        points = [(i, v) for i, v in enumerate(line.values) if v is not None]
        for (i, a), (j, b) in pairwise(points):
            if j == i + 1:
                p, q = place(i, a), place(j, b)
                drawn.append(
                    Markup(
                        '<line x1="{}" y1="{}" x2="{}" y2="{}" style="stroke:{};stroke-width:2.5"/>'
                    ).format(_f(p[0]), _f(p[1]), _f(q[0]), _f(q[1]), colour(line.segment_id))
                )
        for i, value in points:
            x, y = place(i, value)
            drawn.append(
                Markup(
                    '<circle cx="{}" cy="{}" r="4" style="fill:{};stroke:var(--paper);'
                    'stroke-width:1.5"><title>{}, {}: {}</title></circle>'
                ).format(_f(x), _f(y), colour(line.segment_id), line.name, ticks[i], say(value))
            )
        if points:
            ends[line.segment_id] = place(*points[-1])[1]
            texts[line.segment_id] = (
                _wrapped(f"{line.segment_id} {line.name}", 27)
                if room > 100
                else [str(line.segment_id)]
            )
    heights = {one: ROW * len(text) for one, text in texts.items()}
    for one, y in apart(ends, heights, height).items():
        drawn.append(_text((right + 12, "start"), y, texts[one], tone=colour(one)))
    return _picture(drawn, width, height, label, name)


def _scale(most: float) -> tuple[float, float]:
    """Return a round step and the top of an axis from 0, at most five steps.

    >>> _scale(0.23), _scale(8_100)
    ((0.05, 0.25), (2000.0, 10000.0))
    """
    if most <= 0:
        return 1.0, 1.0
    size = 10.0 ** (len(str(int(most))) - 1) if most >= 1 else 1.0
    while size > most:
        size /= 10
    step = next(s * size for s in (0.2, 0.5, 1.0, 2.0, 5.0) if most / (s * size) <= 5)
    tops = -(-most // step)
    return round(step, 12), round(tops * step, 12)


# What both are made of -------------------------------------------------------------------------


def apart(
    middles: Mapping[int, float], heights: Mapping[int, float], height: float, gap: float = 3.0
) -> dict[int, float]:
    """Return the middles moved so that texts of these heights do not lie on one another.

    >>> apart({1: 10.0, 2: 12.0}, {1: 8.0, 2: 8.0}, 100.0)
    {1: 10.0, 2: 21.0}
    """
    order = sorted(middles, key=lambda one: middles[one])
    found: dict[int, float] = {}
    floor = 0.0
    for one in order:
        found[one] = max(middles[one], floor + heights[one] / 2)
        floor = found[one] + heights[one] / 2 + gap
    ceiling = height
    for one in reversed(order):
        found[one] = min(found[one], ceiling - heights[one] / 2)
        ceiling = found[one] - heights[one] / 2 - gap
    return found


def _wrapped(text: str, width: int) -> list[str]:
    parts = textwrap.wrap(text, width) or [text]
    return parts if len(parts) <= 3 else [*parts[:2], words.shorten(" ".join(parts[2:]), width)]


def _text(
    anchor: tuple[float, str],
    middle: float,
    rows: Sequence[str],
    *,
    soft: bool = False,
    tone: str = "",
) -> Markup:
    """Return rows of text around ``middle``; the last of several is quiet."""
    top = middle - ROW * (len(rows) - 1) / 2 + 4
    parts = []
    for i, row in enumerate(rows):
        quiet = soft or (len(rows) > 1 and i == len(rows) - 1 and not tone)
        fill = tone or ("var(--soft)" if quiet else "var(--ink)")
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="{}" style="fill:{}">{}</text>').format(
                _f(anchor[0]), _f(top + ROW * i), anchor[1], fill, row
            )
        )
    return Markup("").join(parts)


def _picture(parts: Iterable[Markup], width: float, height: float, label: str, name: str) -> Markup:
    return Markup(
        '<svg class="vector {}" viewBox="0 0 {} {}" role="img" aria-label="{}" '
        'style="max-width:{}px">{}</svg>'
    ).format(name, _f(width), _f(height), escape(label), _f(width * 1.25), Markup("").join(parts))


def _f(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0")
