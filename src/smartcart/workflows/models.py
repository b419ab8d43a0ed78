"""Load a saved model, and refuse one that does not reproduce its own golden rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from smartcart import store
from smartcart.core.assign import assign
from smartcart.errors import DataError
from smartcart.records import Model

__all__ = ["load"]


def load(folder: Path, *, own: bool = False) -> Model:
    """Load the model of a run folder, with the names that people gave its segments.

    ``own``: with the names of its own instead.

    Raises ``DataError`` where a golden row does not get the segment it must get.
    """
    model = store.load_model(folder)
    if not own and folder.is_dir():
        model = store.named_model(model, store.names_of(folder))
    if not model.golden:
        return model
    X = np.array([[np.nan if v is None else v for v in g.values] for g in model.golden])
    labels = assign(X, model.recipe, np.array(model.centroids)).labels
    for label, golden in zip(labels, model.golden, strict=True):
        if model.ids[label] != golden.segment_id:
            raise DataError.of(
                f"the model at {str(folder)!r} gives a golden row segment {model.ids[label]}",
                f"segment {golden.segment_id}",
                "the file was changed: run again, or restore it",
            )
    return model
