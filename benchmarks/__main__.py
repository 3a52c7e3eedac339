"""`python -m benchmarks`: run every benchmark and write its table."""

from benchmarks import changing, console, crowd, ingest, looking, runs, scale, soak

ingest.main()
runs.main()
scale.main()
looking.main()
console.main()
soak.main()
changing.main()
crowd.main()
