#!/bin/sh
# Guess: an Arrow stream ends with a mark (ff ff ff ff 00 00 00 00), so a reader raises where the
#   stream breaks off before it, as it does in the middle of a message.
# What happens: cut between two batches the stream is read without a word, and the rest of its rows
#   is lost; only a cut within a message is an error. Who streams Arrow over a socket must look for
#   the mark.
# Versions: pyarrow 26.0.1. Seen on 2026-11-30.
# Output: whole: 30 rows / cut after the second batch: 20 rows / cut within the third: OSError
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pyarrow==26.0.1
cat > "$folder/try.py" <<'PYTHON'
import io
import sys

import pyarrow as pa

batch = pa.record_batch({"x": list(range(10))})
out, places = io.BytesIO(), []
with pa.ipc.new_stream(out, batch.schema) as writer:
    for _ in range(3):
        writer.write_batch(batch)
        places.append(out.tell())
whole = out.getvalue()


def told(data):
    try:
        return f"{pa.ipc.open_stream(io.BytesIO(data)).read_all().num_rows} rows"
    except (pa.ArrowInvalid, OSError) as error:
        return type(error).__name__


found = [told(whole), told(whole[: places[1]]), told(whole[: places[2] - 20])]
print(f"whole: {found[0]} / cut after the second batch: {found[1]} / cut within the third: {found[2]}")
sys.exit(found[:2] != ["30 rows", "20 rows"] or "rows" in found[2])
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
