"""A process that publishes a month again and again, from each lake in turn, until it is killed or done.

python -m tests.contract.publish_process WAREHOUSE_FILE MONTH TIMES LAKE...
"""

from __future__ import annotations

import sys
from pathlib import Path

from lakeside.datasets import get_dataset
from lakeside.lake.lake import Lake
from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.settings import Settings, WarehouseSettings
from lakeside.warehouse.duckdb_warehouse import DuckDBWarehouse


def main(warehouse_file: str, month_text: str, times: int, lakes: list[str]) -> None:
    settings = Settings(warehouse=WarehouseSettings(path=Path(warehouse_file)))
    warehouse = DuckDBWarehouse.open(settings)
    green, month = get_dataset("green"), Month.parse(month_text)
    opened = [Lake.open(Settings(lake_url=folder)) for folder in lakes]
    for turn in range(times):
        lake = opened[turn % len(opened)]
        warehouse.publish_month(green, month, lake, data_key("green", month))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:])
