"""Prefect, and nothing but Prefect."""
