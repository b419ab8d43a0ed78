"""Whole-process timings of SmartCart, of an older build of it and of two notebooks, in turn.

Every command runs once to warm up; then the peers take turns (A B C A B C ...), so that a busy
moment of the machine meets all. Wall time, processor time and peak memory are those of the child
process as the kernel counts them (`wait4`). The older build is the last tag or, where there is
none, the commit that last wrote `docs/benchmarks.md`; `--against` names another, or `none`. The
result is printed and written to `docs/benchmarks.md`.

    python benchmarks/bench.py [--quick] [--only CASE ...] [--against COMMIT]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
PEER = HERE / "reference_pipeline.py"
LEAN = HERE / "lean_notebook.py"
OURS, OLDER = "SmartCart", "SmartCart, older build"
PACKAGES = ("smartcart", "numpy", "scikit-learn", "pandas", "pyarrow", "duckdb", "ibis-framework")

WARM_TURNS = 2  # processes of each build
WARM = """
import json, sys, time
import smartcart
seconds = []
for _ in range(int(sys.argv[2]) + 1):
    start = time.perf_counter()
    smartcart.segment(sys.argv[1])
    seconds.append(time.perf_counter() - start)
print(json.dumps(seconds))
"""
LAUNCH = """
import json, os, sys, time
silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
start = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=silent)
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - start
busy = usage.ru_utime + usage.ru_stime
print(json.dumps([seconds, usage.ru_maxrss, os.waitstatus_to_exitcode(status), busy]))
"""
SYNTH = """
import sys
from smartcart.datasets import write_customers
write_customers(sys.argv[1], int(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of one command."""

    seconds: float
    megabytes: float  # peak resident memory of the largest process of the run
    busy: float = float("nan")  # processor seconds of all processes of the run


@dataclass(frozen=True, slots=True)
class Case:
    """What is compared: commands by label, given the data and a folder that does not exist yet."""

    name: str
    title: str
    rows: int  # of synthetic customers; 0 where no data is needed
    runs: int
    commands: dict[str, Callable[[Path, Path], list[str]]]
    in_process: bool = False


@dataclass(slots=True)
class Result:
    """All runs of a case, by label."""

    case: Case
    samples: dict[str, list[Sample]] = field(default_factory=dict)


class BenchError(RuntimeError):
    """A command that was to be timed failed."""


def measure(command: Sequence[str]) -> Sample:
    """Run a command to its end; return its wall time and peak memory.

    The peak is that of the process or of the largest of its children, whichever is more. A small
    launcher starts the command, because the kernel lets a child's peak begin at its parent's.
    """
    launch = [sys.executable, "-I", "-S", "-c", LAUNCH, *command]
    done = subprocess.run(launch, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"could not start {command[0]}")
    seconds, peak, exit_code, busy = json.loads(done.stdout)
    if exit_code:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise BenchError(f"exit code {exit_code}: {last[0]}")
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return Sample(seconds, peak * unit / 1e6, busy)


def run_case(case: Case, data: Path, scratch: Path, say: Callable[[str], None]) -> Result:
    """Warm every command up, then run them in turn."""
    result = Result(case, {label: [] for label in case.commands})
    for turn in range(case.runs + 1):
        for label, build in case.commands.items():
            output = scratch / "out"
            sample = measure(build(data, output))
            shutil.rmtree(output, ignore_errors=True)
            if turn:
                result.samples[label].append(sample)
            say(
                f"{case.name}: {label}, {'warm-up' if not turn else f'run {turn}'}: "
                f"{sample.seconds:.2f} s, {sample.megabytes:,.0f} MB"
            )
    return result


def run_in_process(
    case: Case, data: Path, older: Path | None, say: Callable[[str], None]
) -> Result:
    """Call ``smartcart.segment`` again and again in one process; keep all but the first call.

    Processes of today's and of the older build take turns.
    """
    builds = {OURS: None} | ({} if older is None else {OLDER: older})
    result = Result(case)
    for _ in range(WARM_TURNS):
        for label, source in builds.items():
            command = [sys.executable, "-c", WARM, str(data), str(case.runs)]
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env=environment(source)
            )
            if done.returncode:
                raise BenchError(done.stderr.strip().splitlines()[-1])
            first, *later = json.loads(done.stdout.splitlines()[-1])
            say(f"{case.name}: {label}: {first:.2f} s, then {', '.join(f'{s:.2f}' for s in later)}")
            for name, seconds in (("first call", [first]), ("later calls", later)):
                samples = result.samples.setdefault(f"{label}, {name}", [])
                samples += [Sample(s, float("nan")) for s in seconds]
    return result


def environment(source: Path | None) -> dict[str, str]:
    """Return the variables of a process that imports SmartCart from a folder, if one is given."""
    return dict(os.environ) | ({} if source is None else {"PYTHONPATH": str(source)})


def keep_bytecode() -> None:
    """Let Python keep what it compiled, as an installed package has it: the warm-up runs leave it.

    Where it is told not to, every run would compile the hundreds of modules of a checkout again.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def older_build(commit: str | None, folder: Path) -> Path | None:
    """Put the sources of an older commit into a folder; None where there is none to be had."""

    def git(*words: str) -> bytes:
        done = subprocess.run(["git", *words], cwd=HERE.parent, capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else b""

    if commit is None:
        tag = git("describe", "--tags", "--abbrev=0")
        commit = (tag or git("log", "-1", "--format=%H", "--", str(PAGE))).decode().strip()
    packed = git("archive", "--format=tar", commit, "src") if commit not in ("", "none") else b""
    if not packed:
        return None
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "src"


def spread(values: Sequence[float], digits: int) -> str:
    """Return ``median (min-max)``.

    >>> spread([3.0, 1.0, 2.0], 1)
    '2.0 (1.0–3.0)'
    """
    low, middle, high = min(values), statistics.median(values), max(values)
    if len(values) == 1:
        return f"{middle:,.{digits}f}"
    return f"{middle:,.{digits}f} ({low:,.{digits}f}–{high:,.{digits}f})"


Ratios = tuple[list[float], list[float], list[float]]


def ratios(result: Result) -> dict[str, Ratios]:
    """Return peer / SmartCart per turn, by peer: of time, of processor time and of memory."""
    if result.case.in_process:
        return {}
    found: dict[str, Ratios] = {}
    ours, *_ = result.samples.values()
    for label, samples in list(result.samples.items())[1:]:
        turns = list(zip(ours, samples, strict=True))
        found[label] = (
            [b.seconds / a.seconds for a, b in turns],
            [b.busy / a.busy for a, b in turns],
            [b.megabytes / a.megabytes for a, b in turns],
        )
    return found


def table(results: Sequence[Result]) -> str:
    """Return the results as a Markdown table."""
    lines = ["| case | who | runs | seconds | processor s | peak MB |", "|---|---|---|---|---|---|"]
    for result in results:
        for label, samples in result.samples.items():
            seconds = spread([s.seconds for s in samples], 2)
            inside = result.case.in_process
            busy = "" if inside else spread([s.busy for s in samples], 2)
            peak = "" if inside else spread([s.megabytes for s in samples], 0)
            told = (result.case.title, label, str(len(samples)), seconds, busy, peak)
            lines.append(f"| {' | '.join(told)} |")
        for label, three in ratios(result).items():
            told = tuple(f"**{spread(values, 2)}**" for values in three)
            lines.append(f"| | {label} ÷ SmartCart, turn by turn | | {' | '.join(told)} |")
    return "\n".join(lines)


def machine() -> str:
    """Return processor, cores, memory, system and versions: nothing that names the machine."""
    model = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = named[0].split(":", 1)[1].strip() if named else model
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = []
    for name in PACKAGES:
        try:
            packages.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return (
        f"{model}, {cores} cores, {memory:.0f} GiB memory, {platform.system()}, "
        f"Python {platform.python_version()}; {', '.join(packages)}"
    )


def page(results: Sequence[Result]) -> str:
    """Return the page of the documentation."""
    return f"""# Benchmarks

Made by `make bench` (`benchmarks/bench.py`). Whole processes: start of Python, imports, reading,
fitting, pictures, writing. Each command runs once to warm up, then SmartCart and its peers take
turns on the same file. Figures are the median, with the smallest and largest in brackets.

The lean notebook is `benchmarks/lean_notebook.py`: pandas and scikit-learn with as little as can
be (17 scaled columns with dummies, PCA to 3, an elbow with one start for each K, a final fit with
ten, three pictures, two CSV). The notebook is `benchmarks/reference_pipeline.py`, as most write it:
ten starts for each K, silhouettes, six pictures. Both do less: they have no stability, no gap
statistic, no report, and hold the whole table in memory. The older build is the last tag or, where
there is none, the commit that last wrote this page.

Peak MB is the largest resident memory of any one process of the command. Data is synthetic
(`smartcart synth customers`), CSV.

{table(results)}

Measured on: {machine()}.
"""


def smartcart_command(*arguments: str) -> list[str]:
    """Return the installed command, or the module where there is none."""
    script = Path(sys.executable).with_name("smartcart")
    start = [str(script)] if script.exists() else [sys.executable, "-m", "smartcart"]
    return [*start, *arguments]


def cases(
    *, quick: bool, large_rows: int, runs: int | None, older: Path | None = None
) -> list[Case]:
    """Return the cases in order; ``older``: sources of a build that takes turns with today's."""

    def ours(data: Path, out: Path) -> list[str]:
        return smartcart_command("run", str(data), "-o", str(out), "--quiet")

    def before(data: Path, out: Path) -> list[str]:
        start = ["env", f"PYTHONPATH={older}", sys.executable, "-m", "smartcart"]
        return [*start, "run", str(data), "-o", str(out), "--quiet"]

    def peer(script: Path, *options: str) -> Callable[[Path, Path], list[str]]:
        return lambda data, out: [sys.executable, str(script), str(data), "-o", str(out), *options]

    builds = {OURS: ours} | ({} if older is None else {OLDER: before})
    small = runs or (2 if quick else 5)
    large = runs or (1 if quick else 3)
    return [
        Case(
            "small",
            "2,240 customers",
            2_240,
            small,
            {**builds, "lean notebook": peer(LEAN), "notebook": peer(PEER)},
        ),
        Case(
            "large",
            f"{large_rows:,} customers, notebook without silhouettes",
            large_rows,
            large,
            {
                **builds,
                "lean notebook": peer(LEAN),
                "notebook": peer(PEER, "--no-silhouette"),
            },
        ),
        Case(
            "help",
            "`smartcart --help`",
            0,
            small * 2,
            {OURS: lambda data, out: smartcart_command("--help")},
        ),
        Case(
            "warm",
            "`smartcart.segment()` in one process, 2,240 customers",
            2_240,
            min(small, 3),
            {},
            in_process=True,
        ),
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer runs, 50,000 rows; no page")
    parser.add_argument("--only", nargs="+", choices=["small", "large", "help", "warm"])
    parser.add_argument("--runs", type=int, help="runs per command after the warm-up")
    parser.add_argument("--large-rows", type=int, help="rows of the large case")
    parser.add_argument("--against", metavar="COMMIT", help="the older build; 'none' for none")
    parser.add_argument("-o", "--output", type=Path, help="page to write; docs/benchmarks.md")
    options = parser.parse_args(arguments)
    large_rows = options.large_rows or (50_000 if options.quick else 1_000_000)
    keep_bytecode()

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    results, failed = [], False
    with tempfile.TemporaryDirectory(prefix="smartcart-bench-") as folder:
        older = older_build(options.against, Path(folder) / "older")
        every = cases(quick=options.quick, large_rows=large_rows, runs=options.runs, older=older)
        for case in every:
            if options.only and case.name not in options.only:
                continue
            data = Path(folder) / f"customers_{case.rows}.csv"
            if case.rows and not data.exists():
                command = [sys.executable, "-c", SYNTH, str(data), str(case.rows)]
                subprocess.run(command, check=True)
            try:
                if case.in_process:
                    results.append(run_in_process(case, data, older, say))
                else:
                    results.append(run_case(case, data, Path(folder), say))
            except BenchError as error:
                say(f"{case.name}: failed: {error}")
                failed = True
    print(table(results))
    print(f"\n{machine()}")
    whole = not (options.quick or options.only or failed)
    target = options.output or (PAGE if whole else None)
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page(results), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
