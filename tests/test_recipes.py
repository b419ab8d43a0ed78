"""The recipes of the documentation, executed where their tools are installed."""

from __future__ import annotations

import contextlib
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.sklearn import CustomerSegmenter

PAGE = (Path(__file__).parents[1] / "docs" / "recipes.md").read_text(encoding="utf-8")


def code(title: str) -> str:
    """Return the code under a heading."""
    part = next(p for p in PAGE.split("\n## ") if p.startswith(title))
    return "\n".join(re.findall(r"```python\n(.*?)```", part, re.DOTALL))


def run(title: str, **given: object) -> dict[str, object]:
    with warnings.catch_warnings(), contextlib.suppress(SystemExit):
        warnings.simplefilter("ignore")  # of the tools, which is not our matter
        exec(compile(code(title), f"docs/recipes.md: {title}", "exec"), given)
    return given


@pytest.fixture(scope="module")
def found() -> smartcart.Segmentation:
    """A shop with gaps, a balance that may be negative, and amounts with long tails."""
    rng = np.random.default_rng(0)
    n = 300
    rich = np.arange(n) % 3 == 0
    frame = pd.DataFrame(
        {
            "customer_id": np.arange(n),
            "orders": rng.poisson(np.where(rich, 20, 3)) + 1,
            "total_spent": rng.lognormal(0, 0.9, n) * np.where(rich, 900, 60),
            "balance": 30 - rng.lognormal(0, 1.2, n) * 50,
            "days_since_last_order": rng.integers(1, 60, n) + np.where(rich, 0, 200.0),
        }
    )
    frame.loc[::17, "days_since_last_order"] = np.nan
    return smartcart.segment(frame, k=3, k_max=3, roles={"balance": "forms"})


def test_onnx_assigns_as_the_model_does(found) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    assert len(set(found.model.recipe.transform)) >= 3
    features = found.features
    got = run("ONNX", s=found)
    mine = found.customers.set_index("customer_id").loc[features["customer_id"]]
    assert np.isnan(got["X"]).any()
    assert got["segment_id"].tolist() == mine["segment_id"].tolist()
    np.testing.assert_allclose(got["distance"], mine["distance"], rtol=1e-9)
    np.testing.assert_allclose(got["confidence"], mine["confidence"], rtol=1e-6, atol=1e-9)


def test_mlflow_logs_the_estimator_by_its_default_way(tmp_path, monkeypatch) -> None:
    mlflow = pytest.importorskip("mlflow")
    pytest.importorskip("skops")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri((tmp_path / "mlruns").as_uri())
    X = np.random.default_rng(0).normal(size=(60, 2))
    X[:30] += 9
    got = run("MLflow", X=X)
    back = got["back"]
    assert back.predict(X).tolist() == got["c"].labels_.tolist()
    assert back.evidence_.equals(got["c"].evidence_)


def test_what_the_estimator_holds_is_arrays_and_plain_values() -> None:
    """Formats that open nothing else (skops, of MLflow) know no DataFrame."""
    X = np.random.default_rng(0).normal(size=(40, 2))
    c = CustomerSegmenter(n_clusters=2, k_max=2, random_state=0).fit(X)
    plain = (int, float, str, dict, np.ndarray, np.generic)
    assert all(isinstance(value, plain) for value in vars(c).values())
    assert isinstance(c.evidence_, pd.DataFrame)
    assert c.evidence_["k"].tolist() == [1, 2]


def test_workers_of_joblib_explain(found) -> None:
    from joblib.externals.loky import get_reusable_executor

    try:
        got = run("joblib", s=found)
    finally:
        get_reusable_executor().shutdown(wait=True)
    assert len(got["told"]) == 4
    assert all(text.startswith("Nearer to") for text in got["told"])
