"""GoogleSQL for users and checks: what is allowed, and how DuckDB is made to answer it."""

from lakeside.warehouse.sql.translate import translate_select

__all__ = ["translate_select"]
