"""Code that reads an object with other tools."""

from __future__ import annotations


def present_code(url: str) -> dict[str, str]:
    """Code that reads exactly this object."""
    options = ', storage_options={"token": "google_default"}' if url.startswith("gs://") else ""
    return {
        "pandas": f'import pandas as pd\n\ntrips = pd.read_parquet("{url}"{options})\n',
        "DuckDB": f"SELECT * FROM read_parquet('{url}') LIMIT 100;\n",
    }
