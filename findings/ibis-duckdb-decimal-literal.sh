#!/bin/sh
# Guess: a column of whole numbers times a Python float is arithmetic of doubles everywhere, since
#   Ibis types the product float64: 3 * 0.1 is 0.30000000000000004, as in Python and NumPy.
# What happens: the literal is written as 0.1, which DuckDB takes for a decimal. It multiplies decimals
#   of up to 38 digits and only the result becomes a double: 3 * 0.1 is 0.3, not equal to the product of
#   a double column, and -1/90 is cut to 18 digits. What stands behind it (exp, sums) works on decimals
#   first, at several times the cost. The same expression on the column cast to float64 is of doubles.
# Versions: ibis-framework 12.0.0, duckdb 1.5.6. Seen on 2026-11-30.
# Output: float64 / DuckDB's own type: DECIMAL(21,1) / 3 * 0.1: 0.3 / of a double column:
#   0.30000000000000004
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "ibis-framework[duckdb]==12.0.0" duckdb==1.5.6
cat > "$folder/try.py" <<'PYTHON'
import sys

import ibis

con = ibis.duckdb.connect()
table = con.create_table("t", ibis.memtable({"n": [3]}))
product = table["n"] * 0.1
of_doubles = table["n"].cast("float64") * 0.1
sql = str(ibis.to_sql(product.name("x").as_table(), dialect="duckdb"))
own = con.raw_sql(f"SELECT typeof(x) FROM ({sql})").fetchone()[0]
first, second = con.execute(product).tolist()[0], con.execute(of_doubles).tolist()[0]
print(f"{product.type()} / DuckDB's own type: {own} / 3 * 0.1: {first} / of a double column: {second}")
as_found = str(product.type()) == "float64" and own.startswith("DECIMAL")
sys.exit(not (as_found and first == 0.3 and second == 3 * 0.1 and first != second))
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
