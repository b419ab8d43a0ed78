"""From Python the digits are those of the command line, whatever the threads of the processors."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_info

import smartcart


def _threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


@pytest.mark.filterwarnings("ignore::smartcart.SmartCartWarning")
def test_products_of_all_steps_after_reading_are_on_one_thread(monkeypatch) -> None:
    main = importlib.import_module("smartcart.workflows.segment")
    seen: list[set[int]] = []

    def watch(step: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any, **named: Any) -> Any:
            seen.append(_threads())
            return step(*given, **named)

        return watched

    for name in ("_evidence", "_fitted", "_assign_all", "write_alternatives"):
        monkeypatch.setattr(main, name, watch(getattr(main, name)))
    rng = np.random.default_rng(0)
    shop = pd.DataFrame(
        {
            "customer_id": np.arange(1, 301),
            "spend": rng.gamma(2, 100, 300).round(2),
            "orders": rng.integers(1, 20, 300),
            "visits": rng.integers(0, 40, 300),
        }
    )
    before = _threads()
    smartcart.segment(shop, k=3)
    assert seen == [{1}] * 4
    assert _threads() == before
