"""A second process beside this one: it loads what is needed later, and computes when asked to."""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any, Self

__all__ = ["HelperProcess", "LostError"]

PATIENCE = 0.2  # seconds in which the next question often follows an answer


class LostError(Exception):
    """The other process could not be started, or did not do what it was asked to."""


class HelperProcess:
    """A process that loads ``modules`` while this one works, and then runs functions for it.

    ``without`` are packages that the other never loads, whoever asks for them there. Use
    ``with``: the process ends with the block, and by itself if its parent is killed. Whoever gets
    :class:`LostError` does the work itself, and so meets the reason.
    """

    def __init__(self, *modules: str, without: Sequence[str] = ()) -> None:
        self._modules = modules
        self._without = tuple(without)
        self._pipe: Connection | None = None
        self._process: SpawnProcess | None = None

    def __enter__(self) -> Self:
        if (os.cpu_count() or 1) < 2:
            return self
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(
            target=_work,
            args=(there, self._modules, self._without, gc.get_threshold()),
            daemon=True,
        )
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

    def ask(self, function: Callable[..., object], *arguments: object) -> None:
        """Begin ``function(*arguments, tell)`` there; ``tell`` sends words back meanwhile."""
        if self._pipe is None:
            raise LostError
        try:
            self._pipe.send((function, arguments))
        except OSError as error:
            raise LostError from error

    def answer(
        self, heard: Callable[[str], None] | None = None, meanwhile: Sequence[str] = ()
    ) -> Any:
        """Wait for what was asked; ``heard`` is called with the words that come meanwhile.

        ``meanwhile`` are modules that this process loads before it waits.
        """
        if self._pipe is None:
            raise LostError
        _load(meanwhile)
        while True:
            try:
                what, content = self._pipe.recv()
            except (OSError, EOFError) as error:
                raise LostError from error
            if what == "done":
                return content
            if heard is not None:
                heard(content)


def _load(modules: Sequence[str]) -> None:
    for module in modules:
        importlib.import_module(module)


class _Without:
    """A finder of modules that finds none of these packages, and leaves others to the next."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self._packages = packages

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in self._packages:
            raise ModuleNotFoundError(f"{name!r} is not loaded in this process", name=name)


def _work(
    pipe: Connection,
    modules: tuple[str, ...],
    without: tuple[str, ...],
    collect: tuple[int, int, int],
) -> None:
    """Load while nothing is asked; do what is asked until the pipe ends. A failure ends it."""
    gc.set_threshold(*collect)
    if without:
        sys.meta_path.insert(0, _Without(without))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    try:
        ahead = list(modules)
        patience = 0.0
        while True:
            if ahead and not pipe.poll(patience):
                _load([ahead.pop(0)])
                patience = 0.0
                continue
            function, arguments = pipe.recv()
            found = function(*arguments, lambda word: pipe.send(("word", word)))
            pipe.send(("done", found))
            patience = PATIENCE
    except Exception:
        pipe.close()
