"""``smartcart`` and ``python -m smartcart``: nothing is imported before Ctrl-C can be caught."""

import gc
import os
import sys

SELDOM = (50_000, 20, 100)  # what imports make stays: looking through it often costs half a second


def main() -> None:
    """Run the command line, and leave at once."""
    code = _run()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody listens any more
        code = code or 1
    os._exit(code)  # everything is closed; taking the loaded libraries apart takes half a second


def _run() -> int:
    gc.set_threshold(*SELDOM)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # blocks of rows are on threads already
    try:
        from smartcart.cli.main import main as run

        run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        sys.stderr.write("smartcart: Stopped; nothing was written.\n")
        return 130
    return 0


if __name__ == "__main__":
    main()
