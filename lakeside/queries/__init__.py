"""SQL of people on lake and warehouse: foreseen, run in the background, cancelled, paid for."""
