"""ClickHouse's own HTTP interface: a request per query, answered by a stream of Arrow batches.

No driver is needed. An answer that breaks off is an error, also where the server sent its head
before it knew: a stream counts only with the mark of its end.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from smartcart.engines.address import Address
from smartcart.engines.server_base import plain_words
from smartcart.errors import UsageError
from smartcart.records import SqlRow

if TYPE_CHECKING:
    import pyarrow as pa
    from _typeshed import WriteableBuffer

__all__ = ["Http", "ServerError", "connection"]

CONNECT_SECONDS = 10
STREAM_SECONDS = 3_600  # that a query may think before it answers
PORT, SECURE_PORT = 8123, 8443
OPTIONS = {"connect_timeout", "secure", "ssl_ca"}
END = b"\xff\xff\xff\xff\x00\x00\x00\x00"  # of an Arrow stream
_SAID = re.compile(r"Code: (\d+)\. DB::Exception: (.*)", re.DOTALL)
_TAIL = re.compile(r" \(version [^()]*(\([^()]*\))?\)\s*$")


class ServerError(Exception):
    """What the server said; ``code`` is its number, 0 where it broke off or is not ClickHouse."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True, slots=True)
class Http:
    """A server and who asks it; nothing is open between two queries.

    ``settings`` are those of every query, by ClickHouse's names.
    """

    host: str
    port: int
    database: str = ""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    secure: bool = False
    ssl_ca: str | None = None
    connect_timeout: int = CONNECT_SECONDS
    settings: Mapping[str, str] = field(default_factory=dict)

    def rows(self, sql: str, data: bytes | None = None) -> list[SqlRow]:
        """Run a statement, with what it inserts as ``data``, and return its few rows.

        Raises
        ------
        ServerError
            The server refuses it or breaks off.
        OSError
            There is no server.
        """
        columns: list[list[object]] = []
        for batch in self.batches(sql, data):
            told = [column.to_pylist() for column in batch.columns]
            columns = [a + b for a, b in zip(columns, told, strict=True)] if columns else told
        return list(zip(*columns, strict=True))

    def batches(self, sql: str, data: bytes | None = None) -> Iterator[pa.RecordBatch]:
        """Stream the rows of a query, in the types that the server's Arrow has; see :meth:`rows`.

        Closing the iterator ends the connection.
        """
        import pyarrow as pa

        with self._asked(sql, data) as answer:
            heard = _Heard(answer)
            stream = io.BufferedReader(heard)
            try:
                if not stream.peek(1):
                    return  # a statement without rows
                with pa.ipc.open_stream(stream) as reader:
                    yield from reader
                stream.read()  # what comes after the end: nothing, or what went wrong
            except (pa.ArrowException, http.client.HTTPException, OSError) as error:
                raise _broken(heard.tail, type(error).__name__) from error
            if not heard.tail.endswith(END):
                raise _broken(heard.tail, "no end")

    @contextlib.contextmanager
    def _asked(self, sql: str, data: bytes | None) -> Iterator[http.client.HTTPResponse]:
        settings = {"default_format": "ArrowStream", **self.settings}
        if self.database:
            settings["database"] = self.database
        if data is not None:
            settings["query"] = sql
        headers = {"X-ClickHouse-User": self.user or "default"}
        if self.password:
            headers["X-ClickHouse-Key"] = self.password
        headers = {name: text.encode().decode("latin-1") for name, text in headers.items()}
        con = self._connection()
        try:
            con.connect()
            con.sock.settimeout(STREAM_SECONDS)
            body = sql.encode() if data is None else data
            con.request("POST", f"/?{urlencode(settings)}", body, headers)
            answer = con.getresponse()
            if answer.status != http.client.OK:
                raise _refusal(answer)
            yield answer
        except http.client.HTTPException as error:
            raise ServerError(0, f"the answer broke off ({type(error).__name__})") from error
        finally:
            con.close()

    def _connection(self) -> http.client.HTTPConnection:
        if not self.secure:
            return http.client.HTTPConnection(self.host, self.port, self.connect_timeout)
        context = ssl.create_default_context(cafile=self.ssl_ca)
        return http.client.HTTPSConnection(
            self.host, self.port, timeout=self.connect_timeout, context=context
        )


class _Heard(io.RawIOBase):
    """An answer as it is read; ``tail`` are its last bytes."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer
        self.tail = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        room = memoryview(buffer)
        try:
            piece = self._answer.read(len(room))
        except http.client.IncompleteRead as error:
            self.tail = (self.tail + error.partial)[-4096:]
            raise
        room[: len(piece)] = piece
        self.tail = (self.tail + piece[-4096:])[-4096:]
        return len(piece)


def _broken(tail: bytes, why: str) -> ServerError:
    """Return what the server said at the end of a stream that broke off."""
    if match := _SAID.search(tail.decode(errors="replace")):
        return ServerError(int(match[1]), _shown(match[2]))
    return ServerError(0, f"the answer broke off ({why})")


def _refusal(answer: http.client.HTTPResponse) -> ServerError:
    text = answer.read(100_000).decode(errors="replace")
    if match := _SAID.search(text):
        return ServerError(int(match[1]), _shown(match[2]))
    return ServerError(0, f"it says {answer.status} {plain_words(answer.reason)}")


def _shown(words: str) -> str:
    return plain_words(_TAIL.sub("", words.strip()))


def connection(address: Address, settings: Mapping[str, str]) -> Http:
    """Return the server of an address; the message of an error holds no password."""
    try:
        parts = urlsplit(address.url)
        port = parts.port
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        seconds = int(options.get("connect_timeout", CONNECT_SECONDS))
        secure = {"1": True, "true": True, "0": False, "false": False}[options.get("secure", "0")]
    except (ValueError, KeyError):
        port, options, seconds, secure = 0, {}, 1, False
    port = (SECURE_PORT if secure else PORT) if port is None else port
    if not 0 < port < 65_536 or seconds <= 0 or not options.keys() <= OPTIONS:
        raise UsageError.of(
            f"{address.label!r} is no address that ClickHouse's HTTP interface takes",
            "clickhouse://user:password@host:port/database?secure=1::table",
            f"correct its port and its options ({', '.join(sorted(OPTIONS))})",
        )
    return Http(
        parts.hostname or "127.0.0.1",
        port,
        unquote(parts.path.strip("/")),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        secure,
        options.get("ssl_ca"),
        seconds,
        settings,
    )
