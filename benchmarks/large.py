"""Large tables: whole processes against the notebook pipeline and against DuckDB alone.

Each command runs once per size, the peers one after the other on the same file (these runs take
minutes; a busy machine shows as a step in the curve). Printed, and written to
`docs/benchmarks-large.md` with a picture of time and memory against rows.

    python benchmarks/large.py [--csv 1000000 10000000] [--parquet 1000000 10000000 100000000]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import PEER, SYNTH, BenchError, Sample, machine, measure, smartcart_command

DOCS = Path(__file__).parents[1] / "docs"
SPEND = [f"Mnt{what}" for what in ("Wines", "Fruits", "MeatProducts", "FishProducts",
                                   "SweetProducts", "GoldProds")]  # fmt: skip
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


@dataclass(frozen=True, slots=True)
class Row:
    """One command at one size; ``sample`` is ``None`` where it could not do it."""

    source: str
    rows: int
    who: str
    sample: Sample | None
    why: str = ""


def run(kind: str, sizes: list[int], folder: Path, *, peer_rows: int) -> list[Row]:
    """Make a file of each size and run every command on it."""
    found: list[Row] = []
    for rows in sizes:
        data, out = folder / f"customers_{rows}.{kind}", folder / "out"
        subprocess.run([sys.executable, "-c", SYNTH, str(data), str(rows)], check=True)
        commands = {"SmartCart": smartcart_command("run", str(data), "-o", str(out), "--quiet",
                                                   "--overwrite")}  # fmt: skip
        if kind == "parquet":
            target = str(folder / "alone.parquet")
            commands["DuckDB alone: features, two columns"] = [
                sys.executable, "-c", ALONE, str(data), target, "1GB",
            ]  # fmt: skip
        elif rows <= peer_rows:
            commands["notebook, without silhouettes and plots"] = [
                sys.executable, str(PEER), str(data), "-o", str(folder / "peer"),
                "--no-silhouette", "--no-plots",
            ]  # fmt: skip
        for who, command in commands.items():
            try:
                row = Row(kind, rows, who, measure(command))
            except BenchError as error:
                row = Row(kind, rows, who, None, str(error))
            found.append(row)
            print(told(row), file=sys.stderr, flush=True)
        data.unlink()
    return found


def told(row: Row) -> str:
    """Return a row of the table."""
    figures = (
        f"{row.sample.seconds:,.1f} | {row.sample.megabytes:,.0f}"
        if row.sample
        else f"not done: {row.why} | "
    )
    return f"| {row.rows:,} | {row.source} | {row.who} | {figures} |"


def table(found: list[Row]) -> str:
    """Return the runs, and beneath them the ratios of peers to SmartCart."""
    lines = ["| rows | source | who | seconds | peak MB |", "|---|---|---|---|---|"]
    lines += [told(row) for row in found]
    ratios = []
    for row in found:
        ours = next(
            r.sample for r in found if r.rows == row.rows and r.source == row.source
            and r.who == "SmartCart"
        )  # fmt: skip
        if row.who != "SmartCart" and row.sample and ours:
            time, memory = (
                row.sample.seconds / ours.seconds, row.sample.megabytes / ours.megabytes
            )  # fmt: skip
            ratios.append(
                f"- {row.rows:,} rows, {row.source}: {row.who} ÷ SmartCart: time {time:.2f}, "
                f"memory {memory:.2f}"
            )
    return "\n".join([*lines, "", *ratios])


def draw(found: list[Row], path: Path) -> None:
    """Draw time and memory against rows, both on logarithmic scales."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), ("seconds", "megabytes"), strict=True):
        for source, who in dict.fromkeys((row.source, row.who) for row in found):
            points = [
                (row.rows, getattr(row.sample, name)) for row in found
                if (row.source, row.who) == (source, who) and row.sample
            ]  # fmt: skip
            if points:
                axes.loglog(*zip(*points, strict=True), marker="o", label=f"{who} ({source})")
        axes.set_xlabel("customers")
        axes.set_ylabel("seconds" if name == "seconds" else "peak MB")
        axes.grid(alpha=0.3)
    figure.axes[0].legend(fontsize=7)
    figure.savefig(path, dpi=120)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", nargs="*", type=int, default=[1_000_000, 10_000_000])
    parser.add_argument("--parquet", nargs="*", type=int,
                        default=[1_000_000, 10_000_000, 100_000_000])  # fmt: skip
    parser.add_argument("--peer-rows", type=int, default=10_000_000,
                        help="most rows that the notebook is given")  # fmt: skip
    parser.add_argument("--docs", type=Path, default=DOCS, help="folder of the page")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="smartcart-bench-") as folder:
        found = [
            *run("csv", options.csv, Path(folder), peer_rows=options.peer_rows),
            *run("parquet", options.parquet, Path(folder), peer_rows=0),
        ]
    print(table(found))
    picture = options.docs / "images" / "benchmarks_large.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    draw(found, picture)
    (options.docs / "benchmarks-large.md").write_text(
        "# Benchmarks of large tables\n\nMade by `make bench-large` (`benchmarks/large.py`): whole "
        "processes on synthetic customers (22 columns), one run each, the peers in turn on the "
        "same file. SmartCart's run includes the evidence for K, the pictures and the "
        "report; the notebook pipeline has neither silhouettes nor plots here. DuckDB alone "
        "computes the same features over the same file and writes two columns, with 1 GB of "
        f"memory.\n\n{table(found)}\n\n![Time and memory](images/benchmarks_large.png)\n\n"
        f"Measured on: {machine()}.\n",
        encoding="utf-8",
    )
    return 0 if all(row.sample for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
