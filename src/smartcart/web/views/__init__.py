"""From records to what a page shows: pure functions, nothing is computed but words and order."""
