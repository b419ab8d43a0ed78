"""The mathematics, on arrays: no input or output, no clock, no settings."""
