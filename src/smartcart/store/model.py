"""``model.json``: written with a checksum, read back checked, upgraded from older versions.

A reader trusts nothing in the file: it is parsed as JSON (nothing in it can run), its version is
brought up to date, its checksum must fit its content, every field must have its type, and the parts
must fit together. That the model still gives its golden rows their segments is checked by
``workflows.models``.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from smartcart.errors import DataError, UsageError
from smartcart.records import (
    MODEL_VERSION,
    DriftReference,
    JsonObject,
    KeptForecast,
    Model,
    ReferenceBins,
    RunFile,
)
from smartcart.store.text import plain, write_json

__all__ = ["id_column_of", "load_model", "model_schema", "write_model"]

Content = JsonObject

OPS = {"column", "sum", "share", "ratio", "days_since", "years_since", "is"}
FORECAST_RULES = {"a rate that goes on", "silence of twice the usual gap"}
EXACT = 2**53  # whole numbers up to which 3 and 3.0 are the same number
DEEP = 40  # levels of lists in lists; a model has ten


def write_model(path: Path, model: Model) -> None:
    """Write a model with the checksum of its content."""
    content: Content = plain(replace(model, version=MODEL_VERSION))
    write_json(path, {"version": MODEL_VERSION, "checksum": checksum(content), **content})


def checksum(content: Content) -> str:
    """Return the SHA-256 of a model's content, all but its own ``checksum``.

    It is of the compact JSON with sorted keys, whole numbers without a decimal point: spaces, line
    ends and the order of keys do not count, so that a tool may lay the file out anew.

    >>> checksum({"a": 1.0, "b": 2, "checksum": "x"}) == checksum({"b": 2, "a": 1})
    True
    """
    told = {name: value for name, value in content.items() if name != "checksum"}
    text = json.dumps(_whole(told), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _whole(value: object) -> object:
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    return value


def load_model(folder: Path) -> Model:
    """Read ``model.json`` of a run folder (or the file itself), checked and brought up to date.

    Raises
    ------
    UsageError
        Where there is no such file.
    DataError
        Where the file is damaged, was changed, or is of a later version; with the reason.
    """
    from pydantic import TypeAdapter, ValidationError

    path = folder / RunFile.MODEL if folder.is_dir() else folder
    content = _upgraded(path, _parsed(path))
    if content.get("checksum") != checksum(content):
        raise _damaged(path, "its content does not fit its checksum: the file was changed")
    try:
        model = TypeAdapter(Model).validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _damaged(path, f"at {where!r}: {first['msg']}") from error
    if fault := next(_faults(model), None):
        raise _damaged(path, fault)
    return model


def id_column_of(folder: Path) -> str | None:
    """Return the name that the customer ids of a run had in its source, where that is known.

    It is read from ``model.json`` as it is, of whatever version, whole or not.
    """
    try:
        contract = json.loads((folder / RunFile.MODEL).read_text(encoding="utf-8"))["contract"]
        log = contract.get("log")
        name = log["customer"] if log else contract["id_column"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return str(name) if name else None


def model_schema() -> Content:
    """Return the JSON Schema (2020-12) of ``model.json``."""
    from pydantic import TypeAdapter

    schema: Content = TypeAdapter(Model).json_schema(mode="serialization")
    fields = schema["properties"]
    fields["version"] = {"const": MODEL_VERSION}
    about = "SHA-256 of the compact JSON of all else, keys sorted, whole numbers without a point."
    fields["checksum"] = {
        "type": "string",
        "pattern": "^sha256:[0-9a-f]{64}$",
        "description": about,
    }
    title = f"SmartCart model, version {MODEL_VERSION}"
    schema["required"] = sorted({*schema.get("required", ()), "version", "checksum"})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _parsed(path: Path) -> Content:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError.of(
            f"there is no model at {str(path)!r}",
            "a run folder with model.json",
            "name the folder that 'smartcart run' wrote",
        ) from error
    except OSError as error:
        raise _damaged(path, f"it cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise _damaged(path, "it is not text in UTF-8") from error
    try:
        content = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise _damaged(path, "it is nested too deeply") from error
    except ValueError as error:
        whole = "" if text.rstrip().endswith("}") else "; it ends too early"
        raise _damaged(path, f"it is not whole JSON ({error}){whole}") from error
    if not isinstance(content, dict):
        raise _damaged(path, "it holds no object")
    if _depth(content, DEEP) > DEEP:
        raise _damaged(path, "it is nested too deeply")
    return content


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _depth(value: object, most: int) -> int:
    """Return how deep lists and objects lie in one another, at most ``most + 1``."""
    if most < 0 or not isinstance(value, (dict, list)):
        return 0
    inside = value.values() if isinstance(value, dict) else value
    return 1 + max((_depth(one, most - 1) for one in inside), default=0)


def _damaged(path: Path, reason: str) -> DataError:
    return DataError.of(
        f"the model {str(path)!r} cannot be used: {reason}",
        "the JSON that 'smartcart run' wrote",
        "restore the file, or run again",
    )


# Versions --------------------------------------------------------------------------------------


def _from_1(path: Path, content: Content) -> Content:
    """Version 1 had no checksum; the first files also had no ids and an empty reference."""
    if "checksum" in content:
        raise _damaged(path, "it says version 1, which has no checksum, but it has one")
    content = {**content, "reference": content.get("reference") or None, "version": 2}
    return {**content, "checksum": checksum(content)}


UPGRADES: dict[int, Callable[[Path, Content], Content]] = {1: _from_1}
"""From each older version to the next one."""


def _upgraded(path: Path, content: Content) -> Content:
    """Bring the content of an older file to this version, step by step."""
    version = content.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise _damaged(path, f"its version is {version!r}, not a whole number")
    if version > MODEL_VERSION:
        raise DataError.of(
            f"the model {str(path)!r} has version {version}",
            f"version {MODEL_VERSION} or older",
            "use the SmartCart that wrote it, or a later one",
        )
    while version < MODEL_VERSION:
        if version not in UPGRADES:
            raise _damaged(path, f"there is no version {version}")
        content = UPGRADES[version](path, content)
        version = content["version"]
    return content


# Do the parts fit together? --------------------------------------------------------------------


def _faults(model: Model) -> Iterator[str]:
    """Yield what does not fit together, in words."""
    k, p = len(model.centroids), len(model.recipe.features)
    if not k or not p:
        yield "it has no segments" if not k else "it has no features"
        return
    yield from _lengths(model, k, p)
    yield from _numbers(model)
    yield from _columns(model)
    if model.reference is not None:
        yield from _reference(model.reference, k)
    if model.forecast is not None:
        yield from _forecast(model.forecast)


def _forecast(found: KeptForecast) -> Iterator[str]:
    lengths = (len(found.alive), len(found.covariance), len(found.model), len(found.spend))
    if lengths[:2] != (5, 4) or lengths[2] not in {0, 4, 6} or lengths[3] not in {0, 4}:
        yield "'forecast' has not as many parameters as its models"
    rows = found.covariance
    told = (*found.alive, *found.model[:5], *found.spend, found.longest, found.factor)
    if not all(math.isfinite(x) and x > 0 for x in told) or found.spread < 0:
        yield "a parameter of 'forecast' is not above 0"
    if any(len(row) != 4 for row in rows) or not all(math.isfinite(x) for r in rows for x in r):
        yield "'forecast.covariance' is not of 4 parameters"
    if found.horizon < 1 or (not found.model and found.rule not in FORECAST_RULES):
        yield f"'forecast' goes by the rule {found.rule!r}, which there is not"


def _lengths(model: Model, k: int, p: int) -> Iterator[str]:
    recipe = model.recipe
    for name in ("transform", "fill", "low", "high", "mean", "scale", "weight"):
        if len(getattr(recipe, name)) != p:
            yield f"recipe.{name} is not as long as recipe.features ({p})"
    if len(recipe.unit) not in {0, p}:  # none in a model of an older version
        yield f"recipe.unit is not as long as recipe.features ({p})"
    for name in ("names", "ids", "centroids_original"):
        if len(getattr(model, name)) != k:
            yield f"{name!r} is not as long as 'centroids' ({k})"
    for name in ("centroids", "centroids_original"):
        if any(len(row) != p for row in getattr(model, name)):
            yield f"a row of {name!r} has not {p} numbers, one per feature"
    if any(len(row.values) != p for row in model.golden):
        yield f"a golden row has not {p} values"
    if any(row.segment_id not in model.ids for row in model.golden):
        yield "a golden row is of a segment that is not there"
    if len(set(model.ids)) < k or min(model.ids) < 1 or set(model.ids) & set(model.used):
        yield "'ids' are not different numbers from 1 that no ended segment has used"


def _numbers(model: Model) -> Iterator[str]:
    recipe = model.recipe
    told = [
        *model.centroids,
        *model.centroids_original,
        recipe.fill,
        recipe.low,
        recipe.high,
        recipe.mean,
        recipe.scale,
        recipe.weight,
        recipe.unit,
    ]
    told += [tuple(v for v in row.values if v is not None) for row in model.golden]
    if not all(math.isfinite(x) for row in told for x in row):
        yield "a number is too large"
    if not all(s > 0 for s in (*recipe.scale, *recipe.weight, *recipe.unit)):
        yield "a scale, weight or unit is not above 0"
    if any(low > high for low, high in zip(recipe.low, recipe.high, strict=False)):
        yield "recipe.low is above recipe.high"


def _columns(model: Model) -> Iterator[str]:
    contract = model.contract
    types = {column.name: column.type for column in contract.columns}
    if contract.id_column is not None and contract.id_column not in types:
        yield f"there is no id column {contract.id_column!r}"
    if (contract.kind == "orders") != (contract.log is not None):
        yield "its kind does not fit its order log"
    for feature in (*model.recipe.features, *model.describing):
        if feature.op not in OPS:
            yield f"a feature is made by {feature.op!r}, which is none of {', '.join(sorted(OPS))}"
        made_of = (*feature.columns, *feature.denominator)
        if not feature.columns or (feature.op in {"share", "ratio"}) != bool(feature.denominator):
            yield f"feature {feature.name!r} has not the columns that {feature.op!r} needs"
        if absent := [name for name in made_of if name not in types]:
            yield f"feature {feature.name!r} is made of {absent[0]!r}, which is no column"
        elif feature.op != "is" and any(types[n] == "text" for n in made_of):
            yield f"feature {feature.name!r} is a number made of text"
        elif feature.op == "days_since" and types[feature.columns[0]] != "date":
            yield f"feature {feature.name!r} counts days from what is no date"
        if feature.op in {"days_since", "years_since"} and contract.as_of is None:
            yield f"feature {feature.name!r} needs the as-of day, which is missing"
    if log := contract.log:
        there = {column.name for column in log.columns}
        parts = (*log.parts, *log.filled, *log.whole_orders)
        if absent := [name for name in parts if name not in there]:
            yield f"the order log is read by {absent[0]!r}, which is no column"


def _reference(reference: DriftReference, k: int) -> Iterator[str]:
    if len(reference.sizes) != k or len(reference.far) != k or min(reference.sizes) < 0:
        yield f"'reference' does not count {k} segments"
    for name in ("farthest", "stability"):
        if len(getattr(reference, name)) not in {0, k}:
            yield f"reference.{name} is not of {k} segments"
    for bins in reference.columns:
        yield from _bins(bins)
    if any(not 0 <= one.yes <= one.rows for one in reference.outcomes):
        yield "an outcome in 'reference' happened more often than there are customers"


def _bins(bins: ReferenceBins) -> Iterator[str]:
    number = bins.kind == "number"
    wanted = max(len(bins.edges) - 1, 0) if number else len(bins.categories)
    if len(bins.shares) != wanted or (bins.categories if number else bins.edges):
        yield f"the bins of {bins.column!r} do not fit their shares"
    ordered = all(a <= b for a, b in zip(bins.edges, bins.edges[1:], strict=False))
    told = [
        x for x in (*bins.edges, bins.mean, bins.std, bins.log_mean, bins.log_std) if x is not None
    ]
    if not ordered or not all(map(math.isfinite, told)):
        yield f"the bins of {bins.column!r} are not in order"
    if (bins.log_mean is None) != (bins.log_std is None) or (
        bins.log_mean is not None and len(bins.edges) < 2
    ):
        yield f"the logarithms of {bins.column!r} do not fit its bins"
    parts = (*bins.shares, bins.rest, bins.missing)
    if bins.rows < 0 or min(parts) < 0 or (bins.rows and abs(sum(parts) - 1) > 1e-6):
        yield f"the shares of {bins.column!r} do not add up to 1"
