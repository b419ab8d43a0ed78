"""Messages in the words of Python: ``k`` where the command line says ``--k``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from smartcart.errors import SmartCartError
from smartcart.records import Notice

__all__ = ["as_arguments", "retold", "speaking_python"]

_FLAGS = {"drop-duplicates", "fresh", "hash", "net-returns", "overwrite"}
_CALLED = {"hash": "hash_contacts"}  # the argument, where it has another name than the option
_EXPECTED = re.compile(r"--expect (\w+)=([\d.]+\d)((?: --expect \w+=[\d.]+\d)*)")
_OPTION = re.compile(
    r"(?P<command>smartcart \w+(?: --[a-z][a-z-]*)+)"  # a command line stays one
    r"|--(?P<name>[a-z][a-z-]*)(?: (?P<value>\d+(?:\.\d+)?|(?:customers|orders|spark|duckdb)\b))?"
)
_PHRASES = (
    (re.compile(r"(?<![\w-])-o\b"), "path"),
    (re.compile(r"\bcolumns: (?=\{)"), "roles="),
    (re.compile(r"\bin the configuration\b"), "in roles"),
    (re.compile(r"\bcorrect the configuration\b"), "correct roles"),
    (re.compile(r"\bthe configuration names\b"), "roles names"),
)


def as_arguments(message: str) -> str:
    """Return a message about options of the command line as one about arguments.

    >>> as_arguments("--k-max is 1; expected a whole number from 2 to 100: choose another --k-max.")
    'k_max is 1; expected a whole number from 2 to 100: choose another k_max.'
    >>> as_arguments("say --kind orders, or --drop-duplicates drops them")
    "say kind='orders', or drop_duplicates=True drops them"
    >>> as_arguments("such as --expect orders=1083 --expect revenue=147311.64")
    "such as expect={'orders': 1083, 'revenue': 147311.64}"
    >>> as_arguments("say it with smartcart plan --rate.")
    'say it with smartcart plan --rate.'
    """
    message = _EXPECTED.sub(_figures, message)
    message = _OPTION.sub(_argument, message)
    for pattern, words in _PHRASES:
        message = pattern.sub(words, message)
    return message


def _figures(found: re.Match[str]) -> str:
    pairs = re.findall(r"(\w+)=([\d.]+\d)", found.group())
    return "expect={" + ", ".join(f"{name!r}: {value}" for name, value in pairs) + "}"


def _argument(found: re.Match[str]) -> str:
    if found["command"]:
        return found.group()
    option, value = found["name"], found["value"]
    name = _CALLED.get(option, option.replace("-", "_"))
    if option in _FLAGS:
        return f"{name}=True" + (f" {value}" if value else "")
    if value is None:
        return name
    return f"{name}={value if value[0].isdigit() else repr(value)}"


@contextmanager
def speaking_python() -> Iterator[None]:
    """Let an error that passes speak of arguments; its class, cause and records stay."""
    try:
        yield
    except SmartCartError as error:
        error.args = tuple(as_arguments(a) if isinstance(a, str) else a for a in error.args)
        error.way_out = as_arguments(error.way_out)
        raise


def retold(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """Return notices that speak of arguments."""
    return tuple(replace(one, message=as_arguments(one.message)) for one in notices)
