"""Run folders and ``model.json``: written whole or not at all, read back checked."""

from smartcart.store.atomic import (
    new_files,
    new_folder,
    refuse_file,
    refuse_source_inside,
    refuse_target,
)
from smartcart.store.customer_files import (
    CSV_ROWS,
    assignments,
    forecast_columns,
    future_table,
    refuse_scored,
    rejected_beside,
    rfm_table,
    scored,
    write_reasons,
    write_rejected,
)
from smartcart.store.model import load_model, model_schema
from smartcart.store.names import (
    NAMES,
    given_names,
    named_model,
    names_of,
    with_names,
    write_names,
)
from smartcart.store.run import (
    EVIDENCE_COLUMNS,
    PROFILE_COLUMNS,
    evidence_rows,
    read_summary,
    run_summary,
    source_table,
    table_name,
    versions,
    write_run,
)
from smartcart.store.text import plain, write_json

__all__ = [
    "CSV_ROWS",
    "EVIDENCE_COLUMNS",
    "NAMES",
    "PROFILE_COLUMNS",
    "assignments",
    "evidence_rows",
    "forecast_columns",
    "future_table",
    "given_names",
    "load_model",
    "model_schema",
    "named_model",
    "names_of",
    "new_files",
    "new_folder",
    "plain",
    "read_summary",
    "refuse_file",
    "refuse_scored",
    "refuse_source_inside",
    "refuse_target",
    "rejected_beside",
    "rfm_table",
    "run_summary",
    "scored",
    "source_table",
    "table_name",
    "versions",
    "with_names",
    "write_json",
    "write_names",
    "write_reasons",
    "write_rejected",
    "write_run",
]
