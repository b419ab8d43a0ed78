"""One customer taken out of a workbook (.xlsx): rows, and the texts that only they used."""

from __future__ import annotations

import os
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

if TYPE_CHECKING:
    from smartcart.audiences.erasing import Wanted

__all__ = ["erase_from_workbook"]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRINGS = "xl/sharedStrings.xml"
_CHAIN = "xl/calcChain.xml"  # it names cells with formulas, which may be gone; made anew on opening


def erase_from_workbook(path: Path, wanted: Wanted) -> int | None:
    """Take the rows of a customer out of every sheet; ``None`` where it is no ``.xlsx``."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    if "xl/workbook.xml" not in parts:
        return None
    texts: list[Element] = []
    if _STRINGS in parts:
        strings = ElementTree.fromstring(parts[_STRINGS])
        texts = strings.findall(f"{_MAIN}si")
    told = ["".join(t.text or "" for t in one.iter(f"{_MAIN}t")) for one in texts]
    used, dropped, gone = Counter[int](), Counter[int](), 0
    for name, content in [*parts.items()]:
        if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
            continue
        sheet = ElementTree.fromstring(content)
        removed = _drop(sheet, told, wanted, used, dropped)
        gone += removed
        if removed:
            parts[name] = _xml(sheet)
    if not gone:
        return 0
    for number in dropped:
        if not used[number]:
            for child in list(texts[number]):
                texts[number].remove(child)
            ElementTree.SubElement(texts[number], f"{_MAIN}t").text = ""
    if texts:
        parts[_STRINGS] = _xml(strings)
    _forget_chain(parts)
    part = path.with_name(f".{path.name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    os.replace(part, path)
    return gone


def _drop(
    sheet: Element,
    told: list[str],
    wanted: Wanted,
    used: Counter[int],
    dropped: Counter[int],
) -> int:
    data = sheet.find(f"{_MAIN}sheetData")
    if data is None:
        return 0
    places: list[int] | None = None
    gone = 0
    for row in list(data):
        cells = [_cell(cell, told) for cell in row]
        numbers = [number for _, _, number in cells if number is not None]
        width = max((place for place, _, _ in cells), default=-1) + 1
        line = [""] * width
        for place, text, _ in cells:
            line[place] = text
        if places is None:
            if sum(map(bool, line)) >= 1:
                places = wanted.places(line)
            used.update(numbers)
        elif wanted.meets(line, places):
            data.remove(row)
            dropped.update(numbers)
            gone += 1
        else:
            used.update(numbers)
    return gone


def _cell(cell: Element, told: list[str]) -> tuple[int, str, int | None]:
    """Return the place of a cell, its text, and which shared text it uses."""
    letters = re.match("[A-Z]+", cell.get("r", "A"))
    place = 0
    for letter in letters[0] if letters else "A":
        place = 26 * place + ord(letter) - 64
    value = cell.find(f"{_MAIN}v")
    text = "" if value is None else value.text or ""
    if cell.get("t") == "s" and text.isdigit() and int(text) < len(told):
        return place - 1, told[int(text)], int(text)
    inline = "".join(t.text or "" for t in cell.iter(f"{_MAIN}t"))
    return place - 1, inline or text, None


def _forget_chain(parts: dict[str, bytes]) -> None:
    if parts.pop(_CHAIN, None) is None:
        return
    for name, pattern in (
        ("[Content_Types].xml", rb"<Override[^>]*calcChain[^>]*/>"),
        ("xl/_rels/workbook.xml.rels", rb"<Relationship[^>]*calcChain[^>]*/>"),
    ):
        if name in parts:
            parts[name] = re.sub(pattern, b"", parts[name])


def _xml(root: Element) -> bytes:
    ElementTree.register_namespace("", _MAIN.strip("{}"))
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text
