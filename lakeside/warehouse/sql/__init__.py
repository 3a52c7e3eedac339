"""GoogleSQL for users and checks: what is allowed, and how DuckDB is made to answer it."""
