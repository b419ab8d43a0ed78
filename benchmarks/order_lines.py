"""A run of an order log against DuckDB adding up the same sums, whole processes, in turn.

    python benchmarks/order_lines.py [--rows 10000000] [--runs 3] [--source orders.parquet]

DuckDB alone adds up lines to orders and orders to customers (orders, spend, pieces, different
products, first and last day, days with an order, gaps, weekdays, returned lines) by hand-written
SQL, knowing which column is what, and writes an id and one number. SmartCart's run finds out what
the columns are, checks it, counts what is copied, cancelled or returned, forecasts, chooses K,
draws and reports besides. Printed: seconds, processor seconds and peak MB of each turn, and the
ratios of their medians.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import Sample, measure, smartcart_command

SUMS = """
import sys, duckdb
source, target = sys.argv[1:]
con = duckdb.connect(config={"memory_limit": "1GB"})
con.execute(f'''
COPY (
  WITH lines AS (
    SELECT *, CAST(order_date AS DATE) AS day, quantity * unit_price * (1 - discount) AS paid
    FROM read_parquet('{source}') WHERE customer_id IS NOT NULL AND status <> 'cancelled'),
  orders AS (
    SELECT customer_id, order_id, min(day) AS day, sum(paid) FILTER (quantity > 0) AS paid,
      sum(quantity) FILTER (quantity > 0) AS pieces,
      count(DISTINCT product_id) AS products, count(*) FILTER (quantity < 0) AS returned
    FROM lines GROUP BY ALL),
  gaps AS (
    SELECT *, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap FROM orders)
  SELECT customer_id, count(*) + sum(paid) + sum(pieces) + sum(products) + sum(returned)
    + (max(day) - min(day)) + count(DISTINCT day) + coalesce(stddev(gap), 0) + avg(paid)
    + {" + ".join(f"count(*) FILTER (dayofweek(day) = {i})" for i in range(7))} AS figures
  FROM gaps GROUP BY customer_id
) TO '{target}' (FORMAT parquet)''')
"""


def main() -> None:
    """Run both in turn and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--source", type=Path, help="a log that is there already")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = asked.source or folder / "orders.parquet"
        if asked.source is None:
            make = ("synth", "orders", "--rows", str(asked.rows), "--quiet", "-o", str(source))
            subprocess.run(smartcart_command(*make), check=True)
        found: dict[str, list[Sample]] = {"SmartCart": [], "DuckDB": []}
        for turn in range(asked.runs):
            out = folder / f"out-{turn}"
            run = smartcart_command("run", str(source), "-o", str(out), "--quiet")
            found["SmartCart"].append(measure(run))
            found["DuckDB"].append(
                measure([sys.executable, "-c", SUMS, str(source), str(folder / "sums.parquet")])
            )
            for who, samples in found.items():
                one = samples[-1]
                print(
                    f"turn {turn + 1}: {who} {one.seconds:.1f} s, {one.busy:.1f} of the processor, "
                    f"{one.megabytes:,.0f} MB",
                    flush=True,
                )
    middles = {
        who: [statistics.median(getattr(s, part) for s in samples) for part in Sample.__slots__]
        for who, samples in found.items()
    }
    pairs = zip(*middles.values(), strict=True)
    seconds, memory, busy = (ours / theirs for ours, theirs in pairs)
    print(
        f"{seconds:.1f} times its seconds, {busy:.1f} of the processor, {memory:.1f} of the memory"
    )


if __name__ == "__main__":
    main()
