"""Engines: connections to what holds and computes tables, and their dialects of SQL."""
