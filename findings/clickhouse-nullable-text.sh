#!/bin/sh
# Guess: in ClickHouse, toFloat64 of a text that is no number is an error, whatever the column's
#   nullability: for a NULL instead of an error there is toFloat64OrNull.
# What happens: so it is for String; for Nullable(String), which is what a Parquet file's text
#   columns become, toFloat64('$16.34') is NULL without a word. toFloat64(assumeNotNull(x)) is an
#   error for both.
# Versions: chdb-core 26.9.0 (ClickHouse 26.9.2.1), pandas 3.1.1, pyarrow 26.0.1. Seen on 2026-11-29.
# Output: String: error / Nullable(String): NULL / assumeNotNull: error
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check chdb-core==26.9.0 pandas==3.1.1 pyarrow==26.0.1
cat > "$folder/try.py" <<'PYTHON'
import sys

import chdb


def told(query):
    try:
        found = str(chdb.query(query, "CSV")).strip()
    except Exception as error:  # its class differs between versions
        return "error" if "Cannot parse" in str(error) else repr(error)
    return "NULL" if found == "\\N" else found


text = told("SELECT toFloat64(materialize('$16.34'))")
nullable = told("SELECT toFloat64(materialize(toNullable('$16.34')))")
assumed = told("SELECT toFloat64(assumeNotNull(materialize(toNullable('$16.34'))))")
print(f"String: {text} / Nullable(String): {nullable} / assumeNotNull: {assumed}")
sys.exit((text, nullable, assumed) != ("error", "NULL", "error"))
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
