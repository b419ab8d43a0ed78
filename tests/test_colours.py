"""Segment colours as colour-blind people see them: simulated by published matrices, told apart.

The matrices are those of Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB; the
distance is CIEDE2000 (Sharma, Wu and Dalal 2005), checked on their published pairs.
"""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import numpy as np
import pytest

from smartcart.report import palette

SEEN_BY = {
    "everybody": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
USUAL = 4  # segments that most runs have
LEAST_USUAL, LEAST = 17.0, 9.0  # CIEDE2000; 2.3 is just noticeable


def _lab(colour: str, matrix: np.ndarray) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x = TO_XYZ @ np.clip(np.asarray(matrix) @ linear, 0, 1) / WHITE
    f = np.where(x > (6 / 29) ** 3, np.cbrt(x), x / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _ciede2000(one: np.ndarray, two: np.ndarray) -> float:
    (l1, a1, b1), (l2, a2, b2) = one, two
    mean_c = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean_c**7 / (mean_c**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = math.degrees(math.atan2(b1, a1)) % 360, math.degrees(math.atan2(b2, a2)) % 360
    dh = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    big_h = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh) / 2)
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    if not c1 * c2:
        mean_h = h1 + h2
    else:
        mean_h = (h1 + h2) / 2 if abs(h1 - h2) <= 180 else ((h1 + h2 + 360) / 2) % 360
    t = (
        1
        - 0.17 * math.cos(math.radians(mean_h - 30))
        + 0.24 * math.cos(math.radians(2 * mean_h))
        + 0.32 * math.cos(math.radians(3 * mean_h + 6))
        - 0.20 * math.cos(math.radians(4 * mean_h - 63))
    )
    sl = 1 + 0.015 * (mean_l - 50) ** 2 / math.sqrt(20 + (mean_l - 50) ** 2)
    sc, sh = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    turn = 30 * math.exp(-(((mean_h - 275) / 25) ** 2))
    rt = -2 * math.sqrt(mean_c**7 / (mean_c**7 + 25**7)) * math.sin(math.radians(2 * turn))
    dl, dc, dh = (l2 - l1) / sl, (c2 - c1) / sc, big_h / sh
    return math.sqrt(dl**2 + dc**2 + dh**2 + rt * dc * dh)


@pytest.mark.parametrize(
    ("one", "two", "distance"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ],
)
def test_distance_is_that_of_the_paper(
    one: tuple[float, ...], two: tuple[float, ...], distance: float
) -> None:
    assert _ciede2000(np.array(one), np.array(two)) == pytest.approx(distance, abs=1e-4)


@pytest.mark.parametrize("eyes", SEEN_BY)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_segment_colours_are_told_apart(eyes: str, dark: bool) -> None:
    colours = [palette.colour(i) for i in range(1, 11)]
    shown = [palette.theme()[c] if dark else c for c in colours]
    seen = [_lab(c, np.asarray(SEEN_BY[eyes])) for c in shown]
    for i, j in itertools.combinations(range(len(seen)), 2):
        least = LEAST_USUAL if j < USUAL else LEAST
        assert _ciede2000(seen[i], seen[j]) >= least, f"segments {i + 1} and {j + 1}"


def _luminance(rgb: np.ndarray) -> float:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("name", ["warm", "cool"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_darkest_cells_of_a_heatmap_can_be_read(name: str, dark: bool) -> None:
    """WCAG 2.1 AA: 4.5 between the figures and the shades of the style sheet."""
    css = (Path(palette.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
    known = dict(rule.removeprefix("--").split(":") for rule in palette.css(dark).split(";"))
    part = re.search(rf"var\(--{name}\) (9\d|8\d)%", css)
    assert part is not None
    paper, tone = (
        np.array([int(known[n][i : i + 2], 16) / 255 for i in (1, 3, 5)]) for n in ("paper", name)
    )
    text = _luminance(np.array([0x14, 0x16, 0x1B]) / 255 if dark else np.ones(3))
    for share in (1.0, int(part[1]) / 100):
        low, high = sorted((text, _luminance(tone * share + paper * (1 - share))))
        assert (high + 0.05) / (low + 0.05) >= 4.5
