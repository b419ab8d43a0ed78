"""The web app: a workspace of runs in the browser, and the same as a REST API."""
