"""Lakeside: the domain of a monthly parquet data lake, free of any user interface or scheduler."""

__version__ = "0.1.0"
