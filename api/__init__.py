"""The doors: the `kb` command and the HTTP API."""
