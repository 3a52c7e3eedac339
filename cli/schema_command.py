"""`lakeside schema`: the columns of one object, and what a contract and a table say to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption, ObjectArgument, read_dataset, read_key
from cli.output import Output
from cli.tables import format_table

if TYPE_CHECKING:
    from lakeside.datasets import Dataset
    from lakeside.lake.objects import Footer
    from lakeside.lake.schema_facts import ObjectSchema
    from lakeside.lake.schema_verdict import AppendVerdict, ContractVerdict
    from lakeside.services import Services

_TITLES = ("column", "type", "in the file", "null?", "contract", "how it drifts")


def schema(
    key: ObjectArgument,
    dataset: Annotated[
        str | None, typer.Option("--as", help="Judge it as rows of this dataset.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Show columns and types, how they drift from a contract, and whether they would append to its table."""
    from flows.opened import open_services
    from lakeside.datasets import list_datasets
    from lakeside.lake.schema_verdict import choose_dataset, judge_contract
    from lakeside.settings import load_settings

    services = open_services(load_settings())
    found = services.lake.get_object(read_key(services.lake.url, key))
    footer, facts = services.lake.read_found_footer(found), services.lake.read_schema(found)
    chosen = read_dataset(dataset) if dataset else choose_dataset(found, footer, list_datasets())
    contract = judge_contract(chosen, footer.schema) if chosen else None
    append = _judge_append(services, chosen, footer) if chosen else None
    document = _as_document(found.key, footer, facts, contract, append)
    Output(as_json).show(document, lambda: "\n".join(_describe(footer, facts, contract, append)))
    return 0


def _judge_append(services: Services, dataset: Dataset, footer: Footer) -> AppendVerdict | None:
    """None where there is no such table yet."""
    from lakeside.lake.schema_verdict import judge_append

    table = next((one for one in services.warehouse.list_tables() if one.name == dataset.name), None)
    if table is None:
        return None
    return judge_append(footer.schema, table.name, [(name, kind) for name, kind, _ in table.columns])


def _as_document(
    key: str,
    footer: Footer,
    facts: ObjectSchema,
    contract: ContractVerdict | None,
    append: AppendVerdict | None,
) -> dict[str, Any]:
    columns = [
        {
            "name": field.name,
            "type": str(field.type),
            "nullable": field.nullable,
            "leaves": [asdict(leaf) for leaf in facts.list_leaves(field.name)],
            "fit": contract.columns[number].fit if contract else None,
            "drift": contract.columns[number].words if contract else "",
        }
        for number, field in enumerate(footer.schema)
    ]
    return {
        "object": key,
        "columns": columns,
        "contract": {
            "dataset": contract.dataset,
            "version": contract.version,
            "matches": contract.matches,
            "refusal": contract.refusal,
            "missing": contract.missing,
        }
        if contract
        else None,
        "append": asdict(append) if append else None,
        "notes": [asdict(note) for note in facts.notes],
        "notes_in_all": facts.notes_in_all,
    }


def _describe(
    footer: Footer, facts: ObjectSchema, contract: ContractVerdict | None, append: AppendVerdict | None
) -> Iterator[str]:
    rows = []
    for number, field in enumerate(footer.schema):
        leaves = ", ".join(leaf.physical for leaf in facts.list_leaves(field.name))
        judged = contract.columns[number] if contract else None
        drift = (judged.fit, judged.words) if judged else ("", "")
        rows.append((field.name, str(field.type), leaves, field.nullable, *drift))
    yield format_table(_TITLES, rows)
    yield ""
    if contract is None:
        yield "No dataset's contract knows these columns; choose one with --as."
        return
    answer = contract.refusal or ("It does." if contract.matches else "It drifts.")
    yield f"Does it follow the contract of {contract.dataset}, version {contract.version}? {answer}"
    if contract.missing:
        yield f"Not in the file: {', '.join(contract.missing)}."
    if append is None:
        yield f"There is no table {contract.dataset} yet."
        return
    yield f"Would it append to the table {append.table} as it is? {'Yes.' if append.appends else 'No.'}"
    yield from append.reasons
    if append.adds:
        yield f"The table does not have: {', '.join(append.adds)}."
