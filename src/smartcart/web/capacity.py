"""Whether the machine has room for a run: estimated before, watched meanwhile."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from smartcart.errors import DataError

__all__ = ["available", "exhausted", "no_memory", "refuse_too_large", "used_by_group"]

MIB = 1024**2
START = 450 * MIB  # a run of a small table
MOST_STREAMED = 1_500 * MIB  # streaming stays below, however large the table
LEAST_FREE = 100 * MIB  # below this the system would end processes itself
WORKBOOK = 30  # a workbook is read whole: its cells need so many times its size
UNPACKED = {".gz": 8, ".zst": 8, ".parquet": 4, ".pq": 4, ".xlsx": 8, ".xlsb": 8, ".ods": 10}
KEPT = 2  # bytes of spool, result and lookup for a byte of text
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def available() -> int | None:
    """Return how many bytes of memory new work may use; None where nothing says so."""
    found = [value for value in (_free(), _free_of_group()) if value is not None]
    return min(found) if found else None


def _meminfo() -> dict[str, int]:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return {}
    return {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}


def _free() -> int | None:
    return _meminfo().get("MemAvailable")


def _free_of_group() -> int | None:
    """Return what the container's limit leaves, where there is one."""
    folder = Path("/sys/fs/cgroup")
    try:
        most = (folder / "memory.max").read_text(encoding="ascii").strip()
        if most == "max":
            return None
        used = int((folder / "memory.current").read_text(encoding="ascii"))
        stat = (folder / "memory.stat").read_text(encoding="ascii").split()
        idle = int(stat[stat.index("inactive_file") + 1])  # cached files, given back when needed
    except (OSError, ValueError):
        return None
    return max(int(most) - used + idle, 0)


def exhausted() -> bool:
    """Return whether the machine's memory is nearly used up."""
    left = available()
    return left is not None and left < LEAST_FREE


def used_by_group(leader: int) -> int:
    """Return the bytes of memory that a process and the processes of its session hold."""
    total = 0
    try:
        running = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return 0
    for name in running:
        try:
            told = Path(f"/proc/{name}/stat").read_text(encoding="utf-8", errors="replace")
            fields = told.rpartition(")")[2].split()
            if int(fields[3]) == leader:  # its session
                total += int(fields[21]) * _PAGE
        except (OSError, IndexError, ValueError):
            continue
    return total


def needed(size: int, file: str) -> tuple[int, int]:
    """Return the bytes of memory and of disk that a run of a file of ``size`` bytes may need."""
    ending = Path(file.partition("::")[0]).suffix.lower()
    text = size * UNPACKED.get(ending, 1)
    if ending in {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}:
        memory = START + WORKBOOK * size
    else:
        memory = START + min(2 * text, MOST_STREAMED - START)
    return memory, 50 * MIB + KEPT * text


def refuse_too_large(size: int, file: str, folder: Path, most: int | None = None) -> None:
    """Raise ``DataError`` where a run would not fit into memory or on the disk.

    ``most`` is how much memory one run may use; None: what is free.
    """
    memory, disk = needed(size, file)
    free = available()
    allowed = min((v for v in (most, free) if v is not None), default=None)
    if allowed is not None and memory > allowed:
        raise DataError.of(
            f"a run of this file may need {_mib(memory)} of memory and {_mib(allowed)} are free",
            "enough memory",
            "wait until other runs have ended, hand in a smaller table, or as "
            "Parquet or CSV in place of a workbook",
        )
    room = shutil.disk_usage(folder).free
    if disk > room:
        raise DataError.of(
            f"a run of this file may need {_mib(disk)} on disk and {_mib(room)} are free",
            "enough room in the workspace",
            "delete runs that nobody needs, or use a larger disk",
        )


def no_memory() -> DataError:
    """Return the error of work that needed more memory than there is."""
    return DataError.of(
        "the work needed more memory than there is and was ended",
        "a table that fits",
        "hand in fewer columns, or Parquet or CSV in place of a workbook",
    )


def _mib(count: int) -> str:
    return f"{count / MIB:,.0f} MiB"
