"""Large tables: whole processes against what one would use instead, and against DuckDB alone.

The commands take turns on the same file, several times. One that needs more than `--cap-seconds` or
`--cap-mb` is stopped and shown as such, and is not given larger tables. Every figure goes to
`docs/benchmarks-large.json`, which keeps what other calls measured, and from there to
`docs/benchmarks-large.md` with a picture of time and memory against rows.

    python benchmarks/large.py [--rows 1000000 10000000] [--kind csv parquet] [--runs 3]
                               [--who SmartCart duckdb notebook sklearn-1 sklearn-10 ...]
    python benchmarks/large.py --rows 100000000 --kind parquet --runs 1 \\
                               --who SmartCart duckdb duckdb-same
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from bench import LAUNCH, LEAN, PEER, SYNTH, machine, smartcart_command, spread
from peers import PEERS

DOCS = Path(__file__).parents[1] / "docs"
SPEND = [
    f"Mnt{what}"
    for what in ("Wines", "Fruits", "MeatProducts", "FishProducts", "SweetProducts", "GoldProds")
]
BOUGHT = [f"Num{how}Purchases" for how in ("Web", "Catalog", "Store")]
ALONE = """
import sys, duckdb
source, target, memory = sys.argv[1:]
spend = "({spend})"
bought = "nullif({bought}, 0)"
query = f'''
SELECT ID AS customer_id,
  ln(1 + {{spend}}) + ln(1 + {{spend}} / {{bought}}) + NumDealsPurchases / {{bought}}
  + NumWebVisitsMonth + Recency + (DATE '2014-06-29' - CAST(Dt_Customer AS DATE))
  + NumWebPurchases / {{bought}} + NumCatalogPurchases / {{bought}} + NumStorePurchases / {{bought}}
  + MntWines / nullif({{spend}}, 0) + MntMeatProducts / nullif({{spend}}, 0)
  + MntGoldProds / nullif({{spend}}, 0) AS features
FROM read_parquet('{{source}}')'''
con = duckdb.connect(config={{"memory_limit": memory}})
con.execute(f"COPY ({{query}}) TO '{{target}}' (FORMAT parquet)")
""".format(spend=" + ".join(SPEND), bought=" + ".join(BOUGHT))


SAME = """
import sys, duckdb
query, target, memory = sys.argv[1:]
con = duckdb.connect(config={"memory_limit": memory})
con.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
"""

WHO = ["SmartCart", "duckdb", "duckdb-same", "lean", "notebook", *PEERS]
LABELS = {
    "SmartCart": "SmartCart, all of it",
    "duckdb": "DuckDB alone: twelve raw features by hand, two columns",
    "duckdb-same": "DuckDB alone: the same features as SmartCart computes, two columns",
    "lean": "lean notebook: one start for each K, three pictures",
    "notebook": "notebook pipeline, without silhouettes and plots",
    **{name: label for name, (label, _) in PEERS.items()},
}
Record = dict[str, Any]


def command_of(who: str, data: Path, out: Path) -> list[str]:
    """Return the command of a peer, which reads ``data`` and writes to ``out``."""
    if who == "SmartCart":
        return smartcart_command("run", str(data), "-o", str(out), "--quiet")
    if who == "duckdb":
        return [sys.executable, "-c", ALONE, str(data), f"{out}.parquet", "1GB"]
    if who == "duckdb-same":
        return [sys.executable, "-c", SAME, same_features(data), f"{out}.parquet", "1GB"]
    if who == "lean":
        return [sys.executable, str(LEAN), str(data), "-o", str(out)]
    if who == "notebook":
        words = [str(data), "-o", str(out), "--no-silhouette", "--no-plots"]
        return [sys.executable, str(PEER), *words]
    return [sys.executable, str(PEER.with_name("peers.py")), who, str(data), "-o", str(out)]


@cache
def same_features(data: Path) -> str:
    """Return SQL that computes over a Parquet file what SmartCart does, as the id and one sum.

    The expressions are SmartCart's own, compiled for a small table of the same columns, with its
    views put in.
    """
    from smartcart.datasets import write_customers
    from smartcart.inspection.customer_table import look
    from smartcart.sources import open_source
    from smartcart.tables import features

    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.parquet"
        write_customers(small, 5_000)
        with open_source(small) as opened:
            seen = look(opened)
            every = (*seen.inspection.forming, *seen.inspection.describing)
            expr = features.feature_table(seen.usable, seen.inspection.contract, every)
            sql = opened.engine.compile(expr)
            views = opened.engine.rows(
                "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal"
            )
            for name, definition in views:
                body = definition.split(" AS ", 1)[1].rstrip(";")
                sql = sql.replace(f'"{name}"', f"({body})")
    total = " + ".join(f"coalesce(f{i}, 0)" for i in range(len(every)))
    return f"SELECT customer_id, {total} AS features FROM ({sql})".replace(str(small), str(data))


def measure(command: list[str], cap_seconds: float, cap_mb: float) -> Record:
    """Run a command; return its seconds and peak MB of its largest process, or why it ended."""
    launch = [sys.executable, "-I", "-S", "-c", LAUNCH, *command]
    begun = time.monotonic()
    with subprocess.Popen(
        launch, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        while True:
            try:
                told, said = process.communicate(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                over = None
                if time.monotonic() - begun > cap_seconds:
                    over = f"stopped after {cap_seconds:,.0f} s"
                elif largest(process.pid) > cap_mb:
                    over = f"stopped at {cap_mb:,.0f} MB after {time.monotonic() - begun:,.0f} s"
                if over is not None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.communicate()
                    return {"why": over}
    if process.returncode:
        return {"why": "could not be started"}
    seconds, peak, code, _ = json.loads(told)
    if code:
        last = said.strip().splitlines()[-1:] or ["no message"]
        return {"why": "killed: out of memory" if code == -9 else f"failed: {last[0][:120]}"}
    return {"seconds": seconds, "megabytes": peak * 1024 / 1e6}


def largest(pid: int) -> float:
    """Return the resident MB of the largest process beneath ``pid``."""
    sizes = [0.0]
    with suppress(psutil.Error):
        for process in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.Error):
                sizes.append(process.memory_info().rss / 1e6)
    return max(sizes)


def run(kind: str, rows: int, who: list[str], folder: Path, options: Any) -> list[Record]:
    """Make a file of the size and let the peers take turns on it."""
    data = folder / f"customers_{rows}.{kind}"
    subprocess.run([sys.executable, "-c", SYNTH, str(data), str(rows)], check=True)
    found: dict[str, Record] = {
        name: {"kind": kind, "rows": rows, "who": name, "machine": machine(), "runs": []}
        for name in who
    }
    for turn in range(options.runs):
        for name, record in found.items():
            if "why" in record:
                continue
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                command = command_of(name, data, Path(scratch) / "out")
                one = measure(command, options.cap_seconds, options.cap_mb)
            if "why" in one:
                record["why"] = one["why"]
            else:
                record["runs"].append(one)
            print(f"{rows:,} {kind}, {name}, run {turn + 1}: {one}", file=sys.stderr, flush=True)
    data.unlink()
    return list(found.values())


def figures(record: Record, what: str) -> list[float]:
    return [one[what] for one in record["runs"]]


def table(found: list[Record]) -> str:
    """Return the runs as a table, each peer with its ratio to SmartCart on the same machine."""
    lines = [
        "| customers | source | who | machine | runs | seconds | peak MB | time ÷ SmartCart "
        "| memory ÷ |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    letters = machine_letters(found)
    alike = ("rows", "kind", "machine")
    for record in found:
        here = [r for r in found if all(r[part] == record[part] for part in alike)]
        ours = next((r for r in here if r["who"] == "SmartCart" and r["runs"]), None)
        letter = letters[record["machine"]]
        cells = [f"{record['rows']:,}", record["kind"], LABELS[record["who"]], letter]
        if record["runs"]:
            cells.append(str(len(record["runs"])))
            for what, digits in (("seconds", 1), ("megabytes", 0)):
                cells.append(spread(figures(record, what), digits))
            for what in ("seconds", "megabytes"):
                middle = statistics.median(figures(record, what))
                same = ours is None or record is ours
                cells.append(
                    "" if same else f"{middle / statistics.median(figures(ours, what)):.2f}"
                )
        else:
            cells += ["", f"not done: {record.get('why', '')}", "", "", ""]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def machine_letters(found: list[Record]) -> dict[str, str]:
    """Return a letter for each machine, in the order in which they come."""
    return {name: chr(65 + i) for i, name in enumerate(dict.fromkeys(r["machine"] for r in found))}


def draw(found: list[Record], path: Path) -> None:
    """Draw time and memory against rows, both on logarithmic scales."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 5.5), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), ("seconds", "megabytes"), strict=True):
        for kind, who in dict.fromkeys((r["kind"], r["who"]) for r in found):
            points = [
                (r["rows"], statistics.median(figures(r, name)))
                for r in found
                if (r["kind"], r["who"]) == (kind, who) and r["runs"]
            ]
            if points:
                wide = 2.5 if who == "SmartCart" else 1.2
                dashes = "-" if kind == "csv" else "--"
                axes.loglog(
                    *zip(*points, strict=True),
                    dashes,
                    marker="o",
                    linewidth=wide,
                    color=f"C{WHO.index(who)}",
                    label=f"{LABELS[who].partition(',')[0]} ({kind})",
                )
        axes.set_xlabel("customers")
        axes.set_ylabel("seconds" if name == "seconds" else "peak MB of the largest process")
        axes.grid(alpha=0.3)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=8, loc="outside lower center", ncols=2)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


def page(found: list[Record]) -> str:
    """Return the page of the documentation."""
    machines = "\n".join(f"- {letter}: {name}." for name, letter in machine_letters(found).items())
    return f"""# Benchmarks of large tables

Made by `make bench-large` (`benchmarks/large.py`; every run is in `benchmarks-large.json`): whole
processes on synthetic customers (22 columns), peers in turn on the same file; the median, with the
smallest and largest in brackets. SmartCart's run includes the evidence for K, the pictures and the
report. The notebook pipeline has neither silhouettes nor plots here. The peers below it only read,
scale and fit once with K = 4, and write a segment each (`benchmarks/peers.py`). DuckDB alone
computes SmartCart's features over the same file and writes two columns, with 1 GB of memory.
What took too long or too much memory was stopped, and is shown so. Times of different machines are
not compared: ratios are to SmartCart on the same one.

{table(found)}

![Time and memory against rows](images/benchmarks_large.png)

Measured on:

{machines}
"""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", type=int, default=[1_000_000, 10_000_000])
    parser.add_argument("--kind", nargs="+", choices=["csv", "parquet"], default=["csv", "parquet"])
    parser.add_argument("--who", nargs="+", choices=WHO, default=WHO)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cap-seconds", type=float, default=900)
    parser.add_argument("--cap-mb", type=float, default=16_000)
    parser.add_argument("--docs", type=Path, default=DOCS, help="folder of the page")
    parser.add_argument("--scratch", type=Path, help="folder for the files; the system's else")
    options = parser.parse_args(arguments)
    store = options.docs / "benchmarks-large.json"
    known: list[Record] = json.loads(store.read_text()) if store.exists() else []
    beyond: set[tuple[str, str]] = set()
    with tempfile.TemporaryDirectory(prefix="smartcart-bench-", dir=options.scratch) as folder:
        for rows in sorted(options.rows):
            for kind in options.kind:
                able = [w for w in options.who if (kind, w) not in beyond]
                able = [w for w in able if not w.startswith("duckdb") or kind == "parquet"]
                some = run(kind, rows, able, Path(folder), options)
                beyond |= {(kind, r["who"]) for r in some if "why" in r}
                new = {(r["kind"], r["rows"], r["who"]) for r in some}
                known = [r for r in known if (r["kind"], r["rows"], r["who"]) not in new] + some
                known.sort(key=lambda r: (r["kind"], r["rows"], WHO.index(r["who"])))
                options.docs.mkdir(parents=True, exist_ok=True)
                store.write_text(json.dumps(known, indent=1) + "\n")
                draw(known, options.docs / "images" / "benchmarks_large.png")
                (options.docs / "benchmarks-large.md").write_text(page(known), encoding="utf-8")
    print(table(known))
    return 0


if __name__ == "__main__":
    sys.exit(main())
