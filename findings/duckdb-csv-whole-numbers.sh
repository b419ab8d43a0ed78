#!/bin/sh
# Guess: a column that read_csv is told is BIGINT holds whole numbers; a cell such as 1.5, 1e2 or
#   0x1F is an error or, with ignore_errors, a rejected line, as "abc" is.
# What happens: 1.5 is read as 2, 2.5 as 3, 1e2 as 100, 0x1F as 31, 1_000 as 1000, 007 as 7, and
#   nothing is told; store_rejects holds "abc" alone. Only comparing each cell with its number shows
#   it.
# Versions: duckdb 1.5.6. Seen on 2026-11-30.
# Output: 1.5: 2 / 2.5: 3 / 1e2: 100 / 0x1F: 31 / 1_000: 1000 / 007: 7; rejected: ['abc']
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check duckdb==1.5.6
cat > "$folder/try.py" <<'PYTHON'
import sys
from pathlib import Path

import duckdb

cells = ["1.5", "2.5", "1e2", "0x1F", "1_000", "007"]
path = Path(sys.argv[1]) / "shop.csv"
path.write_text("\n".join(["id;n", *(f"a;{cell}" for cell in cells), "a;abc", "a;5"]) + "\n")
told = duckdb.sql(
    f"SELECT n FROM read_csv('{path}', auto_detect=false, header=true, delim=';', "
    "columns={'id': 'VARCHAR', 'n': 'BIGINT'}, store_rejects=true)"
).fetchall()
numbers = [n for (n,) in told]
rejected = [cell for (cell,) in duckdb.sql("SELECT csv_line FROM reject_errors").fetchall()]
rejected = [line.split(";")[1].strip() for line in rejected]
shown = " / ".join(f"{cell}: {n}" for cell, n in zip(cells, numbers))
print(f"{shown}; rejected: {rejected}")
sys.exit(numbers != [2, 3, 100, 31, 1000, 7, 5] or rejected != ["abc"])
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder"
