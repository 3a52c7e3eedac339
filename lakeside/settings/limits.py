"""Bounds on what one click may cause: rows, bytes, seconds, money, processes."""

from __future__ import annotations

from pydantic import Field

from lakeside.settings.section import Section


class LimitSettings(Section):
    query_rows: int = Field(1_000, ge=1, le=1_000_000, description="Rows a query returns at most.")
    query_seconds: float = Field(30, gt=0, le=3600, description="Seconds a query may run.")
    query_megabytes: int = Field(
        1_000,
        ge=64,
        le=1_000_000,
        description="Memory a query on the lake may use, and each process (console, flow run, command) for "
        "its work on the DuckDB file; a profile of an object as much, a chart twice. The rest goes to disk.",
    )
    query_disk_megabytes: int = Field(
        4_000,
        ge=0,
        le=1_000_000,
        description="Disk a query, chart or profile of the lake may use where memory does not suffice, and "
        "queries on the DuckDB file together.",
    )
    query_result_megabytes: float = Field(
        100, gt=0, le=2_000, description="Size of the rows a query returns at most, all of them together."
    )
    queries_at_once: int = Field(
        4, ge=1, le=64, description="Queries the console runs at the same time; others wait in line."
    )
    queries_waiting: int = Field(
        16, ge=0, le=1_000, description="Queries that wait in line at most, of all sessions of a console."
    )
    query_characters: int = Field(
        100_000, ge=100, le=10_000_000, description="Length of a query's text at most."
    )
    footer_megabytes: float = Field(
        64, gt=0, le=2_000, description="Size of a parquet footer that is read at most."
    )
    preview_rows: int = Field(500, ge=1, le=10_000, description="Rows one preview page shows at most.")
    preview_megabytes: float = Field(256, gt=0, le=4096, description="Bytes one preview may read at most.")
    preview_seconds: float = Field(
        20, gt=0, le=600, description="Seconds a preview may look for rows that match a condition."
    )
    profile_seconds: float = Field(
        30, gt=0, le=3600, description="Seconds the profile of an object may take, all its columns together."
    )
    profile_megabytes: float = Field(
        256,
        gt=0,
        le=100_000,
        description="Bytes of one column a profile may read; of more, a sample is taken.",
    )
    profile_columns: int = Field(
        100, ge=1, le=10_000, description="Columns one profile measures; the others are shown by the footer."
    )
    chart_megabytes: float = Field(
        1_000,
        gt=0,
        le=100_000,
        description="Bytes of all its columns a chart may read; of more, a sample of row groups is taken.",
    )
    listed_objects: int = Field(
        20_000, ge=1, le=1_000_000, description="Objects one listing returns at most."
    )
    counted_footers: int = Field(
        2_000, ge=1, le=100_000, description="Footers that are read at most to order objects by rows."
    )
    counting_seconds: float = Field(
        10, gt=0, le=600, description="Seconds after which no more footers are read to order objects by rows."
    )
    sorted_rows: int = Field(
        10_000,
        ge=100,
        le=1_000_000,
        description="How deep a page of sorted rows may lie; they are held in memory.",
    )
    sorted_megabytes: float = Field(
        256,
        gt=0,
        le=100_000,
        description="Bytes of the column (and of those of the condition) that rows are sorted by, at most.",
    )
    download_megabytes: float = Field(
        100, gt=0, le=2_000, description="Size of an object or of chosen rows that can be downloaded."
    )
    download_rows: int = Field(
        200_000, ge=1, le=10_000_000, description="Chosen rows that one download holds at most."
    )
    download_seconds: float = Field(
        60, gt=0, le=3600, description="Seconds that gathering chosen rows for a download may take."
    )


class ReaderSettings(Section):
    processes: int = Field(
        2,
        ge=0,
        le=32,
        description="Processes that read parquet for the console and for commands that look at objects, so "
        "that a file made to do harm ends one of them and nothing else; SQL on the lake has more of its own, "
        "`limits.queries_at_once` of them and one that plans. 0 reads in the own process.",
    )
    megabytes: float = Field(
        2_000, ge=100, le=1_000_000, description="Memory one such process may take for what it reads."
    )
    seconds: float = Field(
        120, gt=0, le=3600, description="Seconds one reading may take before its process is ended."
    )
