"""`lakeside check`: every check of some months, run now and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import DatasetArgument, JsonOption, MonthsArgument, read_dataset, read_months
from cli.check_tables import describe_checks, describe_estimate
from cli.output import Output

if TYPE_CHECKING:
    from lakeside.checks.run import Checking
    from lakeside.datasets import Dataset
    from lakeside.month import Month


def check(
    dataset: DatasetArgument,
    months: MonthsArgument,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Only say what it would read; nothing is checked.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Check months in the warehouse against lake, contract and thresholds; 1 when an error-check fails."""
    chosen, wanted = read_dataset(dataset), read_months(months)
    from flows.opened import open_services
    from lakeside.checks.run import Checking
    from lakeside.settings import load_settings

    checking = Checking.start(open_services(load_settings()))
    output = Output(as_json)
    if estimate:
        return _show_estimate(checking, chosen, wanted, output)
    results = [result for month in wanted for result in checking.check_and_keep(chosen, month)]
    output.show([result.as_dict() for result in results], lambda: describe_checks(results))
    return 1 if any(result.is_red for result in results) else 0


def _show_estimate(checking: Checking, dataset: Dataset, months: Sequence[Month], output: Output) -> int:
    estimates = [(month, checking.estimate(dataset, month)) for month in months]
    document = [
        {"dataset": dataset.name, "month": str(month), "bytes": found.total, "queries": found.queries}
        for month, found in estimates
    ]
    output.show(document, lambda: describe_estimate(dataset.name, estimates))
    return 0
