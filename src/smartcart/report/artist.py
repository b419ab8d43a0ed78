"""Pictures drawn by a second process, so that they do not hold up the first."""

from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from smartcart.records import Run

__all__ = ["Artist"]

FIRST = "clusters_3d"  # the report waits for this one


class Artist:
    """A process that loads what drawing needs while this one works, and draws when asked to.

    Where no process can be started, or it does not come back, ``draw`` and ``wait`` say ``False``,
    and the caller draws. Use ``with``: the process ends with the block, and by itself if its
    parent is killed.
    """

    def __init__(self) -> None:
        self._pipe: Connection | None = None
        self._process: Any = None

    def __enter__(self) -> Self:
        if (os.cpu_count() or 1) < 2:
            return self
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_work, args=(there,), daemon=True)
        try:
            process.start()
        except OSError:
            here.close()
        else:
            self._pipe, self._process = here, process
        there.close()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()  # it has answered all that was asked, or nobody waits for it
            self._process.join()

    def draw(self, run: Run, folder: Path) -> bool:
        """Ask for all pictures of ``run`` in ``folder``; return whether the 3-D view is there."""
        return self._said(lambda pipe: pipe.send((run, folder)), FIRST)

    def wait(self) -> bool:
        """Wait for the rest; return whether all pictures are there."""
        return self._said(lambda pipe: None, "all")

    def _said(self, ask: Any, word: str) -> bool:
        if self._pipe is None:
            return False
        try:
            ask(self._pipe)
            return bool(self._pipe.recv() == word)
        except (OSError, EOFError):
            return False


def _work(pipe: Connection) -> None:
    """Load, wait for a run, draw. A failure closes the pipe, and the parent meets it itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    from smartcart.report import figures

    figures.warm_up()
    try:
        run, folder = pipe.recv()
        figures.draw_all(run, folder, [FIRST])
        pipe.send(FIRST)
        figures.draw_all(run, folder, [name for name in figures.FIGURES if name != FIRST])
        pipe.send("all")
    except Exception:
        pipe.close()
