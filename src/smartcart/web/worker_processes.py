"""Processes that work for the app: started, watched, ended; they cannot take it with them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from smartcart.errors import DataError, ReadingQuestion, UsageError
from smartcart.records import Column, JsonObject, OtherReading
from smartcart.web import capacity
from smartcart.web.errors import WebError

if TYPE_CHECKING:
    from smartcart.web.workspace import Workspace

__all__ = ["Ended", "Slots", "call", "run"]

EVERY = 0.2  # seconds between looks at a process
GRACE = 5.0  # seconds to clean up after being asked to end
LONGEST_OUTPUT = 64 * 1024**2

Heard = Callable[[str, int, int | None], None]  # step, rows done, rows in all
PACKAGES = str(Path(__file__).parents[2])


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended; ``why`` is set where the app ended it: "cancelled", "memory", "time"."""

    code: int
    output: object  # the JSON object that it printed, None where it printed none
    why: str = ""


@dataclass(slots=True)
class _Watched:
    """A process and what is heard from it."""

    process: subprocess.Popen[bytes]
    heard: Heard
    said: list[str] = field(default_factory=list)

    def listen(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            try:
                told = json.loads(line)
                self.heard(str(told["step"]), int(told["done"]), told["total"])
            except (ValueError, KeyError, TypeError):
                self.said = [*self.said[-9:], line.decode("utf-8", "replace").rstrip()[:300]]


class Slots:
    """So many at once; whoever comes when all are taken is told to come again."""

    def __init__(self, count: int, message: str) -> None:
        self._free = threading.Semaphore(count)
        self._message = message

    def __enter__(self) -> None:
        if not self._free.acquire(timeout=10):
            raise WebError.because(
                503, "busy", f"{self._message} just now.", "Try again in a few seconds.", 5
            )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._free.release()


def call(
    task: str,
    asked: JsonObject,
    workspace: Workspace,
    *,
    seconds: float,
    heard: Heard | None = None,
) -> Any:
    """Return the result of a task of the worker.

    Raises
    ------
    UsageError, DataError
        What the worker says, or that it needed too much.
    """
    ended = run([task, json.dumps(asked)], workspace, heard=heard, seconds=seconds)
    refuse_failed(ended)
    return ended.output


def refuse_failed(ended: Ended) -> None:
    """Raise what a process that did not end well says, as one sentence."""
    if ended.why == "memory":
        raise capacity.no_memory()
    if ended.why == "time":
        raise DataError.of(
            "the table took too long to read",
            "a table that is read within minutes",
            "hand in a smaller one, or run it with 'smartcart run'",
        )
    told = ended.output if isinstance(ended.output, dict) else {}
    sentence = str(told.get("error", ""))
    if ended.code == 0 and not sentence:
        return
    if ended.code in {2, 3} and sentence:
        error = UsageError(sentence) if ended.code == 2 else _refused(sentence, told)
        error.way_out = str(told.get("way_out", ""))
        raise error
    if ended.code in {-signal.SIGKILL, 137}:
        raise capacity.no_memory()
    raise WebError.because(
        500,
        "fault",
        sentence or f"The work ended without a result (code {ended.code}).",
        "Please report it.",
    )


def _refused(sentence: str, told: JsonObject) -> DataError:
    """Return the error of a refused table, with what it leaves to be settled."""
    from pydantic import TypeAdapter

    error = DataError(sentence)
    if "readings" in told:
        error = ReadingQuestion(sentence)
        error.readings = TypeAdapter(tuple[OtherReading, ...]).validate_python(told["readings"])
    error.columns = TypeAdapter(tuple[Column, ...]).validate_python(told.get("columns", ()))
    error.kind = str(told.get("kind", ""))
    return error


def run(
    arguments: Sequence[str],
    workspace: Workspace,
    *,
    heard: Heard | None = None,
    stop: threading.Event | None = None,
    seconds: float | None = None,
    memory: int | None = None,
) -> Ended:
    """Run the worker until it ends, or is ended: ``stop`` is set, time or memory do not suffice.

    To be called from a thread that lives on meanwhile: the system ends the process with it.
    """
    packages = os.pathsep.join([PACKAGES, *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "TMPDIR": str(workspace.temporary), "PYTHONPATH": packages}
    with tempfile.TemporaryFile(dir=workspace.temporary) as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "smartcart.web.worker", str(os.getpid()), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            cwd=workspace.folder,
            env=environment,
            start_new_session=True,
        )
        watched = _Watched(process, heard or (lambda step, done, total: None))
        assert process.stderr is not None
        listener = threading.Thread(target=watched.listen, args=(process.stderr,), daemon=True)
        listener.start()
        why = ""
        try:
            why = _wait(process, stop, seconds, memory)
        finally:
            if process.poll() is None:
                _end(process, gently=why == "cancelled")
            _kill_group(process.pid)  # whatever it left
            listener.join(timeout=2)
            process.stderr.close()
        return Ended(process.returncode, _result(output), why)


def _result(output: IO[bytes]) -> Any:
    output.seek(0)
    try:
        return json.loads(output.read(LONGEST_OUTPUT))
    except ValueError:
        return None


def _wait(
    process: subprocess.Popen[bytes],
    stop: threading.Event | None,
    seconds: float | None,
    memory: int | None,
) -> str:
    """Wait for a process; return why it has to be ended, "" where it has ended itself."""
    start = looked = time.monotonic()
    while True:
        try:
            process.wait(EVERY)
            return ""
        except subprocess.TimeoutExpired:
            pass
        now = time.monotonic()
        if stop is not None and stop.is_set():
            return "cancelled"
        if seconds is not None and now - start > seconds:
            return "time"
        if now - looked > 1:
            looked = now
            used = capacity.used_by_group(process.pid)
            if capacity.exhausted() or (memory is not None and used > memory):
                return "memory"


def _end(process: subprocess.Popen[bytes], *, gently: bool) -> None:
    """End a process and its helpers; ``gently`` it may remove what it has begun to write."""
    if gently:
        try:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(GRACE)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
    _kill_group(process.pid)
    process.wait()


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
