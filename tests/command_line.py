"""The command line in processes that need not load it: each is forked from one that has.

Half of a short command is loading. A process of this module loads all of SmartCart once, and forks
for each command: that has its own process, working folder, environment, streams and exit code, and
ends as ``python -m smartcart`` ends. What a test says of the loading itself (``fresh=True``) runs
in a new interpreter; so does everything where there is no ``pidfd``.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
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
import threading
import traceback
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, NoReturn, Self

FORKS = sys.platform == "linux" and hasattr(os, "pidfd_open")
ENV = {**os.environ, "PYTHONWARNINGS": "error", "COLUMNS": "120"}
PR_SET_PDEATHSIG = 1
WORKER = "smartcart.web.worker"
FEW_DOTS = 40  # an inch
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
        numbers = [stream.fileno() for stream in streams]
        process = stack.enter_context(Forked("smartcart", words, numbers, cwd=cwd, env=env))
        code = process.wait(timeout)
        told = [_read(stream) for stream in streams[1:]]
    return subprocess.CompletedProcess(["smartcart", *map(str, words)], code, *told)


def begin(*words: object, fresh: bool = False) -> subprocess.Popen[bytes] | Forked:
    """Start a command that is to be killed; nobody hears its words."""
    if FORKS and not fresh:
        with open(os.devnull, "r+b") as nothing:
            return Forked("smartcart", words, [nothing.fileno()] * 3)
    command = [sys.executable, "-m", "smartcart", *map(str, words)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, env=ENV)


def _read(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode().replace("\r\n", "\n")


class Forked:
    """A module of SmartCart, run in a process that was forked; it is killed where none waits."""

    def __init__(
        self,
        module: str,
        words: Sequence[object],
        streams: Sequence[int],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] = ENV,
    ) -> None:
        self.returncode: int | None = None
        self._told, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        asked = {"module": module, "words": list(map(str, words)), "env": dict(env)}
        content = json.dumps(asked | {"cwd": str(cwd or Path.cwd())}).encode()
        with _ASKING, there:
            socket.send_fds(_loaded(), [content], [there.fileno(), *streams])
        number, found, _, _ = socket.recv_fds(self._told, 20, 1)
        self.pid, self._process = int(number), found[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.wait()

    def kill(self) -> None:
        """End the command, and never another that has its number by now."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, negative the signal that ended it."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("smartcart", timeout or 0)
            self.returncode = int(self._told.recv(20))
            self._told.close()
            os.close(self._process)
        return self.returncode


class Worker(Forked):
    """What the web app begins of its worker, forked: as much of ``Popen`` as it uses."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        stdin: int,
        stdout: IO[bytes],
        stderr: int,
        cwd: Path,
        env: Mapping[str, str],
        start_new_session: bool,
    ) -> None:
        assert command[1:4] == ["-P", "-m", WORKER]
        assert (stdin, stderr, start_new_session) == (subprocess.DEVNULL, subprocess.PIPE, True)
        reading, writing = os.pipe()
        self.stderr = os.fdopen(reading, "rb")
        with open(os.devnull, "rb") as nothing, os.fdopen(writing, "wb") as told:
            streams = [nothing.fileno(), stdout.fileno(), told.fileno()]
            super().__init__(command[3], command[4:], streams, cwd=cwd, env=env)

    def poll(self) -> int | None:
        """Return the exit code, ``None`` while it works."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode


forking = SimpleNamespace(
    Popen=Worker,
    PIPE=subprocess.PIPE,
    DEVNULL=subprocess.DEVNULL,
    TimeoutExpired=subprocess.TimeoutExpired,
)
"""What a module may take for ``subprocess``, whose workers are to be forked."""


# The process that has loaded everything ---------------------------------------------------------

_server: list[tuple[int, socket.socket]] = []  # of this process, none before it is needed
_ASKING = threading.Lock()


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
    _draw_small()


def _draw_small() -> None:
    """Let pictures have few dots: a command draws eight, which is half of its work."""
    from smartcart.report import canvas

    assert canvas.png.__defaults__ == (canvas.DPI,)
    canvas.png.__defaults__ = (FEW_DOTS,)


def serve(asking: socket.socket) -> NoReturn:
    """Fork for each command that is asked for, and say how it ended; end when nobody can ask."""
    awake, wake = socket.socketpair()
    awake.setblocking(False)
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests
    _load()
    gc.freeze()
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
        os.setpgid(pid, pid)  # here and there, whoever comes first
        if not pid:
            for mine in (asking, awake, wake, teller, *running.values()):
                if mine is not wake:
                    mine.close()
            signal.set_wakeup_fd(-1)
            wake.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _be(numbers[1:], **json.loads(content))
        process = os.pidfd_open(pid)
        with contextlib.suppress(OSError):
            socket.send_fds(teller, [str(pid).encode()], [process])
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


def _be(
    streams: list[int], module: str, words: list[str], cwd: str, env: Mapping[str, str]
) -> NoReturn:
    """Be the process of one command, from its first line to its end."""
    code = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        for stream in set(streams) - {0, 1, 2}:
            os.close(stream)
        os.environ.clear()
        os.environ.update(env)
        os.chdir(cwd)
        tempfile.tempdir = None  # as the environment says
        _fork_helpers()
        if module == WORKER:
            words[0] = str(os.getppid())  # it ends with the process that waits for it
        sys.argv = [module, *words]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:  # of a worker; the command line ends the process itself
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(code)


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
