"""Configs of runs: their schema, reading and writing them, what is wrong with one, its hash."""
