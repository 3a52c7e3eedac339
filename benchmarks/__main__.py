"""`python -m benchmarks`: run every benchmark and write its table."""

from benchmarks import ingest, runs

ingest.main()
runs.main()
