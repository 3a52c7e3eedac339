"""ELT models: GoogleSQL files that become views (or tables) of the warehouse, each with its checks."""
