#!/bin/sh
# Guess: a filter by a day that Ibis compiles for ClickHouse keeps the rows that the day means: of
#   customers born since 1900 all, whatever the column's type holds.
# What happens: a day is written as toDate('1900-01-01'), of the type Date, which begins in 1970 and
#   ends on 2149-06-06; ClickHouse takes the nearest day that there is, without a word. Compared with a
#   column of Date32 (1900 to 2299), "since 1900-01-01" loses everybody before 1970, and "up to
#   2200-12-31" everybody after 2149. toDate32 of the same text keeps them, as does comparing years.
# Versions: ibis-framework 12.0.0, chdb-core 26.9.0 (ClickHouse 26.9.2.1). Seen on 2026-12-01.
# Output: since 1900: 3 of 4 / up to 2200: 3 of 4 / with toDate32: 4 of 4, 4 of 4
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "ibis-framework[duckdb]==12.0.0" \
  duckdb==1.5.6 sqlglot==29.0.1 chdb-core==26.9.0 pandas==3.1.1 pyarrow==26.0.1
cat > "$folder/try.py" <<'PYTHON'
import datetime as dt
import sys

import chdb
import ibis

DAYS = ("1950-05-01", "1985-01-01", "2020-01-01", "2180-01-01")
ROWS = "(SELECT arrayJoin([{}]) AS d)".format(", ".join(f"toDate32('{day}')" for day in DAYS))
table = ibis.table({"d": "date"}, name="people")
since = table.filter(table.d >= dt.date(1900, 1, 1)).count()
until = table.filter(table.d <= dt.date(2200, 12, 31)).count()


def kept(sql: str) -> str:
    found = chdb.query(sql.replace('"people"', ROWS), "CSV").bytes().decode().strip()
    return f"{found} of {len(DAYS)}"


asked = [str(ibis.to_sql(one.as_table(), dialect="clickhouse")) for one in (since, until)]
told = [kept(sql) for sql in asked] + [kept(sql.replace("toDate(", "toDate32(")) for sql in asked]
print("since 1900: {} / up to 2200: {} / with toDate32: {}, {}".format(*told))
sys.exit(told != ["3 of 4", "3 of 4", "4 of 4", "4 of 4"])
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
