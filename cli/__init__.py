"""The `lakeside` command: thin, above flows and lakeside."""
