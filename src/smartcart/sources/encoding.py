"""From bytes to UTF-8: compression, encoding, and bytes that no text holds."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from smartcart.errors import DataError
from smartcart.sources.file_format import refuse_other
from smartcart.tables.languages import known_words

__all__ = ["Survey", "plain_text"]

CHUNK = 1 << 20
HEAD = 1 << 16  # bytes on which an encoding is judged
OTHER_SCRIPTS = (
    "cp1251",
    "koi8_r",
    "cp932",
    "euc_kr",
    "cp949",
    "gb18030",
    "big5",
    "cp1253",
    "cp1255",
    "cp1256",
    "cp874",
)
SEVERAL_PRICES = 3  # in a currency whose sign is written in letters of Central Europe
_PRICED = re.compile(r"\d[ \u00a0]?(?:zł|Kč)")
_IN_FORINT = re.compile(r"\d[ \u00a0]?(?:Ft|HUF)\b")
_HUNGARIAN = re.compile(r"[őűŐŰ]")  # a tilde or a circumflex in the west
SEVERAL_LETTERS = 3  # words with letters of Central Europe that other encodings cannot mean
_LETTER = rb"[A-Za-z\xe1\xe9\xed\xf3\xfa\xfd]"
_IN_WORDS = re.compile(  # l, a, z, e, t, l with their marks; capitals before four letters
    _LETTER + rb"(?:[\xb3\xb9\xbf\xec][a-z]|[\x9d\xbe](?![0-9\x80-\xbf]))"
    rb"|(?<![A-Za-z0-9\x80-\xff])[\x8d\x8f\xa3\xa5\xaf\xbc][a-z]{4}"
)
_WORDS = re.compile(  # with s or z with a caron and a letter that stands beside none in the west
    rb"(?=[A-Za-z\x80-\xff]*[\x8a\x8e\x9a\x9e])[A-Za-z\x80-\xff]*"
    rb"[\xc6\xc8\xcc\xcf\xd2\xd8\xd9\xe6\xe8\xec\xef\xf0\xf2\xf8\xf9][A-Za-z\x80-\xff]*"
    rb"|[A-Za-z]{4,}\xb3(?![0-9A-Za-z\x80-\xff])"
)
OTHER_LATIN = ("cp1250", "cp1254", "cp1257")  # of Central Europe, Turkey and the Baltic
SEVERAL_WORDS = 2  # known words that only one encoding makes
_OTHER_SCRIPT = re.compile(rb"[\x80-\xff]{4,}|(?:[\x81-\xfe][\x40-\xfe]){3,}")
NOISE = 0.6  # a table reads as noisier than prose
RUNS = 3  # of bytes beyond ASCII in a row, as no Latin text has them

_ESCAPED = re.compile("[\udc80-\udcff]")
_CP1252 = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte)
    for byte in range(0x80, 0x100)
}


@dataclass(frozen=True, slots=True)
class Survey:
    """What a pass over all bytes found. ``damaged`` counts bytes that are not UTF-8."""

    encoding: str
    damaged: int = 0
    foreign: int = 0  # characters beyond ASCII that are well-formed UTF-8


def plain_text(
    path: Path,
    compression: str | None,
    out: Path,
    source: str,
) -> tuple[Path, Survey]:
    """Return a plain UTF-8 file with this text: the file itself, or ``out`` if it is not that.

    UTF-16 and UTF-32 are known by their byte order mark or their pattern of zeros, Cyrillic, Greek
    and Asian encodings by their runs of bytes beyond ASCII, those of other Latin letters by the
    words that they make, of Central Europe by its letters, too. Other bytes that are not UTF-8 are
    read as Windows-1252. Streams; a truncated archive is found here.
    """
    try:
        head = _head_bytes(path, compression)
        encoding = _wide_encoding(head[:4096])
        if encoding is None and not _is_utf8(head):
            encoding = _by_words(head) or _other_script(head) or _by_letters(head)
        if compression is None and encoding is None:
            survey = _copy(path, None, None, None, source)
            if not survey.damaged:
                return path, survey
        if encoding in (*OTHER_SCRIPTS, *OTHER_LATIN):
            try:
                return out, _copy(path, compression, encoding, out, source)
            except UnicodeDecodeError:  # further on it is something else
                encoding = None
        return out, _copy(path, compression, encoding, out, source)
    except (EOFError, OSError, UnicodeDecodeError, zlib.error) as error:
        raise DataError.of(
            f"{source!r} could not be read to its end ({_words(error)})",
            "a whole file",
            "copy or export it again",
        ) from error


def _words(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def _open(path: Path, compression: str | None) -> IO[bytes]:
    if compression == "gzip":
        return gzip.open(path, "rb")  # type: ignore[return-value]
    if compression == "zstd":
        import pyarrow as pa

        stream: IO[bytes] = pa.input_stream(str(path), compression="zstd")
        return stream
    return path.open("rb")


def _head_bytes(path: Path, compression: str | None) -> bytes:
    with _open(path, compression) as file:
        return file.read(HEAD)


def _wide_encoding(head: bytes) -> str | None:
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    half = len(head) // 2
    if half >= 8:
        if head[1::2].count(0) > 0.6 * half and head[::2].count(0) < 0.1 * half:
            return "utf-16-le"
        if head[::2].count(0) > 0.6 * half and head[1::2].count(0) < 0.1 * half:
            return "utf-16-be"
    return None


def _is_utf8(head: bytes) -> bool:
    """Return whether the first bytes of a file are UTF-8; the last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _other_script(head: bytes) -> str | None:
    """Return the encoding of text that is not UTF-8 and not of Latin letters, if it is such."""
    high = sum(byte > 0x7F for byte in head)
    runs = sum(any(b > 0x7F for b in run) for run in _OTHER_SCRIPT.findall(head))
    letters = sum(97 <= byte | 32 <= 122 for byte in head)
    if runs < RUNS or high < 0.1 * letters:
        return None
    from charset_normalizer import from_bytes

    best = from_bytes(
        head[: head.rfind(b"\n") + 1],
        cp_isolation=list(OTHER_SCRIPTS),
        threshold=NOISE,
        enable_fallback=False,
    ).best()
    return None if best is None else str(best.encoding)


def _by_words(head: bytes) -> str | None:
    """Return the encoding of Latin letters, not Windows-1252, in which known words are written.

    >>> _by_words("Wartość;Ilość;Zamówienie".encode("cp1250"))
    'cp1250'
    >>> _by_words("Größe;Menge".encode("cp1252")) is None
    True
    >>> _by_words("Razem 12,50 zł; 8,00 zł; 9,10 zł".encode("cp1250"))
    'cp1250'
    >>> _by_words("Vevő;8 000 Ft;910 Ft;12 500 Ft".encode("cp1250"))
    'cp1250'
    """
    text = _lines_of(head)
    central = text.decode("cp1250", "ignore")
    if len(_PRICED.findall(central)) >= SEVERAL_PRICES:
        return "cp1250"
    if _HUNGARIAN.search(central) and len(_IN_FORINT.findall(central)) >= SEVERAL_PRICES:
        return "cp1250"
    made = {
        encoding: len(known_words() & _words_of(text, encoding))
        for encoding in ("cp1252", *OTHER_LATIN)
    }
    best = max(OTHER_LATIN, key=made.__getitem__)
    return best if made[best] >= made["cp1252"] + SEVERAL_WORDS else None


def _by_letters(head: bytes) -> str | None:
    """Return the encoding of Central Europe where its letters stand in words; of Latin text only.

    >>> _by_letters("Ľudmila; Michaľ; Paťo".encode("cp1250"))
    'cp1250'
    """
    text = _lines_of(head)
    found = len(_IN_WORDS.findall(text)) + len(set(_WORDS.findall(text)))
    return "cp1250" if found >= SEVERAL_LETTERS else None


def _lines_of(head: bytes) -> bytes:
    return head[: head.rfind(b"\n") + 1] or head


def _words_of(text: bytes, encoding: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.decode(encoding, "ignore").lower()))


def _copy(
    path: Path, compression: str | None, encoding: str | None, out: Path | None, source: str
) -> Survey:
    """Read every byte once; write it as UTF-8 to ``out`` if given."""
    decoder = codecs.getincrementaldecoder(encoding or "utf-8")(
        errors="strict" if encoding else "surrogateescape"
    )
    damaged = foreign = lines = 0
    mark = False
    with _open(path, compression) as file:
        target = out.open("wb") if out is not None else None
        try:
            start = True
            while True:
                chunk = file.read(CHUNK)
                if start:
                    mark = chunk.startswith(codecs.BOM_UTF8)
                    if encoding is None:
                        refuse_other(chunk[:4096], source)
                if encoding is None and b"\x00" in chunk:
                    line = lines + chunk[: chunk.index(b"\x00")].count(b"\n") + 1
                    raise DataError.of(
                        f"{source!r} holds a NUL byte in line {line}",
                        "text, Parquet or Excel",
                        "export the table again, as UTF-8 text or as Parquet",
                    )
                lines += chunk.count(b"\n") if encoding is None else 0
                if encoding is None and chunk.isascii() and not decoder.getstate()[0]:
                    if target is not None:
                        target.write(chunk)
                else:
                    text = decoder.decode(chunk, final=not chunk)
                    bad = 0
                    if not text.isascii():
                        bad = len(_ESCAPED.findall(text))
                        foreign += sum(map(len, re.findall(r"[^\x00-\x7f]+", text))) - bad
                        damaged += bad
                    if target is not None:
                        clean = text.translate(_CP1252) if bad else text
                        target.write((clean.lstrip("\ufeff") if start else clean).encode("utf-8"))
                start = False
                if not chunk:
                    break
        finally:
            if target is not None:
                target.close()
    if encoding:
        return Survey(encoding, 0, foreign)
    if damaged and foreign - mark <= damaged:
        return Survey("windows-1252", damaged, foreign)
    return Survey("utf-8-sig" if mark else "utf-8", damaged, foreign)
