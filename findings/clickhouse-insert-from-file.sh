#!/bin/sh
# Guess: INSERT INTO t SELECT f(x) FROM file(...) reads the file in its own types and hands f(x) to
#   the table, so toDecimal64(toString(x), 2) keeps the cents of a floating 8.29 in a Decimal(12, 2).
# What happens: the file is read in the types of the table that is inserted into, also where the
#   column goes through an expression first. The floating 8.29 becomes Decimal 8.28 while it is read
#   (a cast of a float cuts off), and f cannot tell. The same SELECT alone gives 8.29. With
#   use_structure_from_insertion_table_in_table_functions = 0 the insert does, too.
# Versions: chdb-core 26.9.0 (ClickHouse 26.9.2.1), pyarrow 26.0.1. Seen on 2026-11-30.
# Output: selected: 8.29 / inserted: 8.28 / inserted without the table's types: 8.29
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check chdb-core==26.9.0 pandas==3.1.1 pyarrow==26.0.1
cat > "$folder/try.py" <<'PYTHON'
import sys

import chdb
import pyarrow as pa
import pyarrow.parquet as pq

file = f"{sys.argv[1]}/prices.parquet"
pq.write_table(pa.table({"price": [8.29], "shop": ["a"]}), file)
con = chdb.connect(f"{sys.argv[1]}/data")
chosen = f"SELECT * REPLACE (toDecimal64(toString(price), 2) AS price) FROM file('{file}', 'Parquet')"


def inserted(more=""):
    con.query("DROP TABLE IF EXISTS t")
    con.query("CREATE TABLE t (price Decimal(12, 2), shop String) ENGINE = MergeTree ORDER BY shop")
    con.query(f"INSERT INTO t {chosen} {more}")
    return str(con.query("SELECT price FROM t", "TabSeparated")).strip()


alone = str(con.query(f"SELECT price FROM ({chosen})", "TabSeparated")).strip()
there = inserted()
own = inserted("SETTINGS use_structure_from_insertion_table_in_table_functions = 0")
print(f"selected: {alone} / inserted: {there} / inserted without the table's types: {own}")
sys.exit((alone, there, own) != ("8.29", "8.28", "8.29"))
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder"
