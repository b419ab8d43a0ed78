"""A server of a workspace: one process, one port, one lock."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable

import uvicorn

from smartcart.errors import UsageError
from smartcart.web.accounts import Accounts
from smartcart.web.app import create_app
from smartcart.web.config import Config, refuse_unsafe
from smartcart.web.database import open_database
from smartcart.web.workspace import lock_workspace

__all__ = ["serve"]


def serve(config: Config, tell: Callable[[str], None]) -> None:
    """Serve a workspace until the process is asked to end; ``tell`` is given the address.

    Raises
    ------
    UsageError
        Where strangers would come in, the port is taken, or another server has the workspace.
    """
    with lock_workspace(config.workspace):
        database = open_database(config.database, config.workspace)
        users = Accounts(database).count()
        database.close()
        refuse_unsafe(config, users)
        with _listen(config) as listener:
            app = create_app(config)
            host, port = listener.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            tell(config.public_url or f"http://{shown}:{port}")
            if config.team and not users:
                tell("Nobody can log in yet: add a user with 'smartcart user NAME --role admin'.")
            logging.getLogger("smartcart.web").setLevel(logging.INFO)
            server = uvicorn.Server(
                uvicorn.Config(
                    app,
                    log_level="warning",
                    access_log=False,
                    server_header=False,
                    date_header=False,
                    proxy_headers=config.public_url is not None,
                    timeout_keep_alive=30,
                    timeout_graceful_shutdown=5,
                    lifespan="on",
                )
            )
            server.run(sockets=[listener])


def _listen(config: Config) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    # named as TCP, so that asyncio sends small answers at once: else each waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((config.host, config.port))
        listener.listen(256)
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError.of(
            f"the server cannot listen on {config.host!r} port {config.port} "
            f"({getattr(error, 'strerror', None) or error})",
            "an address of this machine and a free port",
            "choose another --host or --port",
        ) from error
    return listener
