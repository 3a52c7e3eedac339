"""Ways out of a query, and what DuckDB itself does with each when no guard stands before it.

`REFUSED`: DuckDB or its plan refuses; `HARMLESS`: it runs, and touches nothing but its own empty memory.
"""

from __future__ import annotations

from enum import StrEnum


class Engine(StrEnum):
    """What the engine alone does."""

    REFUSED = "refused"
    HARMLESS = "harmless"


# {home} is a folder of the test's own, {file} a real parquet file in it, {url} a server on this machine.
_FILES = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT read_text('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_parquet('{file}')",
    "SELECT * FROM parquet_scan('{file}')",
    "SELECT * FROM parquet_metadata('{file}')",
    "SELECT * FROM parquet_schema('{file}')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '{file}'",
    "SELECT * FROM `{file}`",
    "SELECT * FROM `/etc/passwd.csv`",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM (SELECT * FROM read_text('/etc/passwd'))",
    "WITH x AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM x",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM read_csv('/etc/passwd'))",
    "SELECT 1 UNION ALL SELECT size FROM read_blob('/etc/passwd')",
    "SELECT * FROM green, read_text('/etc/passwd')",
    "SELECT * FROM green JOIN read_text('/etc/passwd') ON TRUE",
    "SELECT /* harmless */ * FROM /**/ read_text /**/ ('/etc/passwd') -- really",
    "SELECT * FROM READ_TEXT('/etc' || '/passwd')",
    "SELECT * FROM read_duckdb('{home}/other.duckdb')",
]
_NETWORK = [
    "SELECT * FROM '{url}/x.parquet'",
    "SELECT * FROM read_parquet('{url}/x.parquet')",
    "SELECT * FROM read_csv('{url}/x.csv')",
    "SELECT * FROM read_text('http://169.254.169.254/computeMetadata/v1/')",
    "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "SELECT * FROM read_parquet('gs://bucket/x.parquet')",
    "SELECT * FROM EXTERNAL_QUERY('c', 'SELECT 1')",
]
_STATEMENTS = [
    "COPY (SELECT 1) TO '{home}/x'",
    "COPY green TO '{home}/x.parquet'",
    "COPY green FROM '/etc/passwd'",
    "EXPORT DATABASE '{home}/x'",
    "EXPORT DATA OPTIONS(uri='{home}/x', format='CSV') AS SELECT 1",
    "IMPORT DATABASE '{home}/x'",
    "ATTACH '{home}/x.db'",
    "ATTACH '{home}/x.db' AS other (READ_ONLY)",
    "DETACH memory",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{home}/x.duckdb_extension'",
    "SET enable_external_access = true",
    "SET memory_limit = '100GB'",
    "SET lock_configuration = false",
    "RESET memory_limit",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "CHECKPOINT",
    "VACUUM",
    "PREPARE q AS SELECT 1",
    "EXECUTE IMMEDIATE 'SELECT 1'",
    "EXPLAIN ANALYZE SELECT 1",
    "SHOW TABLES",
    "CREATE TABLE t AS SELECT 1",
    "CREATE OR REPLACE VIEW green AS SELECT 2 AS VendorID",
    "CREATE TEMP FUNCTION f() AS (1); SELECT f()",
    "CREATE SECRET s (TYPE gcs, KEY_ID 'a', SECRET 'b')",
    "DROP TABLE green",
    "DELETE FROM green WHERE TRUE",
    "INSERT INTO green (VendorID) VALUES (1)",
    "UPDATE green SET VendorID = 1 WHERE TRUE",
    "MERGE green USING green AS s ON FALSE WHEN NOT MATCHED THEN INSERT ROW",
    "ALTER TABLE green ADD COLUMN x INT64",
    "TRUNCATE TABLE green",
    "WITH x AS (DELETE FROM green WHERE TRUE) SELECT 1",
    "WITH x AS (INSERT INTO green VALUES (1) RETURNING *) SELECT * FROM x",
    "SELECT * INTO x FROM green",
    "SELECT 1; DROP TABLE green",
    "SELECT 1; SELECT 2",
    "SELECT 1;; -- \nDROP TABLE green",
    "/* SELECT 1 */ DROP TABLE green",
    "SELECT 1 /* ; */; /* */ COPY green TO '{home}/x'",
    "DECLARE x INT64 DEFAULT 1; SELECT x",
    "BEGIN TRANSACTION; COMMIT TRANSACTION",
]
_SYSTEM = [
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_tables()",
    "SELECT * FROM duckdb_functions()",
    "SELECT * FROM duckdb_extensions()",
    "SELECT * FROM duckdb_databases",
    "SELECT * FROM duckdb_logs()",
    "SELECT * FROM duckdb_temporary_files()",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_table_info('green')",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM INFORMATION_SCHEMA.TABLES",
    "SELECT * FROM information_schema.columns",
    "SELECT * FROM trips.INFORMATION_SCHEMA.COLUMNS",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM which_secret('a', 'gcs')",
    "SELECT * FROM query('SELECT * FROM duckdb_settings()')",
    "SELECT * FROM query('SELECT * FROM read_' || 'text(''/etc/passwd'')')",
    "SELECT * FROM query_table('duckdb_settings')",
    "SELECT * FROM query_table(['/etc/passwd'])",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT * FROM test_all_types()",
    "SELECT * FROM range(10)",
    "SELECT * FROM generate_series(1, 10)",
    "SELECT * FROM repeat(1, 10)",
    "SELECT * FROM seq_scan('green')",
    "SELECT * FROM arrow_scan(1, 2, 3)",
    "SELECT * FROM other.green",
    "SELECT * FROM ML.PREDICT(MODEL m, TABLE t)",
]
_SCALARS = [
    "SELECT getenv('HOME')",
    "SELECT current_setting('home_directory')",
    "SELECT CURRENT_SETTING('temp_' || 'directory')",
    "SELECT getvariable('x')",
    "SELECT current_database()",
    "SELECT version()",
    "SELECT nextval('s')",
    "SELECT pg_sleep(10)",
    "SELECT sleep_ms(10000)",
    "SELECT error('x')",
    "SELECT write_log('x')",
    "SELECT safe.getenv('HOME')",
    "SELECT @@version",
    "SELECT @name",
    "SELECT ?",
    "SELECT $1",
]
# The engine answers these from what the query may read anyway, or from nothing.
_HARMLESS = [
    "DESCRIBE green",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('green')",
    "SELECT session_user()",
    "SELECT * FROM green TABLESAMPLE SYSTEM (10 PERCENT)",
]

ATTACKS: list[tuple[str, Engine]] = [
    *((sql, Engine.REFUSED) for sql in (*_FILES, *_NETWORK, *_STATEMENTS, *_SYSTEM, *_SCALARS)),
    *((sql, Engine.HARMLESS) for sql in _HARMLESS),
]
# No statement at all.
NOTHING = ["", "   ", "-- nothing", "/* nothing */", ";"]
