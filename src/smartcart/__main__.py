"""``python -m smartcart``."""

from smartcart.cli.main import main

main()
