"""`python -m benchmarks`: run every benchmark and write its table."""

from benchmarks import console, ingest, looking, runs, scale

ingest.main()
runs.main()
scale.main()
looking.main()
console.main()
