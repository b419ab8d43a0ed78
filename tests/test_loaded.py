"""What is loaded only where it is used: loading is half of what a small table costs."""

import os
import subprocess
import sys

import pytest

from smartcart.datasets import write_customers, write_orders


def loaded(code: str, *packages: str) -> list[str]:
    """Return which of the packages or modules are loaded once the code has run."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return sorted(set(packages) & set(done.stdout.split()))


def test_a_run_of_customers_begins_without_what_forecasts_or_plans() -> None:
    code = (
        "import smartcart.workflows.segment, smartcart.workflows.campaign_report, "
        "smartcart.report.page"
    )
    modules = [
        "scipy",
        "pandas",
        "sklearn",
        "matplotlib",
        "plotly",
        "smartcart.core.future.predict",
        "smartcart.workflows.future",
        "smartcart.workflows.plan",
        "smartcart.engines.clickhouse",
        "smartcart.engines.warehouses",
    ]
    assert loaded(code, *modules) == []


def test_outcomes_are_counted_without_what_tests_them() -> None:
    code = (
        "from smartcart.core.outcomes import outcome_of; "
        "assert outcome_of('y', [[3, 1], [1, 3], [0, 0]], ['a', 'b']).chi2 == 2.0"
    )
    assert loaded(code, "scipy", "smartcart.core.outcomes") == ["smartcart.core.outcomes"]


def test_arrays_become_arrow_without_pandas() -> None:
    code = (
        "import numpy as np; from smartcart.store import arrow; "
        "a = np.array([1.5, np.nan]); n = np.array([1, 2], dtype=np.int32); "
        "made = [arrow.known(a), arrow.numbers(a), arrow.days(n, n > 1), arrow.words(['a'])]; "
        "assert [x.null_count for x in made] == [1, 0, 1, 0]"
    )
    assert loaded(code, "pandas", "pyarrow") == ["pyarrow"]


@pytest.mark.parametrize("write", [write_customers, write_orders])
def test_a_table_is_read_without_pandas(tmp_path, write) -> None:
    source = tmp_path / "table.csv"
    write(source, 2_000)
    code = f"from smartcart import workflows; workflows.inspect({str(source)!r})"
    assert loaded(code, "pandas", "pyarrow") == ["pyarrow"]


def test_patterns_are_compiled_when_they_are_asked() -> None:
    code = (
        "import re; made = []; real = re.compile; "
        "re.compile = lambda *told: made.append(told) or real(*told); "
        "import smartcart.tables.order_states as states, smartcart.tables.vocabulary as words; "
        "begun = len([m for m in made if m[0] == words._RULES[0][0].pattern]); "
        "words._RULES[0][0].fullmatch('x'); words._RULES[0][0].search('x'); "
        "assert (begun, made[-1][0]) == (0, words._RULES[0][0].pattern), made[-1]; "
        "assert len([m for m in made if m[0] == words._RULES[0][0].pattern]) == 1"
    )
    assert loaded(code, "smartcart.tables.vocabulary") == ["smartcart.tables.vocabulary"]


def test_every_pattern_that_waits_can_be_compiled() -> None:
    code = (
        "import importlib, pkgutil, re, warnings; warnings.simplefilter('error'); "
        "from smartcart.tables import patterns; made = []; "
        "patterns.lazy_pattern = lambda *told: made.append(re.compile(*told)) or made[-1]; "
        "import smartcart.inspection as inspection, smartcart.tables as tables; "
        "[importlib.import_module(m.name) for p in (inspection, tables) "
        "for m in pkgutil.walk_packages(p.__path__, p.__name__ + '.')]; "
        "assert len(made) > 300, len(made)"
    )
    assert loaded(code, "smartcart.tables.vocabulary") == ["smartcart.tables.vocabulary"]
