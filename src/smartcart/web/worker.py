"""What the app does in processes of their own: a fault, a kill or a full memory ends only these.

``python -m smartcart.web.worker PARENT TASK ARGUMENTS``: PARENT is the process that waits for it,
and ends it when it ends itself, however. Progress goes to standard error, one JSON object a line;
the result (or ``{"error", "exit_code"}``, of a refused table also its ``columns`` and the
``readings`` between which it asks) to standard output.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from smartcart.records import JsonObject

__all__ = ["main"]

PR_SET_PDEATHSIG = 1


def _end_with(parent: int) -> None:
    """End this process and its helpers when ``parent`` ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(137)

    threading.Thread(target=watch, daemon=True).start()
    if os.getppid() != parent:
        os._exit(137)


def _step_back() -> None:
    """Let the pages go first; where memory runs out, let this process be the one that ends."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii")


def _tell(step: str, done: int, total: int | None) -> None:
    """Say the progress to whoever watches, at most a few times a second."""
    global _told  # noqa: PLW0603
    now = time.monotonic()
    if step == _told[0] and now - _told[1] < 0.2:
        return
    _told = (step, now)
    sys.stderr.write(json.dumps({"step": step, "done": done, "total": total}) + "\n")
    sys.stderr.flush()


_told: tuple[str, float] = ("", 0.0)


def _inspect(asked: JsonObject) -> object:
    from smartcart import store, workflows
    from smartcart.settings import read_settings

    settings = read_settings(None, **asked["settings"])
    seen = workflows.inspect(
        asked["source"],
        kind=settings.kind,
        as_of=settings.as_of,
        wanted=settings.columns,
        options=workflows.order_options(settings),
    )
    return store.plain(seen)


def _rows(asked: JsonObject) -> object:
    from smartcart.workflows.first_rows import first_rows

    names, rows = first_rows(asked["source"], asked["rows"])
    return {"names": names, "rows": rows}


def _lookup(asked: JsonObject) -> object:
    from smartcart.workflows.customer_lookup import write_lookup

    count = write_lookup(Path(asked["run"]), asked["source"], progress=_tell)
    return {"customers": count}


def _migrate(asked: JsonObject) -> object:
    from smartcart import store
    from smartcart.workflows.migrate import migrate

    found = migrate(
        Path(asked["before"]), Path(asked["after"]), source=asked["source"], progress=_tell
    )
    content = {
        name: store.plain(getattr(found, name))
        for name in ("migration", "names", "names_now", "split", "worth", "identity", "notices")
    }
    _keep(Path(asked["target"]), content)
    return {}


def _monitor(asked: JsonObject) -> object:
    from smartcart import store, workflows
    from smartcart.workflows.monitor import monitor

    found = monitor(asked["source"], workflows.load(Path(asked["run"])), progress=_tell)
    _keep(Path(asked["target"]), store.plain(found))
    return {}


def _results(asked: JsonObject) -> object:
    from smartcart import store
    from smartcart.workflows.results import measure_arms

    arms = None if asked["arms"] is None else Path(asked["arms"])
    found = measure_arms(
        asked["table"],
        store.read_run(Path(asked["run"])),
        arm=asked["arm"],
        control=asked["control"],
        outcomes=asked["outcomes"],
        arms=arms,
    )
    return store.plain(found)


def _score(asked: JsonObject) -> object:
    from smartcart import store, workflows

    target = Path(asked["target"])
    found = workflows.score(asked["source"], workflows.load(Path(asked["run"])), target)
    return {
        "customers": found.customers,
        "rejected": found.rejected,
        "rejected_file": store.rejected_beside(target).name,
    }


def _erase(asked: JsonObject) -> object:
    from smartcart import store
    from smartcart.workflows.erase import erase_files

    return store.plain(erase_files(Path(asked["workspace"]), asked["customer"]))


def _asked(error: Any) -> JsonObject:
    """Return what a table that was refused leaves to be settled: its columns, its readings."""
    from smartcart import store

    found: dict[str, object] = {"kind": error.kind, "columns": store.plain(error.columns)}
    if hasattr(error, "readings"):
        found["readings"] = store.plain(error.readings)
    return found


def _keep(target: Path, content: object) -> None:
    from smartcart import store

    with store.new_files([target], overwrite=True) as folder:
        store.write_json(folder / target.name, content)


TASKS: dict[str, Callable[[JsonObject], object]] = {
    "erase": _erase,
    "results": _results,
    "score": _score,
    "inspect": _inspect,
    "lookup": _lookup,
    "migrate": _migrate,
    "rows": _rows,
    "monitor": _monitor,
}


def main(arguments: list[str]) -> int:
    """Do one task; return the exit code of the command line."""
    parent, task, *rest = arguments
    _end_with(int(parent))
    _step_back()
    if task == "cli":
        os.environ["SMARTCART_PROGRESS"] = "json"
        sys.argv = ["smartcart", *rest]
        runpy.run_module("smartcart", run_name="__main__")
        return 0
    from smartcart.errors import DataError, SmartCartError

    try:
        content: object = TASKS[task](json.loads(rest[0]))
        code = 0
    except SmartCartError as error:
        content = {"error": str(error), "way_out": error.way_out, "exit_code": error.exit_code}
        if isinstance(error, DataError):
            content |= _asked(error)
        code = error.exit_code
    except MemoryError:
        content = {"error": "The machine's memory does not suffice.", "exit_code": 3}
        code = 3
    sys.stdout.write(json.dumps(content, ensure_ascii=False))
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
