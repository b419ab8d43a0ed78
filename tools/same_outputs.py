"""Run ten inputs through two builds of SmartCart and compare what they write, byte for byte.

For a change that should change nothing that a user sees:

    python tools/same_outputs.py ../before/src src

Each build reads the same ten inputs (made here, seeded) by the same commands, in a folder of its
own. Files that they leave and what they print must be equal but for times: seconds, the moment at
which a run was made, and folders that are named after it. Prints a line per input; ends with 1
where anything differs, and says which lines do.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

Commands = list[list[str]]
SEED = 20
TIMES = (
    (r'"(seconds|timings)": *\{[^{}]*\}', r'"\1": {}'),
    (r'"(made|created|at|seconds)": *("[^"]*"|[0-9.e-]+)', r'"\1": 0'),
    (r"(?s)<h3[^>]*>Time</h3>.*?</table>", "<h3>Time</h3>"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(\+00:00|Z| UTC)?", "MOMENT"),
    (r"\b\d+(\.\d+)? (ms|s|min)\b", "SECONDS"),
)
TEXT = {".json", ".html", ".md", ".csv", ".txt", ".yml", ".yaml", ".sql", ".ipynb", ".svg", ""}


def make_inputs(folder: Path) -> dict[str, Commands]:
    """Write the ten inputs into ``folder``; return, by name, the commands that each is read by."""
    synth = [sys.executable, "-m", "smartcart", "synth"]
    for kind, rows, name in (("customers", 1200, "customers.csv"), ("orders", 9000, "orders.csv")):
        command = [*synth, kind, "-o", name, "--rows", str(rows), "--seed", str(SEED)]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    customers = pd.read_csv(folder / "customers.csv")
    orders = pd.read_csv(folder / "orders.csv")
    later = customers.sample(900, random_state=SEED)
    later.to_csv(folder / "later.csv", index=False)
    customers.to_parquet(folder / "customers.parquet")
    customers.head(400).to_excel(folder / "customers.xlsx", index=False)
    customers.to_csv(folder / "european.csv", sep=";", decimal=",", index=False)
    with sqlite3.connect(folder / "shop.sqlite") as base:
        customers.to_sql("customers", base, index=False)
    with duckdb.connect(str(folder / "shop.db")) as base:
        base.execute("create table orders as from orders")
    orders.to_parquet(folder / "orders.parquet")
    _cloud(folder / "cloud.csv")
    _planted(folder / "planted.csv")
    _broken(customers, folder / "refused.csv")
    run, model = ["run", "--quiet", "--output"], ["--model", "first"]
    someone = str(customers.iloc[0, 0])
    return {
        "customers.csv": [
            ["check", "customers.csv", "--json"],
            [*run, "first", "customers.csv", "--cost", "1", "--revenue", "11"],
            ["score", "later.csv", *model, "-o", "scored.parquet", "-q"],
            ["monitor", "later.csv", *model, "-o", "drift.html", "-q"],
            [*run, "second", "later.csv", "--previous", "first"],
            ["migrate", "first", "second", "-o", "moved.csv", "--report", "moved.html", "-q"],
            ["runs", ".", "-o", "history.html", "-q"],
            ["sql", *model, "--dialect", "duckdb"],
            ["explain", "first", "--customer", someone, "--report", "why.html", "-q"],
        ],
        "orders.csv": [
            ["check", "orders.csv", "--json"],
            [*run, "log", "orders.csv"],
            ["future", "log", "--json", "-q"],
            ["sql", "--model", "log", "--dialect", "postgres"],
        ],
        "customers.parquet": [[*run, "parquet", "customers.parquet", "--k", "5"]],
        "orders.parquet": [["run", "orders.parquet", "-o", "lines", "--json", "-q"]],
        "customers.xlsx": [[*run, "excel", "customers.xlsx"]],
        "european.csv": [[*run, "european", "european.csv"]],
        "shop.sqlite": [[*run, "sqlite", "shop.sqlite::customers"]],
        "shop.db": [["check", "shop.db::orders", "--json"]],
        "planted.csv": [[*run, "planted", "planted.csv"]],
        "cloud.csv": [[*run, "cloud", "cloud.csv"], ["check", "refused.csv"]],
    }


def _cloud(path: Path) -> None:
    """A table without any group: one audience."""
    draw = np.random.default_rng(SEED)
    values = draw.normal(100.0, 10.0, (500, 4)).round(2)
    table = pd.DataFrame(values, columns=["spend", "visits", "items", "discount"])
    table.insert(0, "customer_id", np.arange(1, 501))
    table.to_csv(path, index=False)


def _planted(path: Path) -> None:
    """Three groups that stand apart."""
    draw = np.random.default_rng(SEED)
    middles = np.array([[20.0, 2.0, 0.1], [200.0, 12.0, 0.2], [60.0, 30.0, 0.8]])
    group = draw.integers(0, 3, 600)
    values = middles[group] * draw.lognormal(0.0, 0.1, (600, 3))
    table = pd.DataFrame(values.round(3), columns=["spend", "orders", "discount_share"])
    table.insert(0, "customer_id", [f"c{i:04}" for i in range(600)])
    table.to_csv(path, index=False)


def _broken(customers: pd.DataFrame, path: Path) -> None:
    """Lines of nobody: refused."""
    table = pd.DataFrame(
        {"order_id": range(1, 201), "price": customers.iloc[:200, -1].to_numpy(), "sku": "A"}
    )
    table.to_csv(path, index=False)


def outputs(source: Path, inputs: Path, into: Path, commands: Commands) -> dict[str, str]:
    """Return what the build at ``source`` prints and writes, times taken out, by name."""
    into.mkdir()
    for one in inputs.iterdir():
        os.link(one, into / one.name)
    given = {one.name for one in inputs.iterdir()}
    environment = {**os.environ, "PYTHONPATH": str(source.resolve()), "COLUMNS": "100"}
    found = {}
    for i, command in enumerate(commands):
        done = subprocess.run(
            [sys.executable, "-m", "smartcart", *command],
            cwd=into,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        name = f"{i + 1}: {' '.join(command)}"
        found[f"{name} (exit code)"] = str(done.returncode)
        found[f"{name} (printed)"] = _timeless(done.stdout)
        found[f"{name} (errors)"] = _timeless(done.stderr)
    for path in sorted(into.rglob("*")):
        name = str(path.relative_to(into))
        if path.is_file() and name not in given:
            found[name] = _content(path)
    return found


def _content(path: Path) -> str:
    if path.suffix in TEXT:
        return _timeless(path.read_text(encoding="utf-8"))
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv(index=False)
    return path.read_bytes().hex()


def _timeless(text: str) -> str:
    for pattern, instead in TIMES:
        text = re.sub(pattern, instead, text)
    return text


def differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return what differs, a line each: the name, and the first lines that are not alike."""
    told = []
    for name in sorted({*before, *after}):
        old, new = before.get(name, "(nothing)"), after.get(name, "(nothing)")
        if old != new:
            lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
            some = [line[:160] for line in list(lines)[2:8]]
            told.append(f"  {name}: " + " | ".join(some))
    return told


def main() -> int:
    """Compare two builds; 0 where all that they write is equal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("before", type=Path, help="src folder of the one build")
    parser.add_argument("after", type=Path, help="src folder of the other")
    given = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "inputs"
        inputs.mkdir()
        for name, commands in make_inputs(inputs).items():
            told, files = [], 0
            found = []
            for side, source in (("a", given.before), ("b", given.after)):
                into = Path(folder) / f"{name}-{side}"
                found.append(outputs(source, inputs, into, commands))
            told, files = differing(*found), len(found[0])
            print(f"{name}: {'equal' if not told else 'DIFFERENT'} ({files} outputs)", flush=True)
            print("\n".join(told), end="\n" if told else "", flush=True)
            failed = failed or bool(told)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
