"""Write the generated pages of ``docs/``; ``--check`` only says whether they are current."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import get_args

from smartcart.core.archetypes import ARCHETYPES, Archetype, EffectRange
from smartcart.layouts import LAYOUTS
from smartcart.records import ColumnRole
from smartcart.settings import Settings
from smartcart.tables.order_words import MEANINGS as ORDER_MEANINGS
from smartcart.tables.order_words import PARTS
from smartcart.tables.vocabulary import MEANINGS, VOCABULARY

DOCS = Path(__file__).parents[1] / "docs"
NOTE = "<!-- Written by `make docs`; do not edit. -->\n\n"


def commands() -> str:
    """Return the help of every command."""
    import typer.main

    from smartcart.cli.main import app

    def sections(command, name: str, parent=None):
        context = command.context_class(
            command, info_name=name, parent=parent, max_content_width=100
        )
        context.terminal_width = 100
        yield f"## {context.command_path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"
        for sub_name, sub in sorted(getattr(command, "commands", {}).items()):
            yield from sections(sub, sub_name, context)

    return "# Commands\n\n" + "\n".join(sections(typer.main.get_command(app), "smartcart"))


def settings() -> str:
    """Return the table of settings that ``--config`` reads."""
    lines = [
        "# Settings\n",
        "A YAML file given by `--config` may hold any of these; options given on the command line "
        "win.\n",
        "| setting | default | what it is |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        lines.append(f"| `{name}` | `{default}` | {field.description} |")
    lines += ["", "```yaml", "k_max: 8", "columns:", "  Income: forms", "  Recency: describes"]
    lines += ["  Umsatz: {role: forms, meaning: spend_total}", "```", ""]
    lines += [
        "`smartcart check SOURCE --write-config smartcart.yaml` writes such a file to edit.",
        "",
    ]
    lines += [
        "## Roles\n",
        "| role | what a column of it does |",
        "|---|---|",
        *(f"| `{role}` | {ROLES[role]} |" for role in get_args(ColumnRole)),
        "",
        "## Meanings of a customer table's columns\n",
        "A meaning brings a role; the role can be given beside it. `spend` and `channel` take a "
        "word for the part, as in `spend:wine` and `channel:web`.\n",
        "| meaning | role | what it says |",
        "|---|---|---|",
    ]
    why = {word.meaning.partition(":")[0]: word.reason for word in reversed(VOCABULARY)} | OTHER
    lines += [f"| `{name}` | {MEANINGS[name]} | {why[name]} |" for name in sorted(MEANINGS)]
    lines += [
        "",
        "## Meanings of an order log's columns\n",
        "A column of an order log has one of these; `{meaning: amount}` is enough, the role "
        "follows.\n",
        "| meaning | role | what it says |",
        "|---|---|---|",
        *(f"| `{part.name}` | {part.role} | {part.reason} |" for part in PARTS),
        f"| `trait` | {ORDER_MEANINGS['trait']} | says who the customer is, the same on all of "
        "their orders |",
        "",
        "```yaml",
        "kind: orders",
        "columns:",
        "  Kunde: {meaning: customer}",
        "  Belegnr: {meaning: order}",
        "  Summe: {meaning: amount}",
        "  Menge: {meaning: quantity}",
        "  Artikel: {meaning: product}",
        "  Zustand: {meaning: status}",
        "```",
        "",
        "Where rows of several kinds tell the same sale (its lines, their sum, its payment), the "
        "meaning `row_type` names the column of kinds and, behind a colon, those that are sales: "
        "`TYPE LIGNE: {meaning: 'row_type:VENTE'}`, or `'row_type:VENTE|AVOIR'` for two. All "
        "other rows are left out, and told. `amount:line` says that an amount is of each line, "
        "although all lines of an order repeat it: the price of a ticket, say.",
    ]
    return "\n".join(lines) + "\n"


ROLES = {
    "id": "identifies the customer; each once in a customer table",
    "forms": "behaviour: decides on segments",
    "describes": "tells who the customers of a segment are",
    "sensitive": "says who people are (age, education): describes only, and fairness is tested",
    "outcome": "checks segments and gives response rates; never forms",
    "dropped": "is not read",
}
OTHER = {
    "flag": "yes or no",
    "date": "a day of no known meaning",
    "text": "free text",
}


def notebook() -> str:
    """Return the data scientist's tutorial as a notebook, without output."""
    page = (DOCS / "tutorials" / "data-scientist.md").read_text(encoding="utf-8")
    cells: list[dict[str, object]] = []
    for i, part in enumerate(re.split(r"```python\n(.*?)```", page, flags=re.DOTALL)):
        text = part.strip() if i % 2 == 0 else part.rstrip()
        if not text:
            continue
        kind = "code" if i % 2 else "markdown"
        cell: dict[str, object] = {"cell_type": kind, "id": f"cell-{len(cells)}", "metadata": {}}
        if i % 2:
            cell |= {"execution_count": None, "outputs": []}
        cells.append(cell | {"source": text.splitlines(keepends=True)})
    meta = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    found = {"cells": cells, "metadata": meta, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _rule(rule: EffectRange) -> str:
    parts = []
    if rule.low != float("-inf"):
        parts.append(f"at least {rule.low:+g}")
    if rule.high != float("inf"):
        parts.append(f"at most {rule.high:+g}")
    if rule.least != float("-inf"):
        parts.append(f"mean at least {rule.least:g}")
    if rule.most != float("inf"):
        parts.append(f"mean at most {rule.most:g}")
    if rule.times != float("inf"):
        parts.append(f"mean within {rule.times:g} times the average, up or down")
    known = " (where known)" if rule.optional else ""
    return f"{rule.signal} {' and '.join(parts)}{known}"


def _said(archetype: Archetype) -> str:
    groups = [
        " or ".join(
            clause.sentence + (f" ({'; '.join(map(_rule, clause.rules))})" if clause.rules else "")
            for clause in group
        )
        for group in archetype.clauses
    ]
    return " / ".join(groups)


def names() -> str:
    """Return the archetypes with their rules, and the words that roles are read from."""
    lines = [
        "# Names and roles\n",
        "## Archetypes\n",
        "A segment earns a name when every rule holds. A rule reads how far the segment's mean "
        "lies from the average customer, in standard deviations on the scale that formed segments "
        "(a logarithm, say); in an order log, of ranks, because a few customers spend very "
        "much. A rule for more than the average also needs a mean above it, one for less a mean "
        "below. Of each group of sentences the first is said whose own rules hold.\n",
        "| name | rules | what they are | what to do |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {a.name} | {'; '.join(map(_rule, a.rules))} | {_said(a)} | {a.action} |"
        for a in ARCHETYPES
    ]
    lines += [
        "",
        "## Columns that are recognised by name\n",
        "The first row whose pattern matches the words of a column name wins "
        "(`NumWebPurchases` reads as `num web purchases`). English, German, Spanish, French and "
        "Portuguese names are known.\n",
        "| meaning | role | why |",
        "|---|---|---|",
    ]
    seen = set()
    for word in VOCABULARY:
        row = f"| {word.meaning.rstrip(':')} | {word.role} | {word.reason} |"
        if row not in seen:
            seen.add(row)
            lines.append(row)
    return "\n".join(lines) + "\n"


def layouts() -> str:
    """Return the table of known exports."""
    lines = [
        "# Known exports\n",
        "An export of a platform is recognised by the columns that it must have, whatever their "
        "order and whatever else is there; case, blanks and signs in a name mean nothing. What a "
        "row of this table says of a column wins over guesses, and must pass the same checks: "
        "where totals stand, and whether they add up, is measured in the file. `smartcart layouts "
        "--json` prints all that is known of each.\n",
        "A row whose header was not seen whole in a public place is marked: it is from parts or "
        "from memory. A new platform is one row in `src/smartcart/layouts/` and one test in "
        "`tests/layouts/`.\n",
        "| name | platform | export | what a row is | known by its columns | what was paid | "
        "confirmed | seen in |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in LAYOUTS:
        paid = one.paid or tuple(n for n, role in one.roles.items() if "spend" in role)
        what = f"{one.structure}; refused" if one.kind == "nobody" else one.structure
        cells = [f"`{one.name}`", one.platform, one.export, what]
        cells += [", ".join(f"`{name}`" for name in names) for names in (one.signature, paid)]
        cells += ["yes" if one.confirmed else "no", one.source]
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def model_schema() -> str:
    """Return the JSON Schema of model.json."""
    from smartcart import store

    return json.dumps(store.model_schema(), indent=1, ensure_ascii=False) + "\n"


PAGES = {
    "commands.md": commands,
    "settings.md": settings,
    "names.md": names,
    "layouts.md": layouts,
    "model.schema.json": model_schema,
    "tutorials/data-scientist.ipynb": notebook,
}


def main() -> int:
    """Write the pages, or with ``--check`` return 1 where one has fallen behind."""
    behind = []
    for name, make in PAGES.items():
        text = (NOTE if name.endswith(".md") else "") + make()
        path = DOCS / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        behind.append(name)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
            print(f"wrote docs/{name}")
    if behind and "--check" in sys.argv:
        print(f"behind: {', '.join(behind)}; run 'make docs'")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
