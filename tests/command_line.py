"""The command line in processes that need not load it: each is forked from one that has.

Half of a short command is loading. A process of this module loads all of SmartCart once, and forks
for each command: that has its own process, working folder, environment, streams and exit code, and
ends as ``python -m smartcart`` ends. What a test says of the loading itself (``fresh=True``), or of
a process by its name, runs in a new interpreter; so does everything where there is no ``pidfd``.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NoReturn

FORKS = sys.platform == "linux" and hasattr(os, "pidfd_open")
ENV = {**os.environ, "PYTHONWARNINGS": "error", "COLUMNS": "120"}
PR_SET_PDEATHSIG = 1
LONGEST = 1_000_000  # bytes of one command's words and environment

Done = subprocess.CompletedProcess[str]


def smartcart(
    *words: object,
    cwd: Path | None = None,
    env: Mapping[str, str] = ENV,
    given: str = "",
    timeout: float = 300,
    fresh: bool = False,
) -> Done:
    """Run a command to its end, warnings as errors; ``given`` is what stands on its input."""
    if fresh or not FORKS:
        command = [sys.executable, "-m", "smartcart", *map(str, words)]
        return subprocess.run(
            command,
            input=given,
            capture_output=True,
            text=True,
            cwd=cwd,
            env=env,
            check=False,
            timeout=timeout,
        )
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        streams[0].write(given.encode())
        streams[0].seek(0)
        process = stack.enter_context(Forked(*words, streams=streams, cwd=cwd, env=env))
        code = process.wait(timeout)
        told = [_read(stream) for stream in streams[1:]]
    return subprocess.CompletedProcess(["smartcart", *map(str, words)], code, *told)


def begin(*words: object) -> Forked | subprocess.Popen[bytes]:
    """Start a command whose words nobody hears; the caller ends it, or waits for its end."""
    if FORKS:
        with open(os.devnull, "r+b") as nothing:
            return Forked(*words, streams=[nothing] * 3)
    command = [sys.executable, "-m", "smartcart", *map(str, words)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, env=ENV)


def _read(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode().replace("\r\n", "\n")


class Forked:
    """A command that was forked; killed where its test does not wait for it."""

    def __init__(
        self,
        *words: object,
        streams: list[IO[bytes]],
        cwd: Path | None = None,
        env: Mapping[str, str] = ENV,
    ) -> None:
        self.returncode: int | None = None
        self._told, there = socket.socketpair()
        asked = {"words": list(map(str, words)), "cwd": str(cwd or Path.cwd()), "env": dict(env)}
        numbers = [there.fileno(), *(stream.fileno() for stream in streams)]
        socket.send_fds(_loaded(), [json.dumps(asked).encode()], numbers)
        there.close()
        _, found, _, _ = socket.recv_fds(self._told, 1, 1)
        self._process = found[0]

    def __enter__(self) -> Forked:
        return self

    def __exit__(self, *_: object) -> None:
        if self.returncode is None:
            self.send_signal(signal.SIGKILL)
            self.wait()

    def send_signal(self, number: int) -> None:
        """Send a signal to the command, and never to another that has its number by now."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, number)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, negative the signal that ended it."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                self.__exit__()
                raise subprocess.TimeoutExpired("smartcart", timeout or 0)
            self.returncode = int(self._told.recv(20))
            self._told.close()
            os.close(self._process)
        return self.returncode


# The process that has loaded everything ---------------------------------------------------------

_server: list[tuple[int, socket.socket]] = []  # of this process, none before it is needed


def _loaded() -> socket.socket:
    """Return the way to the process that forks, which ends with this one."""
    if _server and _server[0][0] == os.getpid():
        return _server[0][1]
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * LONGEST)
    process = subprocess.Popen(
        [sys.executable, __file__, str(there.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=ENV,
        pass_fds=[there.fileno()],
    )
    there.close()
    _server[:] = [(os.getpid(), here)]

    def end() -> None:
        here.close()
        process.wait()

    atexit.register(end)
    return here


def _load() -> None:
    """Load the modules of every command, the app's aside."""
    import smartcart

    for module in pkgutil.walk_packages(smartcart.__path__, "smartcart."):
        if not module.name.startswith("smartcart.web") and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in ("duckdb", "ibis.backends.duckdb", "mpl_toolkits.mplot3d", "pyarrow.parquet"):
        importlib.import_module(name)


def serve(asking: socket.socket) -> NoReturn:
    """Fork for each command that is asked for, and say how it ended; end when nobody can ask."""
    awake, wake = socket.socketpair()
    awake.setblocking(False)
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    _load()
    running: dict[int, socket.socket] = {}
    while True:
        ready = select.select([asking, awake], [], [])[0]
        if awake in ready:
            with contextlib.suppress(BlockingIOError):
                awake.recv(4_096)
            _tell_the_ended(running)
        if asking not in ready:
            continue
        content, numbers, _, _ = socket.recv_fds(asking, LONGEST, 4)
        if not content:
            os._exit(0)  # nothing here is worth taking apart
        teller = socket.socket(fileno=numbers[0])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a library has threads: none of them works yet
            pid = os.fork()
        if not pid:
            for mine in (asking, awake, wake, teller, *running.values()):
                if mine is not wake:
                    mine.close()
            signal.set_wakeup_fd(-1)
            wake.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _be(numbers[1:], **json.loads(content))
        process = os.pidfd_open(pid)
        with contextlib.suppress(OSError):
            socket.send_fds(teller, [b"!"], [process])
        for number in {process, *numbers[1:]}:
            os.close(number)
        running[pid] = teller


def _tell_the_ended(running: dict[int, socket.socket]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with running.pop(pid) as teller, contextlib.suppress(OSError):
            teller.send(str(os.waitstatus_to_exitcode(status)).encode())


def _be(streams: list[int], words: list[str], cwd: str, env: Mapping[str, str]) -> NoReturn:
    """Be the process of one command, from its first line to its end."""
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        for stream in set(streams) - {0, 1, 2}:
            os.close(stream)
        os.environ.clear()
        os.environ.update(env)
        os.chdir(cwd)
        _fork_helpers()
        sys.argv = ["smartcart", *words]
        runpy.run_module("smartcart", run_name="__main__", alter_sys=True)
    except BaseException:
        traceback.print_exc()
    os._exit(1)  # the command line has ended the process itself


def _fork_helpers() -> None:
    """Let the second process of a command be a fork as well; it ends with the command."""
    import ctypes
    import multiprocessing

    context: Any = multiprocessing.get_context("fork")
    library = ctypes.CDLL(None)
    multiprocessing.get_context = lambda method=None: context
    os.register_at_fork(after_in_child=lambda: library.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
