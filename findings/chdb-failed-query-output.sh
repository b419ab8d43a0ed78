#!/bin/sh
# Guess: a query that fails in the middle of its rows gives an error and nothing else; the next query
#   on the same connection starts afresh.
# What happens: the rows that the failed query had written before it failed stand at the beginning of
#   the next answer, without an error: SELECT 'next' answers with some two million numbers before it.
#   A new connection in the same process, and send_query (streaming), are not touched.
# Versions: chdb-core 26.9.0 (ClickHouse 26.9.2.1). Seen on 2026-11-30.
# Output: failed: True / next answer of the same connection begins with b'0' and is long: True / of a
#   new connection: b'next'
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check chdb-core==26.9.0 pandas==3.1.1 pyarrow==26.0.1
cat > "$folder/try.py" <<'PYTHON'
import sys

import chdb

con = chdb.connect(sys.argv[1])
failed = False
try:
    con.query("SELECT number + 0 * throwIf(number = 3000000) FROM numbers(5000000)", "TabSeparated")
except Exception:  # its class differs between versions
    failed = True
same = con.query("SELECT 'next'", "TabSeparated").bytes()
other = chdb.connect(sys.argv[1]).query("SELECT 'next'", "TabSeparated").bytes().strip()
first, long = same[:1], len(same) > 1_000_000
print(
    f"failed: {failed} / next answer of the same connection begins with {first} and is long: {long}"
    f" / of a new connection: {other}"
)
sys.exit((failed, first, long, other) != (True, b"0", True, b"next"))
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder/data"
