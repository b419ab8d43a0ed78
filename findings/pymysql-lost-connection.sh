#!/bin/sh
# Guess: a connection that is lost while rows are streamed (SSCursor) raises an OperationalError once;
#   what is left of cursor and connection is thrown away in silence.
# What happens: the error comes, but when the unfinished result is collected, its __del__ reads on
#   from the connection that is no more: "Exception ignored in MySQLResult.__del__", an AttributeError
#   ('NoneType' object has no attribute ...). Where warnings are errors (pytest) an unrelated test fails.
#   Setting con._result.unbuffered_active = False before letting go avoids it.
# Versions: PyMySQL 1.2.4. Seen on 2026-11-30.
# Output: while streaming: OperationalError / in __del__: AttributeError, AttributeError / with the flag off: nothing
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check PyMySQL==1.2.4
cat > "$folder/try.py" <<'PYTHON'
"""A server of one answer: it sends two rows of a result, then it is gone."""

import gc
import socket
import struct
import sys
import threading

import pymysql
import pymysql.cursors

EOF, OK = b"\xfe\x00\x00\x02\x00", b"\x00\x00\x00\x02\x00\x00\x00"


def packet(number, body):
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


def text(value):
    return bytes([len(value)]) + value


def heard(con):
    size = con.recv(4, socket.MSG_WAITALL)[:3] + b"\0"
    return con.recv(struct.unpack("<I", size)[0], socket.MSG_WAITALL)


def serve(listening):
    con = listening.accept()[0]
    flags = 0x0001 | 0x0008 | 0x0200 | 0x8000 | 0x80000
    con.sendall(packet(0, b"\x0a8.0.0\0" + struct.pack("<I", 1) + b"a" * 8 + b"\0"
                + struct.pack("<H", flags & 0xFFFF) + b"\x21\x02\x00" + struct.pack("<H", flags >> 16)
                + b"\x15" + b"\0" * 10 + b"b" * 12 + b"\0" + b"mysql_native_password\0"))
    heard(con)
    con.sendall(packet(2, OK))
    while b"SELECT" not in heard(con):
        con.sendall(packet(1, OK))
    column = b"".join(map(text, (b"def", b"", b"t", b"t", b"x", b"x"))) + b"\x0c\x21\x00"
    column += struct.pack("<IBHB", 255, 253, 0, 0) + b"\0\0"
    con.sendall(packet(1, b"\x01") + packet(2, column) + packet(3, EOF)
                + packet(4, text(b"one")) + packet(5, text(b"two")))
    con.close()


def tried(careful):
    ignored = []
    sys.unraisablehook = lambda told: ignored.append(type(told.exc_value).__name__)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        con = pymysql.connect(host="127.0.0.1", port=listening.getsockname()[1], user="a", password="")
        cursor = con.cursor(pymysql.cursors.SSCursor)
        cursor.execute("SELECT x")
        said = "nothing"
        try:
            list(cursor.fetchall_unbuffered())
        except pymysql.Error as error:
            said = type(error).__name__
        thread.join()
        if careful and con._result is not None:
            con._result.unbuffered_active = False
        del cursor, con
        gc.collect()
    return said, ignored


said, ignored = tried(careful=False)
calm = tried(careful=True)[1]
print(f"while streaming: {said} / in __del__: {', '.join(ignored)} / with the flag off: "
      f"{', '.join(calm) or 'nothing'}")
sys.exit((said, set(ignored), calm) != ("OperationalError", {"AttributeError"}, []))
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
