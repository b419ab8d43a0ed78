"""Results of engines as pandas tables, to look at in tests."""

from __future__ import annotations

from typing import Any

import pandas as pd


def as_frame(engine: Any, expr: Any) -> pd.DataFrame:
    return engine.arrow(expr).to_pandas()
