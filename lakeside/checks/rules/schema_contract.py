"""The table has the contract's columns, each with the contract's type."""

from __future__ import annotations

from lakeside.checks.facts import Judgement, MonthFacts
from lakeside.checks.result import CheckState, Difference
from lakeside.datasets.contract import SOURCE_COLUMNS
from lakeside.lake.objects import Footer
from lakeside.warehouse.audit import kind_of_arrow

NAME = "schema_contract"
TITLE = "Table and object have the contract's columns and types"


def judge(facts: MonthFacts) -> Judgement:
    """Compare table and object with the contract; what is outside it is told, not failed."""
    if not facts.types:
        return Judgement.skip("There is no table.")
    differences = (*_compare_table(facts), *_compare_object(facts))
    if differences:
        words = "; ".join(_describe(d) for d in differences)
        return Judgement(CheckState.FAILED, words, None, differences)
    contract = {column.name.casefold() for column in facts.dataset.columns}
    extra = sorted(name for name in facts.types if name.casefold() not in contract)
    also = f"; outside it: {', '.join(extra)}" if extra else ""
    return Judgement(CheckState.PASSED, f"{len(contract)} columns of the contract{also}")


def _compare_table(facts: MonthFacts) -> list[Difference]:
    found = {name.casefold(): kind for name, kind in facts.types.items()}
    pairs = [(c.name, c.kind.bigquery_type, found.get(c.name.casefold())) for c in facts.dataset.columns]
    return [Difference(name, "type", wanted, have) for name, wanted, have in pairs if wanted != have]


def _compare_object(facts: MonthFacts) -> list[Difference]:
    if not isinstance(facts.footer, Footer):
        return []
    kinds = {column.name: column.kind for column in facts.dataset.columns}
    written = [field for field in facts.footer.schema if field.name in kinds]
    differences = [
        Difference(field.name, "object type", kinds[field.name].bigquery_type, str(field.type))
        for field in written
        if (kind := kind_of_arrow(field.type)) is None
        or kind.bigquery_type != kinds[field.name].bigquery_type
    ]
    missing = [c.name for c in SOURCE_COLUMNS if c.name not in facts.footer.schema.names]
    return differences + [
        Difference(name, "object type", kinds[name].bigquery_type, None) for name in missing
    ]


def _describe(difference: Difference) -> str:
    where = "the object" if difference.figure.startswith("object") else "the table"
    if difference.warehouse is None:
        return f"{where} lacks {difference.column}"
    return f"{difference.column} of {where} is {difference.warehouse}, the contract says {difference.lake}"
