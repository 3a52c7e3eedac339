"""Charts as data: what is asked for, the query that aggregates it, and the few marks that come back."""
