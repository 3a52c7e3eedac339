"""The checks, one file each; `lakeside.checks.registry` lists them."""
