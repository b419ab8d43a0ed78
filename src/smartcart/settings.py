"""What a user can set, in one table: it feeds ``--config``, the help and the documentation."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from smartcart.errors import DataError, UsageError, did_you_mean
from smartcart.records import Column, ColumnRole, ColumnWish, Inspection, JsonObject

__all__ = ["Settings", "check_engine", "read_settings", "refused_text", "settings_text"]


def _no_boolean(value: object) -> object:
    """Refuse ``true`` for a number: Python would take it for 1."""
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "a boolean is no number")
    return value


Whole = Annotated[int, BeforeValidator(_no_boolean)]
Money = Annotated[float, BeforeValidator(_no_boolean), Field(allow_inf_nan=False)]


class Settings(BaseModel):
    """The settings of a run; a YAML file given by ``--config`` may hold any of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["customers", "orders"] | None = Field(
        None,
        description="What the table is: 'customers' (a row per customer) or 'orders' (a row per "
        "order or order line); else recognised from its columns.",
    )
    k: Whole | None = Field(
        None, ge=1, le=100, description="Number of segments; without it the evidence decides."
    )
    k_max: Whole = Field(10, ge=2, le=100, description="Largest number of segments to try.")
    as_of: dt.date | None = Field(
        None, description="The day that ages and recencies refer to; else the latest in the data."
    )
    seed: Whole = Field(0, ge=0, le=2**32 - 1, description="Seed of everything random.")
    columns: dict[str, ColumnWish] = Field(
        default_factory=dict,
        description="Per column a role (" + ", ".join(get_args(ColumnRole)) + "), or a role and "
        "a meaning; also read under its older name `roles`.",
    )

    drop_duplicates: bool = Field(
        False, description="Of an order log: drop lines equal to an earlier one in every column."
    )
    net_returns: bool = Field(
        False, description="Of an order log: take what was returned off the spend."
    )
    expect: dict[Literal["orders", "customers", "revenue"], Money] = Field(
        default_factory=dict,
        description="What the shop's own dashboard says (`orders`, `customers`, `revenue`): off by "
        "more than 0.5%, the run ends with exit code 3.",
    )
    rfm_bins: Whole = Field(5, ge=2, le=9, description="Digits of the RFM scores.")
    cost: Money | None = Field(
        None,
        ge=0,
        description="Money per contact of a campaign; with revenue, it is planned.",
    )
    revenue: Money | None = Field(
        None, gt=0, description="Money that a response to the campaign brings."
    )
    budget: Money | None = Field(None, ge=0, description="Most money that the campaign may cost.")

    @property
    def roles(self) -> dict[str, ColumnWish]:
        """What the user says of columns, by name."""
        return self.columns


def read_settings(path: Path | None, **given: Any) -> Settings:
    """Read ``path`` (YAML), override it with what was ``given`` on the command line, check it.

    Raises ``UsageError`` naming the first wrong value.
    """
    content: JsonObject = {}
    if path is not None:
        import yaml

        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
            raise UsageError.of(
                f"the configuration {str(path)!r} cannot be read ({str(error).splitlines()[0]})",
                "a YAML file",
                "correct the file",
            ) from error
        if not isinstance(content, dict):
            raise UsageError.of(
                f"the configuration {str(path)!r} holds a {type(content).__name__}",
                "settings such as 'k: 4'",
                "correct the file",
            )
    if given.get("expect"):
        given["expect"] = {**(content.get("expect") or {}), **_expected_figures(given["expect"])}
    merged = content | {name: value for name, value in given.items() if value is not None}
    if "roles" in merged:
        if "columns" in merged:
            raise UsageError.of(
                "the configuration has both 'columns' and 'roles'",
                "'columns' alone",
                "move all into it",
            )
        merged["columns"] = merged.pop("roles")
    if merged.get("columns") is not None:
        merged["columns"] = _wishes(merged["columns"])
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
        option = (
            "--" + name.replace("_", "-")
            if given.get(name) is not None
            else f"{name} in {str(path)!r}"
        )
        raise UsageError.of(
            f"{option} is {first.get('input')!r}", _expected(first), f"correct {option}"
        ) from error


def check_engine(engine: str, spark_master: str | None) -> None:
    """Refuse an engine that there is not, and a master of Spark without Spark."""
    if engine not in {"duckdb", "spark"}:
        raise UsageError.of(
            f"--engine is {engine!r}",
            "'duckdb' or 'spark'",
            "leave it out." + did_you_mean(engine, ("duckdb", "spark")),
        )
    if spark_master is not None and engine != "spark":
        raise UsageError.of(
            "--spark-master is given, but --engine is 'duckdb'",
            "--engine spark with it",
            "add --engine spark, or leave --spark-master out",
        )


def _expected_figures(given: Mapping[str, float] | Sequence[object]) -> dict[str, float]:
    """Return figures from a mapping, or from texts such as ``orders=1,083``."""
    if isinstance(given, Mapping):
        return dict(given)
    found: dict[str, float] = {}
    for text in given:
        name, sign, value = str(text).partition("=")
        number = value.strip().replace(" ", "").replace("_", "")
        if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", number):
            number = number.replace(",", "")
        if (
            not sign
            or name.strip() not in {"orders", "customers", "revenue"}
            or not re.fullmatch(r"\d+(\.\d+)?", number)
        ):
            raise UsageError.of(
                f"--expect is {text!r}",
                "orders=N, customers=N or revenue=X, with a decimal point",
                "such as --expect orders=1083 --expect revenue=147311.64",
            )
        found[name.strip()] = float(number)
    return found


def _wishes(given: object) -> dict[str, ColumnWish]:
    """Return what is said of each column, from a mapping of names to roles or to mappings."""
    if not isinstance(given, Mapping):
        raise UsageError.of(
            f"'columns' is {given!r}",
            "a role for each column, such as 'Income: describes'",
            "correct the configuration",
        )
    return {str(name): _wish(name, value) for name, value in given.items()}


def _wish(name: object, value: object) -> ColumnWish:
    if isinstance(name, bool) or name is None:
        raise UsageError.of(
            f"the configuration names a column {name!r}", "a name", "write the name in quotes"
        )
    if isinstance(value, ColumnWish):
        return value
    if isinstance(value, str):
        value = {"role": value}
    if not isinstance(value, Mapping) or not value or set(value) - {"role", "meaning"}:
        raise UsageError.of(
            f"column {name!r} is given {value!r}",
            f"a role ({', '.join(get_args(ColumnRole))}), or both as in "
            "{role: forms, meaning: spend_total}",
            "correct the configuration",
        )
    role, meaning = value.get("role"), value.get("meaning")
    if role is not None and role not in get_args(ColumnRole):
        raise UsageError.of(
            f"column {name!r} is given the role {role!r}",
            f"one of {', '.join(get_args(ColumnRole))}",
            "correct the role." + did_you_mean(str(role), get_args(ColumnRole)),
        )
    if meaning is not None and not isinstance(meaning, str):
        raise UsageError.of(
            f"column {name!r} is given the meaning {meaning!r}",
            "a word such as 'spend_total'",
            "correct the configuration",
        )
    return ColumnWish(role, meaning)


def _expected(error: ErrorDetails) -> str:
    """Return what a setting should have been, from pydantic's error."""
    field = Settings.model_fields.get(str(error["loc"][0]))
    bounds = {k: v for m in (field.metadata if field else []) for k, v in _limits(m).items()}
    if field is not None and "float" in str(field.annotation):
        return "an amount of 0 or more" if bounds.get("ge") == 0 else "an amount above 0"
    if error["type"] in {"greater_than_equal", "less_than_equal", "int_parsing", "int_type"}:
        top = f" to {bounds['le']}" if "le" in bounds else " up"
        return f"a whole number from {bounds.get('ge', 0)}{top}"
    if error["type"].startswith("date"):
        return "a day such as 2024-06-30"
    if error["type"] == "literal_error":
        return str(error["ctx"]["expected"])
    return str(error["msg"]).lower()


def _limits(bound: object) -> dict[str, object]:
    """Return the limits that one annotation of a field holds."""
    return {name: getattr(bound, name) for name in ("ge", "le") if hasattr(bound, name)}


_HEADER = """\
# What SmartCart sees in {source}: change a role, and give this file with --config.
# Roles: {roles}.
# A column that forms may also be given a meaning: {{role: forms, meaning: spend_total}};
# docs/names.md lists them.
"""


def settings_text(seen: Inspection, as_of: dt.date | None = None) -> str:
    """Return a configuration (YAML) that gives the same inspection again.

    A line per column with its role, for one that forms (and for each part of an order) also its
    meaning, and the reason as a comment. ``as_of`` is the day that the user gave; the day found in
    the data is a comment.
    """
    contract = seen.contract
    source = " ".join(seen.reading.source.split())
    lines = [_HEADER.format(source=source, roles=", ".join(get_args(ColumnRole))).rstrip()]
    lines.append(f"kind: {contract.kind}")
    if as_of is not None:
        lines.append(f"as_of: {as_of}")
    elif contract.as_of is not None:
        lines.append(f"# as_of: {contract.as_of}  # {' '.join(contract.as_of_source.split())}")
    lines.append("columns:")
    if contract.log is not None:  # the columns of the source; those of the contract are made
        lines[-1:-1] = [
            f"drop_duplicates: {str(contract.log.drop_duplicates).lower()}",
            f"net_returns: {str(contract.log.net_returns).lower()}",
        ]
        lines += [_line(column, always=True) for column in contract.log.columns]
    else:
        lines += [_line(column) for column in contract.columns]
    return "\n".join(lines) + "\n"


def refused_text(error: DataError, source: str) -> str:
    """Return a configuration (YAML) of the columns of a table that was refused, to edit.

    The reason for the refusal, and the ways out, stand above them.
    """
    said = "\n".join(f"# {line}" for line in textwrap.wrap(" ".join(str(error).split()), 94))
    columns = [column for column in error.columns if isinstance(column, Column)]
    lines = [_HEADER.format(source=source, roles=", ".join(get_args(ColumnRole))).rstrip(), said]
    lines += [f"kind: {error.kind}"] if error.kind else []
    lines += ["columns:", *(_line(column, always=True) for column in columns)]
    return "\n".join(lines) + "\n"


def _line(column: Column, *, always: bool = False) -> str:
    """Return the line of one column, with its meaning where it forms, or ``always``."""
    said: str = column.role
    if column.meaning and (always or column.role == "forms"):
        said = f"{{role: {column.role}, meaning: {_scalar(column.meaning)}}}"
    reason = re.sub(r"[^\x20-\x7e\xa0-\ufffd]+", " ", column.reason)
    name = _scalar(column.name)
    if len(name) > LONGEST_KEY:
        return f"  # {reason}\n  ? {name}\n  : {said}"
    return f"  {name}: {said}  # {reason}"


LONGEST_KEY = 900  # YAML reads a longer name only as an explicit key


def _scalar(text: str) -> str:
    """Return the text as YAML reads it back, in quotes where it must be."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and text.lower() not in _WORDS_OF_YAML:
        return text
    import yaml

    quoted: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return quoted.strip()


_WORDS_OF_YAML = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
