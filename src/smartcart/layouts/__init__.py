"""Known layouts of tables: data rows only, one per export that is recognised."""
