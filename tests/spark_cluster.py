"""A standalone Spark cluster and a server of Spark Connect on loopback, from what is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

MEMORY = "-Xmx256m"
FAST = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]  # short lives: do not compile for hours
DEFAULTS = f"""
spark.driver.extraJavaOptions {" ".join(FAST)}
spark.executor.extraJavaOptions {" ".join(FAST)}
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.executor.memory 512m
spark.sql.shuffle.partitions 4
spark.sql.codegen.wholeStage false
spark.ui.enabled false
"""

QUICK = f"""{DEFAULTS.replace("partitions 4", "partitions 2")}
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.adaptive.enabled false
spark.shuffle.compress false
"""
"""For a session of this process, a fifth quicker: nothing is compiled or planned anew for few rows.
The cluster and the server of Spark Connect compile and plan as everywhere."""


def missing() -> str:
    """Return what a test of Spark lacks here, "" where nothing."""
    try:
        import pyspark  # noqa: F401
    except ImportError:
        return "pyspark is not installed"
    return "" if java() else "there is no Java"


def connect_missing() -> str:
    """Return what a test of Spark Connect lacks here, "" where nothing."""
    try:
        import google.rpc.error_details_pb2  # noqa: F401
        import grpc  # noqa: F401
        import grpc_status  # noqa: F401
    except ImportError as error:
        return f"{error.name} of pyspark[connect] is not installed"
    return missing()


def java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin" / "java") if home else shutil.which("java")


def settings(folder: Path, defaults: str = DEFAULTS) -> dict[str, str]:
    """Return an environment with settings for small, short runs, as a company has its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spark-defaults.conf").write_text(defaults)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SPARK_", "PYSPARK_"))}
    return kept | {
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "OMP_NUM_THREADS": "1",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A master and two workers of one core each; ``kill_worker`` ends one and its executors.

    ``memory`` is what each worker may give to its executors, ``defaults`` are Spark's settings.
    """

    def __init__(self, folder: Path, memory: str = "1g", defaults: str = DEFAULTS) -> None:
        import pyspark

        self.folder = folder
        self.jars = str(Path(pyspark.__file__).parent / "jars" / "*")
        self.memory = memory
        self.env = settings(folder / "conf", defaults)
        self._home = {
            "SPARK_HOME": str(Path(pyspark.__file__).parent),
            "SPARK_SCALA_VERSION": "2.13",
        }
        self.port = free_port()
        self.url = f"spark://127.0.0.1:{self.port}"
        self.master = self._start(
            "master",
            "org.apache.spark.deploy.master.Master",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--webui-port",
            str(free_port()),
        )
        self._wait("master", "I have been elected leader")
        self.workers = [self._worker(i) for i in range(2)]
        for i in range(2):
            self._wait(f"worker{i}", "Successfully registered with master")

    def _worker(self, i: int) -> subprocess.Popen[bytes]:
        return self._start(
            f"worker{i}",
            "org.apache.spark.deploy.worker.Worker",
            "--host",
            "127.0.0.1",
            "--cores",
            "1",
            "--memory",
            self.memory,
            "--webui-port",
            str(free_port()),
            "--work-dir",
            str(self.folder / f"work{i}"),
            self.url,
        )

    def _start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [str(java()), MEMORY, *FAST, "-cp", self.jars, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env | self._home,
                start_new_session=True,
            )

    def _wait(self, name: str, words: str, seconds: int = 60) -> None:
        log = self.folder / f"{name}.log"
        for _ in range(seconds * 10):
            if words in log.read_text(errors="replace"):
                return
            time.sleep(0.1)
        raise RuntimeError(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")

    def kill_worker(self) -> None:
        """End the first worker and its executors, as if its machine went dark."""
        _end(self.workers.pop(0))

    def stop(self) -> None:
        for process in [*self.workers, self.master]:
            _end(process)


class ConnectServer:
    """A server of Spark Connect on two cores of this machine."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        home = Path(pyspark.__file__).parent
        self.env = settings(folder / "conf")
        port = free_port()
        self.url = f"sc://127.0.0.1:{port}"
        with (folder / "conf" / "spark-defaults.conf").open("a") as file:
            file.write(f"spark.connect.grpc.binding.port {port}\n")
            file.write("spark.connect.grpc.binding.address 127.0.0.1\nspark.master local[2]\n")
        told = {"SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable}
        with (folder / "server.log").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    str(home / "bin" / "spark-submit"),
                    "--driver-memory",
                    "512m",
                    "--class",
                    "org.apache.spark.sql.connect.service.SparkConnectServer",
                    "spark-internal",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env | told,
                start_new_session=True,
            )
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError((folder / "server.log").read_text(errors="replace")[-2000:])

    def stop(self) -> None:
        _end(self.process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # its own group: it and what it started
    process.wait()
