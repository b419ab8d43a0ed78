#!/bin/sh
# Guess: DuckDB's approx_count_distinct is a HyperLogLog, so it is within a per cent or two, as in
#   other engines (their sketches have 2^11 to 2^14 registers).
# What happens: 10,500 different whole numbers are told as 13,410 (28% more), 4,338 as 4,994 (15%
#   more), 100,000 as 92,960 (7% less): the sketch is a small one. An exact COUNT(DISTINCT) of so
#   few takes milliseconds.
# Versions: duckdb 1.5.6. Seen on 2026-11-29.
# Output: 4338: 4994 (+15%) / 10500: 13410 (+28%) / 100000: 92960 (-7%)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check duckdb==1.5.6
cat > "$folder/try.py" <<'PYTHON'
import sys

import duckdb

told = {}
for n in (4338, 10500, 100000):
    query = f"SELECT approx_count_distinct(i + 500000), count(DISTINCT i) FROM range({n}) t(i)"
    about, exact = duckdb.sql(query).fetchone()
    assert exact == n
    told[n] = (about, round(100 * (about / n - 1)))
print(" / ".join(f"{n}: {about} ({off:+d}%)" for n, (about, off) in told.items()))
sys.exit([off for _, off in told.values()] != [15, 28, -7])
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
