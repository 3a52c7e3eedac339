"""Work that may kill its process, done in another: a small pool of readers, bounded in memory and time."""
