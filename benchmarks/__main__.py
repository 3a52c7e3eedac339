"""`python -m benchmarks`: run every benchmark and write its table."""

from benchmarks import ingest, runs, scale

ingest.main()
runs.main()
scale.main()
