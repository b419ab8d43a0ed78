"""What a user can set, in one table: it feeds ``--config``, the help and the documentation."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from smartcart.errors import UsageError, did_you_mean
from smartcart.records import ColumnRole

__all__ = ["Settings", "read_settings"]


class Settings(BaseModel):
    """The settings of a run; a YAML file given by ``--config`` may hold any of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["customers"] | None = Field(
        None, description="What a row is: 'customers' (one row per customer)."
    )
    k: int | None = Field(
        None, ge=1, le=100, description="Number of segments; without it the evidence decides."
    )
    k_max: int = Field(10, ge=2, le=100, description="Largest number of segments to try.")
    as_of: dt.date | None = Field(
        None, description="The day that ages and recencies refer to; else the latest in the data."
    )
    seed: int = Field(0, ge=0, le=2**32 - 1, description="Seed of everything random.")
    roles: dict[str, ColumnRole] = Field(
        default_factory=dict,
        description="Role per column: " + ", ".join(get_args(ColumnRole)) + ".",
    )


def read_settings(path: Path | None, **given: Any) -> Settings:
    """Read ``path`` (YAML), override it with what was ``given`` on the command line, check it.

    Raises ``UsageError`` naming the first wrong value.
    """
    content: Any = {}
    if path is not None:
        import yaml

        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
            raise UsageError.of(
                f"the configuration {str(path)!r} cannot be read ({str(error).splitlines()[0]})",
                "a YAML file", "correct the file",
            ) from error  # fmt: skip
        if not isinstance(content, dict):
            raise UsageError.of(
                f"the configuration {str(path)!r} holds a {type(content).__name__}",
                "settings such as 'k: 4'", "correct the file",
            )  # fmt: skip
    merged = content | {name: value for name, value in given.items() if value is not None}
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise UsageError.of(
                f"the configuration has an unknown setting {name!r}",
                f"one of {', '.join(Settings.model_fields)}",
                "correct the name." + did_you_mean(name, Settings.model_fields),
            ) from error
        option = "--" + name.replace("_", "-") if name in given else f"{name} in {str(path)!r}"
        raise UsageError.of(
            f"{option} is {first.get('input')!r}", _expected(first), f"correct {option}"
        ) from error


def _expected(error: Any) -> str:
    """Return what a setting should have been, from pydantic's error."""
    field = Settings.model_fields.get(str(error["loc"][0]))
    bounds = {k: v for m in (field.metadata if field else []) for k, v in _limits(m).items()}
    if error["type"] in {"greater_than_equal", "less_than_equal", "int_parsing", "int_type"}:
        top = f" to {bounds['le']}" if "le" in bounds else " up"
        return f"a whole number from {bounds.get('ge', 0)}{top}"
    if error["type"].startswith("date"):
        return "a day such as 2024-06-30"
    if error["type"] == "literal_error":
        return str(error["ctx"]["expected"])
    return str(error["msg"]).lower()


def _limits(bound: Any) -> dict[str, Any]:
    """Return the limits that one annotation of a field holds."""
    return {name: getattr(bound, name) for name in ("ge", "le") if hasattr(bound, name)}
