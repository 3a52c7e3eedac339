"""The datasets Lakeside knows; a new one is a file here and a line in the registry."""

from lakeside.datasets.contract import Column, Dataset, Kind
from lakeside.datasets.registry import get_dataset, list_datasets

__all__ = ["Column", "Dataset", "Kind", "get_dataset", "list_datasets"]
