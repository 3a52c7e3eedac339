"""Conditions on an object's rows: a small part of SQL, read, judged by statistics, and applied to batches."""
