"""The hot path: read -> conform -> write, in bounded memory, every row accounted for."""
