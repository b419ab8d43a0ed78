"""The command line's door: every error becomes one sentence and an exit code."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable
from enum import IntEnum

import typer
from typer.exceptions import TyperException

from smartcart.cli import (  # noqa: F401  # they add their commands to the application
    campaign,
    dbt,
    future,
    layouts,
    over_time,
    run,
    score,
    serve,
    synth,
)
from smartcart.cli.common import app, print_json
from smartcart.errors import SmartCartError

__all__ = ["app", "main"]


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    OWN_FAULT = 1
    USAGE = 2
    DATA = 3
    REFIT = 4  # what monitor says, not an error


def main() -> None:
    """Run the command line; every error becomes one sentence and an exit code."""
    import signal

    def stop(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, stop)  # so that what was begun is cleaned up
    as_json = "--json" in sys.argv[1:]
    sys.exit(_guarded(app, as_json))


def _guarded(command: Callable[..., object], as_json: bool) -> int:
    try:
        code = command(standalone_mode=not as_json)
    except TyperException as error:  # of the command line itself; without --json Typer tells it
        return _fail(_words_of(error), Exit.USAGE, as_json)
    except typer.Abort:
        return _fail("Stopped; nothing was written.", 130, as_json)
    except SmartCartError as error:
        return _fail(str(error), error.exit_code, as_json)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.USAGE
    except KeyboardInterrupt:
        return _fail("Stopped; nothing was written.", 130, as_json)
    except OSError as error:
        if error.errno not in {errno.EPIPE, errno.ENOSPC, errno.EIO}:
            return _own_fault(error, as_json)
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python flushes once more at its end
        return _fail(f"The result could not be printed ({error.strerror}).", Exit.OWN_FAULT, False)
    except MemoryError:
        return _fail(
            "The machine's memory does not suffice; close other programs or use fewer columns.",
            Exit.DATA,
            as_json,
        )
    except Exception as error:
        return _own_fault(error, as_json)
    return code if isinstance(code, int) else Exit.DONE


def _words_of(error: TyperException) -> str:
    """Return what is wrong with the words of the command line, and the way out."""
    told = getattr(error, "format_message", None)
    said = (told() if told is not None else str(error)).rstrip(".")
    return f"{said}; see --help."


def _own_fault(error: Exception, as_json: bool) -> int:
    """Keep the details in a file, and say so in one sentence."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="smartcart-fault-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(error, file=file)
    return _fail(
        f"This is a fault of SmartCart's own ({type(error).__name__}); please report it with the "
        f"details in {file.name}",
        Exit.OWN_FAULT,
        as_json,
    )


def _fail(sentence: str, code: int, as_json: bool) -> int:
    with contextlib.suppress(OSError):  # nobody may be listening
        if as_json:
            print_json({"error": sentence, "exit_code": int(code)})
    with contextlib.suppress(OSError):
        typer.echo(f"smartcart: {sentence}", err=True)
    return int(code)
