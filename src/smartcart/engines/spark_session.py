"""A Spark session: joined where there is one, else started quietly and stopped again."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from smartcart.errors import DataError, SmartCartError, UsageError

if TYPE_CHECKING:
    from py4j.java_gateway import JavaGateway
    from pyspark.sql import SparkSession


__all__ = ["first_words", "start"]

ANSWER_SECONDS = 5  # for a connection to the address of a master
WORK_SECONDS = 60  # for the first task to be done
EXPECTED = "a Spark master such as local[*], spark://host:7077, yarn or sc://host:15002"
SQL_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",  # what cannot be computed is missing, as everywhere else
    "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
    "spark.sql.codegen.hugeMethodLimit": "8000",  # Java does not compile longer methods
}
"""Of our own session only: what makes Spark compute as the embedded engine does."""
PART_BYTES = ("spark.sql.files.maxPartitionBytes", "134217728b", "16777216b")
"""A setting, its value where nobody has set it, and ours: what is computed of a part must fit in
memory, and 128 MB of Parquet may hold millions of customers."""


def start(master: str | None, folder: Path) -> tuple[SparkSession, Callable[[], None]]:
    """Return a session, and what ends it; what the Java side says goes to a file in ``folder``.

    ``master`` is the address of a master or, by Spark Connect, of a server (``sc://host:port``).
    Without it: the session that this process has, else ``SPARK_REMOTE``, else what Spark's own
    settings say (``spark-defaults.conf``), else ``local[*]``.

    Raises
    ------
    UsageError
        PySpark is not installed, or the address is none.
    DataError
        Java is missing, the master does not answer, or no worker takes up work.
    """
    try:
        import pyspark  # noqa: F401
    except ImportError as error:
        raise UsageError.of(
            "--engine is 'spark', but PySpark is not installed",
            "the package 'pyspark'",
            "pip install smartcart[spark]",
        ) from error
    remote = master if master and master.startswith("sc://") else None
    if not master:
        remote = os.environ.get("SPARK_REMOTE")
    if remote is not None:
        session, stop = _connected(remote)
    else:
        session, stop = _classic(master, folder)
    try:
        for name, value in SQL_SETTINGS.items():
            session.conf.set(name, value)
        name, unset, ours = PART_BYTES
        if session.conf.get(name) == unset:
            session.conf.set(name, ours)
        _first_task(session, master or remote or session.conf.get("spark.master", "local"))
    except BaseException:
        stop()
        raise
    return session, stop


def _connected(address: str) -> tuple[SparkSession, Callable[[], None]]:
    """Return a session of Spark Connect."""
    _refuse_silence(address, "sc://", 15002)
    try:
        from pyspark.sql import SparkSession

        session = SparkSession.builder.remote(address).create()
    except ImportError as error:
        raise UsageError.of(
            f"{_shown(address)!r} is a server of Spark Connect, whose packages are not installed",
            "PySpark with its part for Spark Connect",
            "pip install 'pyspark[connect]'",
        ) from error
    except Exception as error:
        raise _no_answer(address, first_words(error)) from error
    return session, session.stop


def _classic(master: str | None, folder: Path) -> tuple[SparkSession, Callable[[], None]]:
    """Return a session of this process: a new one in a context that runs, or all of our own."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is not None:
        there = SparkSession.builder.getOrCreate()
        if master not in {None, there.sparkContext.master}:
            raise UsageError.of(
                f"the Spark master is {master!r}, but this process has a session on "
                f"{there.sparkContext.master!r}",
                "one master",
                "stop that session, or name no master",
            )
        return there.newSession(), lambda: None
    if master is not None and master.startswith("spark://"):
        _refuse_silence(master, "spark://", 7077)
    return _launched(master, folder / "spark.log")


def _launched(master: str | None, log: Path) -> tuple[SparkSession, Callable[[], None]]:
    """Start Java and a context in it; both end with the session."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    conf = SparkConf(loadDefaults=False).setAppName("smartcart")
    conf.set("spark.ui.showConsoleProgress", "false").set("spark.log.level", "ERROR")
    if master is not None:
        conf.setMaster(master)
        if master.startswith("local"):
            conf.set("spark.ui.enabled", "false")
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # we say it ourselves
    ours = "PYSPARK_PYTHON" not in os.environ
    if ours:  # executors on this machine need the Python that has SmartCart
        os.environ["PYSPARK_PYTHON"] = sys.executable
    gateway = None
    try:
        with log.open("wb") as file:
            gateway = launch_gateway(conf, popen_kwargs={"stdout": file, "stderr": file})
        context = SparkContext(conf=conf, gateway=gateway)
        session = SparkSession(context)
    except Exception as error:
        with contextlib.suppress(Exception):
            SparkContext._active_spark_context.stop()
        _end(gateway)
        raise _not_started(master, error, log) from error
    finally:
        if ours:
            del os.environ["PYSPARK_PYTHON"]

    def stop() -> None:
        with contextlib.suppress(Exception):
            context.stop()
        _end(gateway)

    if session.conf.get("spark.sql.shuffle.partitions", "200") == "200":  # nobody has set it
        session.conf.set("spark.sql.shuffle.partitions", str(4 * context.defaultParallelism))
    return session, stop


def _end(gateway: JavaGateway) -> None:
    """End the Java process, so that the next session may start another."""
    from pyspark import SparkContext

    SparkContext._gateway = SparkContext._jvm = None
    if gateway is None:
        return
    with contextlib.suppress(Exception):
        gateway.shutdown()
    process = getattr(gateway, "proc", None)
    if process is None:
        return
    with contextlib.suppress(OSError):
        process.stdin.close()
    try:
        process.wait(10)
    except Exception:
        process.kill()
        process.wait()


def _not_started(master: str | None, error: Exception, log: Path) -> SmartCartError:
    said = log.read_text(errors="replace") if log.exists() else ""
    if "JAVA_GATEWAY_EXITED" in str(error) or isinstance(error, OSError):
        if "JAVA_HOME" in said or "java: " in said or not said.strip():
            return DataError.of(
                "Spark could not start Java",
                "a Java runtime, 17 or later",
                "install one, or set JAVA_HOME",
            )
        return DataError.of(
            f"Spark did not start ({said.strip().splitlines()[-1][:200]})",
            "settings that Spark takes",
            "correct spark-defaults.conf, or name another master",
        )
    words = first_words(error)
    if "parse Master URL" in words or "Master must" in words or "Invalid master" in words:
        return UsageError.of(f"the Spark master is {master!r}", EXPECTED, "correct --spark-master")
    return _no_answer(master or "of Spark's settings", words)


def _refuse_silence(address: str, scheme: str, port: int) -> None:
    """Refuse an address where nobody listens; Spark itself would try for minutes."""
    rest = address.removeprefix(scheme).split("/")[0]
    error: Exception | None = None
    for place in rest.split(","):
        host, _, number = place.rpartition(":") if ":" in place else (place, "", str(port))
        if not host or not number.isdigit():
            raise UsageError.of(
                f"the Spark master is {_shown(address)!r}", EXPECTED, "correct --spark-master"
            )
        try:
            socket.create_connection((host.strip("[]"), int(number)), ANSWER_SECONDS).close()
            return
        except (OSError, OverflowError) as failed:
            error = failed
    raise _no_answer(address, first_words(error))


def _first_task(session: SparkSession, master: str) -> None:
    """Wait until a worker has done one task: without workers Spark waits for ever."""
    failed: list[BaseException] = []

    def work() -> None:
        try:
            session.range(1).count()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(WORK_SECONDS)
    if thread.is_alive():
        raise DataError.of(
            f"the Spark master {_shown(master)!r} gave no worker within {WORK_SECONDS} seconds",
            "a worker with the cores and the memory that are asked for",
            "start workers, or ask for less with spark.executor.memory in spark-defaults.conf",
        )
    if failed:
        raise _no_answer(master, first_words(failed[0])) from failed[0]


def _no_answer(master: str, words: str) -> DataError:
    return DataError.of(
        f"the Spark master {_shown(master)!r} does not answer ({words})",
        EXPECTED,
        "check the address, and that the cluster runs",
    )


def _shown(address: str) -> str:
    """Return the address without the options of Spark Connect, which may hold a token."""
    return address.partition("/;")[0]


def first_words(error: BaseException | None) -> str:
    """Return the line of an error that says most, short enough for a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [
        line for line in lines if not line.startswith(("An error occurred", "at ", "Traceback"))
    ]
    words = (told or lines or [type(error).__name__])[0]
    for prefix in (": ", "org.apache.spark.SparkException: "):
        words = words.removeprefix(prefix)
    return words[:200].rstrip(".")
