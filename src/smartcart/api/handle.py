"""What a handle holds: the record of a run, a temporary folder of its tables, and its source."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from smartcart import store, workflows
from smartcart.api.arguments import speaking_python
from smartcart.records import Explanation, Run

__all__ = ["FEATURES", "Handle", "as_it_is"]

FEATURES = "features.parquet"  # in the handle's folder, once they were asked for


def as_it_is(source: Any) -> Any:
    """Return the source so that what is written to it later does not reach us.

    Of pandas a shallow copy, which from pandas 3 shares its values until somebody writes to them.
    Arrow and Polars tables never change; of a list the names are kept.
    """
    if isinstance(source, list):
        return list(source)
    if not any(kind.__module__.partition(".")[0] == "pandas" for kind in type(source).__mro__):
        return source
    import pandas as pd

    return source.copy(deep=int(pd.__version__.partition(".")[0]) < 3)


def _forget(folder: Path, owner: int) -> None:
    """Delete the folder of a handle that is gone; not where a forked copy of it ends."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


class Handle:
    """The state of a :class:`smartcart.Segmentation`, whole enough to be sent elsewhere."""

    def __init__(
        self,
        run: Run,
        folder: Path,
        source: object = None,
        on: tuple[str, str | None] = ("duckdb", None),
    ) -> None:
        self.record = run
        self._source = source
        self._on = on
        self._keep(folder)

    def _keep(self, folder: Path) -> None:
        self._folder = folder
        weakref.finalize(self, _forget, folder, os.getpid())

    def __getstate__(self) -> dict[str, object]:
        source = self._source
        paths = source if isinstance(source, list | tuple) else [source]
        if any("://" in str(path) for path in paths if isinstance(path, str)):
            source = self.record.source
        elif not all(isinstance(path, str | Path) for path in paths):
            self._with_features()
            source = None
        files = {file.name: file.read_bytes() for file in self._folder.iterdir() if file.is_file()}
        return {"record": self.record, "source": source, "on": self._on, "files": files}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.record, self._source, self._on = state["record"], state["source"], state["on"]
        self._keep(Path(tempfile.mkdtemp(prefix="smartcart-")))
        for name, content in state["files"].items():
            (self._folder / name).write_bytes(content)

    def _explained(self, ids: Sequence[object], other: str | None) -> tuple[Explanation, ...]:
        from smartcart.workflows.explain import explain_kept

        rejected = store.rejected_rows(self._folder)
        return explain_kept(self._with_features(), rejected, self.record.model, ids, other=other)

    def _with_features(self) -> Path:
        """Return the file of features, which is made once."""
        path = self._folder / FEATURES
        if not path.exists():
            with speaking_python():
                workflows.write_features(self._source, self.record, path, *self._on)
        return path

    def _as_run(self) -> Path:
        """Return the handle's folder with what a run folder holds, pictures aside."""
        store.write_run(self._folder, self.record)
        return self._folder
