"""What is measured against what; `make bench` runs all of it and writes README.md's table."""
