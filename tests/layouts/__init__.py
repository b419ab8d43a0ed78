"""Known exports, made by the tests with known truth."""
