"""The warehouse: published tables behind one protocol, DuckDB or BigQuery."""
