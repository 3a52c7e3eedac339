"""Everything the console reads, a file per subject, and the only room with caches.

Each cache is bounded in age and number.
"""
