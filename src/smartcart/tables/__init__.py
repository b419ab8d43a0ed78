"""The shop's data as Ibis expressions: roles, quality, features; no connection."""
