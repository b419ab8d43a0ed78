#!/bin/sh
# Guess: what is computed of NULL is NULL, and so is its cast to a whole number: one customer without
#   a second order has no gap, the logarithm of no gap is nothing, and nothing is cast to nothing.
# What happens: a nullable column has a value below each NULL, here 0. The function is computed of it
#   (the logarithm is minus infinity, 1 divided by it infinite), and the cast to Nullable(Int64)
#   refuses the infinity below the NULL: the whole query fails, on rows that have no value at all. The
#   same without the cast gives NULL; filling the NULL before the function, coalesce(x, 1), helps.
# Versions: chdb-core 26.9.0 (ClickHouse 26.9.2.1). Seen on 2026-11-30.
# Output: log: \N / its cast: refused / 1 divided, cast: refused / filled first: 0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check chdb-core==26.9.0 pandas==3.1.1 pyarrow==26.0.1
cat > "$folder/try.py" <<'PYTHON'
import sys

import chdb

NOTHING = "(SELECT nullIf(toFloat64(number), 0) AS x FROM numbers(1))"


def answer(expression: str) -> str:
    try:
        return chdb.query(f"SELECT {expression} FROM {NOTHING}", "CSV").bytes().decode().strip()
    except Exception as error:  # its class differs between versions
        return "refused" if "inf or nan" in str(error) else f"other: {error}"


found = (
    answer("log(x)"),
    answer("CAST(log(x) AS Nullable(Int64))"),
    answer("CAST(1 / x AS Nullable(Int64))"),
    answer("CAST(log(coalesce(x, 1)) AS Nullable(Int64))"),
)
print("log: {} / its cast: {} / 1 divided, cast: {} / filled first: {}".format(*found))
sys.exit(found != ("\\N", "refused", "refused", "0"))
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
