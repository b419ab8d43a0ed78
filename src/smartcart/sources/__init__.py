"""Sources: readers of files, frames and databases; a source is opened as a typed table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from smartcart.sources.open import Opened, open_source
from smartcart.sources.spark import open_on_spark

__all__ = ["Opened", "open_on", "open_on_spark", "open_source"]


def open_on(
    engine: str, source: Any, spark_master: str | None = None, temp_dir: Path | None = None
) -> Opened:
    """Open a source in the embedded engine, or on Spark where ``engine`` is ``"spark"``."""
    if engine == "spark":
        return open_on_spark(source, spark_master, temp_dir=temp_dir)
    return open_source(source, temp_dir=temp_dir)
