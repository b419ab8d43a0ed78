"""Records in; pictures, one interactive page, a notebook view and a summary out."""
