"""``smartcart`` and ``python -m smartcart``: nothing is imported before Ctrl-C can be caught."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from smartcart.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("smartcart: Stopped; nothing was written.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
