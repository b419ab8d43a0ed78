#!/bin/sh
# Guess: Arrow works without pandas; pandas is loaded by to_pandas and from_pandas, if it is there.
# What happens: making any scalar or array from values of Python or NumPy, and turning an Arrow array
#   into one of NumPy, asks whether pandas knows the value, and loads it where it is installed: half a
#   second for pyarrow.scalar(0.0), for adding 1 to a column, for fill_null(0.0), for to_numpy() and for
#   an empty table of a schema. What needs no such value does without: to_pylist, from_dlpack, the
#   array's own buffers, and a table of no batches.
# Versions: pyarrow 26.0.1, pandas 3.1.1, numpy 2.4.6. Seen on 2026-12-01.
# Output: load pandas: scalar, add, fill_null, to_numpy, asarray, empty_table / do not: to_pylist,
#   from_dlpack, buffers, from_batches
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pyarrow==26.0.1 pandas==3.1.1 numpy==2.4.6
cat > "$folder/try.py" <<'PYTHON'
import subprocess
import sys

START = """
import sys
import numpy as np, pyarrow as pa, pyarrow.compute as pc
whole = pa.py_buffer(np.array([1, 2]))
n = pa.Array.from_buffers(pa.int64(), 2, [None, whole])
schema = pa.schema([("n", pa.int64())])
assert "pandas" not in sys.modules
{}
print("pandas" in sys.modules)
"""
STEPS = {
    "scalar": "pa.scalar(0.0)",
    "add": "pc.add(n, 1)",
    "fill_null": "n.fill_null(0)",
    "to_numpy": "n.to_numpy()",
    "asarray": "np.asarray(n)",
    "empty_table": "schema.empty_table()",
    "to_pylist": "n.to_pylist()",
    "from_dlpack": "np.from_dlpack(n)",
    "buffers": "np.frombuffer(n.buffers()[1], np.int64)",
    "from_batches": "pa.Table.from_batches([], schema)",
}


def loads(step: str) -> bool:
    command = [sys.executable, "-c", START.format(step)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout == "True\n"


told = {name: loads(step) for name, step in STEPS.items()}
yes, no = ([name for name, one in told.items() if one is loaded] for loaded in (True, False))
print("load pandas:", ", ".join(yes), "/ do not:", ", ".join(no))
names = list(STEPS)
sys.exit((yes, no) != (names[:6], names[6:]))
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
