"""Progress of a command on standard error; it loads nothing, so that short commands stay short."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from types import TracebackType
from typing import Self

__all__ = ["Progress"]

QUIET_SECONDS = 2.0  # nothing is said about what takes less
MACHINE_SECONDS = 0.2
EVERY_SECONDS = 2.0  # at most one line so often where there is no terminal
RATE_SECONDS = 0.2  # a rate is told of a step that has gone on for so long


class Progress:
    """Says on standard error what is being done, how many rows, how fast and how long still.

    On a terminal one line is rewritten; elsewhere a line is printed every two seconds. With the
    environment variable ``SMARTCART_PROGRESS=json`` each line is a JSON object for a program.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._machine = os.environ.get("SMARTCART_PROGRESS") == "json"
        self._live = sys.stderr.isatty()
        self._start = self._step_start = self._last = time.monotonic()
        self._step = ""
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._clear()

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Announce ``done`` of ``total`` rows of a step."""
        now = time.monotonic()
        if step != self._step:
            self._step, self._step_start = step, now
        if self._machine:
            self._tell(done, total, now)
            return
        if self._quiet or now - self._last < (0.1 if self._live else EVERY_SECONDS):
            return
        if not self._live and now - self._start < QUIET_SECONDS:
            return
        self._last = now
        self._say(self._line(done, total, now - self._step_start))

    def _tell(self, done: int, total: int | None, now: float) -> None:
        """Say it to a program: one JSON object a line."""
        if done and done != total and now - self._last < MACHINE_SECONDS:
            return
        self._last = now
        told = json.dumps({"step": self._step, "done": done, "total": total})
        with contextlib.suppress(OSError):  # nobody may be listening
            sys.stderr.write(told + "\n")
            sys.stderr.flush()

    def _line(self, done: int, total: int | None, seconds: float) -> str:
        if not total or not done:
            return f"{self._step} ..."
        if seconds < RATE_SECONDS:
            return f"{self._step}: {done:,} of {total:,} rows"
        rate = done / seconds
        left = (total - done) / rate
        return f"{self._step}: {done:,} of {total:,} rows, {rate:,.0f}/s, {left:.0f} s left"

    def _say(self, line: str) -> None:
        if self._live:
            sys.stderr.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def _clear(self) -> None:
        if self._live and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
