"""What a server is started with, and what it refuses to start with."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from smartcart.errors import UsageError

__all__ = ["Config", "is_loopback", "refuse_unsafe"]

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one server."""

    workspace: Path
    host: str = "127.0.0.1"
    port: int = 8000  # 0: a free one
    team: bool = False  # users with roles; else whoever reaches the machine's own address may all
    database: str | None = field(default=None, repr=False)  # URL; may hold a password
    sources: Path | None = None  # folder whose files can be picked; else WORKSPACE/sources
    public_url: str | None = None  # what browsers call it, where a proxy stands before it
    upload_bytes: int = 2 * GIB  # largest file that is taken
    jobs: int = 2  # runs at once
    waiting: int = 20  # runs that may wait
    session_hours: float = 12.0
    keep_days: int = 90  # uploaded tables are deleted after so many; runs stay
    memory_bytes: int | None = None  # for one run; else what the machine has free

    @property
    def sources_folder(self) -> Path:
        """The folder of files on the server that can be picked."""
        return self.sources if self.sources is not None else self.workspace / "sources"

    @property
    def secure(self) -> bool:
        """Whether browsers reach the server by HTTPS."""
        return self.public_url is not None and urlsplit(self.public_url).scheme == "https"

    @property
    def hosts(self) -> frozenset[str] | None:
        """The names in the ``Host`` header that are answered; None: any.

        Without a login only the machine's own names count, so that no page elsewhere can reach the
        server under a name of its own (DNS rebinding).
        """
        if self.public_url is not None:
            return frozenset({urlsplit(self.public_url).hostname or "", *_LOCAL})
        return None if self.team and not is_loopback(self.host) else frozenset(_LOCAL)


_LOCAL = ("localhost", "127.0.0.1", "::1")


def is_loopback(host: str) -> bool:
    """Return whether a server on this address can be reached from this machine only.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost")
    (True, True, True)
    >>> is_loopback("0.0.0.0"), is_loopback("shop.example.com")
    (False, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_unsafe(config: Config, users: int) -> None:
    """Raise ``UsageError`` where the server would let strangers in.

    ``users`` is how many people can log in.
    """
    name = "--host"
    value = config.host
    if config.public_url is not None and is_loopback(value):
        name, value = "--public-url", urlsplit(config.public_url).hostname or ""
    if is_loopback(value):
        return
    if not config.team:
        raise UsageError.of(
            f"{name} is {value!r}, which other machines can reach, and nobody has to log in",
            "users who log in, beyond this machine",
            f"add --team and a first user (smartcart user NAME --role admin), or leave {name} out",
        )
    if not users:
        raise UsageError.of(
            f"{name} is {value!r}, which other machines can reach, and there is no user yet",
            "at least one user who can log in",
            "add one: smartcart user NAME --role admin",
        )
