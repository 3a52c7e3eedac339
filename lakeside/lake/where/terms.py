"""A condition in text as the terms it joins with AND, so that one can be added or taken away."""

from __future__ import annotations

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from lakeside.lake.where.parse import MAXIMUM_CHARACTERS


def split_terms(text: str) -> list[str]:
    """The terms, each as text; the whole text as one where it has no AND at its top or does not parse."""
    if not text.strip() or len(text) > MAXIMUM_CHARACTERS:
        return [text] if text.strip() else []
    try:
        root = parse_one(text, dialect="bigquery")
    except (SqlglotError, RecursionError):
        return [text]
    if not isinstance(root, exp.And):
        return [text.strip()]
    return [term.sql("bigquery") for term in root.flatten()]


def join_terms(terms: list[str]) -> str:
    """All of them at once: what holds OR at its top is put into brackets."""
    if len(terms) < 2:
        return "".join(terms)
    return " AND ".join(f"({term})" if _is_loose(term) else term for term in terms)


def _is_loose(term: str) -> bool:
    try:
        return isinstance(parse_one(term, dialect="bigquery"), exp.Or)
    except (SqlglotError, RecursionError):
        return True
