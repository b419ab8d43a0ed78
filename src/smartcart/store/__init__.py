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
    run_summary,
    table_name,
    versions,
    write_run,
)
from smartcart.store.stored_run import StoredRun, find_run, read_run, run_in_memory
from smartcart.store.text import plain, write_json

__all__ = [
    "CSV_ROWS",
    "EVIDENCE_COLUMNS",
    "NAMES",
    "PROFILE_COLUMNS",
    "StoredRun",
    "assignments",
    "evidence_rows",
    "find_run",
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
    "read_run",
    "refuse_file",
    "refuse_scored",
    "refuse_source_inside",
    "refuse_target",
    "rejected_beside",
    "rfm_table",
    "run_in_memory",
    "run_summary",
    "scored",
    "table_name",
    "versions",
    "with_names",
    "write_json",
    "write_names",
    "write_reasons",
    "write_rejected",
    "write_run",
]
