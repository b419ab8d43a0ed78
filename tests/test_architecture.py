"""The import law of the layers, read from the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from smartcart.records import RunFile

PACKAGE = Path(__file__).parents[1] / "src" / "smartcart"

BASE = {"errors", "records"}
MAY_IMPORT = {
    "errors": set(),
    "records": set(),
    "background_process": set(),
    "core": BASE,
    "layouts": BASE,
    "tables": BASE | {"layouts"},
    "datasets": BASE,
    "settings": BASE,
    "engines": BASE,
    "sources": BASE | {"tables", "layouts", "engines"},
    "audiences": BASE | {"engines", "sources"},
    "inspection": BASE | {"tables", "layouts", "engines", "sources"},
    "store": BASE,
    "report": BASE | {"background_process"},
    "workflows": BASE
    | {"core", "tables", "engines", "sources", "audiences", "inspection"}
    | {"store", "report", "settings", "background_process"},
    "api": BASE | {"workflows", "store", "report", "settings"},
    "sklearn": BASE | {"core", "workflows"},
    "cli": BASE
    | {
        "layouts",
        "workflows",
        "store",
        "report",
        "settings",
        "datasets",
        "api",
        "background_process",
        "web",
    },
    "web": BASE | {"workflows", "store", "report", "settings", "datasets"},
    "__main__": {"cli"},
    "__init__": {"api"},
}
FORBIDDEN = {
    "core": {"duckdb", "ibis", "matplotlib", "plotly", "seaborn", "pandas", "pyarrow", "time"},
    "tables": {"duckdb", "pyspark", "matplotlib", "sklearn"},
    "layouts": {"duckdb", "ibis", "pandas", "pyarrow", "numpy"},
    "engines": {"sklearn", "scipy", "matplotlib"},
    "sources": {"sklearn", "scipy", "matplotlib"},
    "audiences": {"sklearn", "scipy", "matplotlib"},
    "inspection": {"sklearn", "scipy", "matplotlib"},
    "store": {"pickle", "joblib"},
    "report": {"sklearn", "duckdb", "ibis", "scipy"},
    "cli": {"sklearn", "duckdb", "ibis"},
    "web": {"sklearn", "duckdb", "ibis", "scipy"},
}
HEAVY = {"sklearn", "scipy", "matplotlib", "plotly", "pandas", "ibis", "duckdb", "seaborn"}


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, *, top_level_only: bool = False) -> set[str]:
    """Return the dotted names that a module imports, those for type checkers left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if top_level_only and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if isinstance(child, ast.Import):
                found.update(alias.name for alias in child.names)
            elif isinstance(child, ast.ImportFrom) and child.module:
                assert child.level == 0, f"{path}: relative import"
                found.update(f"{child.module}.{alias.name}" for alias in child.names)
            visit(child)

    visit(tree)
    return found


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_obey_the_law(path: Path) -> None:
    layer = layer_of(path)
    assert layer in MAY_IMPORT, f"{layer} has no place in the layers"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "smartcart" and len(parts) > 1:
            target = parts[1]
            assert target == layer or target in MAY_IMPORT[layer], f"{layer} imports {name}"
        assert parts[0] not in FORBIDDEN.get(layer, set()), f"{layer} imports {parts[0]}"


def test_every_layer_is_there() -> None:
    assert {layer_of(path) for path in MODULES} == set(MAY_IMPORT)


@pytest.mark.parametrize(
    "name",
    ["__init__.py", "cli/main.py", "cli/common.py", "cli/run.py", "errors.py", "records/base.py"],
)
def test_the_door_is_light(name: str) -> None:
    """What ``smartcart --help`` imports at once imports nothing heavy."""
    assert not {n.split(".")[0] for n in imports(PACKAGE / name, top_level_only=True)} & HEAVY


def test_two_public_classes_have_not_one_name() -> None:
    names = [
        node.name
        for path in MODULES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, f"another class is called {sorted(twice)}"


DOORS = {"cli", "web", "api", "sklearn", "workflows"}  # show and use what every trade makes
SUBJECTS = {layer.rstrip("s"): layer for layer in MAY_IMPORT if not layer.startswith("_")} | {
    layer: layer for layer in MAY_IMPORT
}
AT_HOME = {"table"}  # a customer table, a database's table: what every source holds


def another_subject(path: Path) -> str | None:
    """Return the folder that a module's name speaks of, where it stands in another one.

    >>> another_subject(PACKAGE / "engines" / "source_files.py")
    'sources'
    >>> another_subject(PACKAGE / "sources" / "source_files.py")
    """
    here = layer_of(path)
    if here in DOORS or path.stem == "__init__":
        return None
    told = (SUBJECTS[w] for w in path.stem.split("_") if w in SUBJECTS and w not in AT_HOME)
    return next((folder for folder in told if folder != here), None)


def test_a_module_speaks_of_its_folder() -> None:
    assert another_subject(PACKAGE / "engines" / "source_files.py") == "sources"
    assert another_subject(PACKAGE / "store" / "audience.py") == "audiences"
    strangers = {
        str(path.relative_to(PACKAGE)): found
        for path in MODULES
        if (found := another_subject(path))
    }
    assert not strangers, f"these names say another folder's subject: {strangers}"


def test_the_formatter_formats() -> None:
    """No line is kept from the formatter: a reader never meets two hands."""
    kept = [path.name for path in MODULES if "# fmt:" in path.read_text(encoding="utf-8")]
    assert not kept, f"these keep lines from the formatter: {kept}"


MOST_ANY = 55  # may fall, never rise


def test_types_are_told() -> None:
    """Outside the readers of foreign tables ``Any`` is rare: mypy sees what layers hand over."""
    found = {
        str(path.relative_to(PACKAGE)): count
        for path in MODULES
        if layer_of(path) != "sources"
        and (
            count := sum(
                isinstance(node, ast.Name) and node.id == "Any"
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            )
        )
    }
    assert sum(found.values()) <= MOST_ANY, f"name the type instead of Any: {found}"


NAMED = PACKAGE / "records" / "run_files.py"
FOUND = {  # what a run found: the rest of its folder are tables of customers, and pages
    RunFile.RUN,
    RunFile.MODEL,
    RunFile.EVIDENCE,
    RunFile.PROFILE,
    RunFile.ALTERNATIVES,
    RunFile.NAMES,
}


def files_named(text: str) -> set[RunFile]:
    """Return the files of a run folder that a module names, in words or as members.

    >>> sorted(files_named("path = folder / 'run.json'; other = RunFile.MODEL"))
    [<RunFile.MODEL: 'model.json'>, <RunFile.RUN: 'run.json'>]
    """
    return files_in_words(text) | {
        RunFile[node.attr]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("RunFile")
    }


def files_in_words(text: str) -> set[RunFile]:
    """Return the files of a run folder whose name or path a module spells; prose does not count."""
    ends = {
        str(node.value).rpartition("/")[2]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {file for file in RunFile if file in ends}


def test_a_file_of_a_run_is_named_once() -> None:
    assert files_in_words("x = 'out/run.json'\ny = f'{run}/rfm.csv'") == {
        RunFile.RUN,
        RunFile.RFM_CSV,
    }
    assert not files_in_words("x = 'a folder with run.json'")
    spelt = {
        str(path.relative_to(PACKAGE)): sorted(found)
        for path in MODULES
        if path != NAMED and (found := files_in_words(path.read_text(encoding="utf-8")))
    }
    assert not spelt, f"say RunFile instead: {spelt}"


def test_a_run_is_read_back_by_one_reader() -> None:
    """What a run found is opened in ``store`` alone: ``store.read_run`` gives it, typed."""
    assert files_named("json.loads((run / RunFile.RUN).read_text())") & FOUND
    assert not files_named("store.read_run(run)")
    readers = {
        str(path.relative_to(PACKAGE)): sorted(found)
        for path in MODULES
        if layer_of(path) != "store"
        and path != NAMED
        and (found := files_named(path.read_text(encoding="utf-8")) & FOUND)
    }
    assert not readers, f"ask store.read_run instead: {readers}"


PASSAGE = 10  # lines
# A public signature that two methods share, written out: a decorator or **arguments would hide it
# from the Python reference, which reads the source, and name the other method in errors.
ALIKE = {("api/campaigns.py", "api/campaigns.py")}


def told_lines(path: Path) -> list[str]:
    """Return the lines of a module without imports, remarks, blanks and lone brackets."""
    text = path.read_text(encoding="utf-8")
    imported = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = (
        line.split("  #")[0].strip()
        for number, line in enumerate(text.splitlines(), start=1)
        if number not in imported
    )
    return [line for line in lines if not line.startswith("#") and any(map(str.isalnum, line))]


def test_no_passage_stands_twice() -> None:
    first: dict[tuple[str, ...], tuple[str, int]] = {}
    twice: set[tuple[str, str]] = set()
    for path in MODULES:
        name, lines = str(path.relative_to(PACKAGE)), told_lines(path)
        for i in range(len(lines) - PASSAGE + 1):
            where, at = first.setdefault(tuple(lines[i : i + PASSAGE]), (name, i))
            if where != name or i - at >= PASSAGE:
                twice.add((where, name))
    assert twice <= ALIKE, f"ten lines stand twice: {sorted(twice - ALIKE)}"
    assert twice == ALIKE, f"mended by now, so strike out {sorted(ALIKE - twice)}"
