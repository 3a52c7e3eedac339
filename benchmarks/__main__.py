"""`python -m benchmarks`: run the benchmarks and write their table."""

from benchmarks.ingest import main

main()
