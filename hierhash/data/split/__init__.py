"""Splits of a catalogue: train, validation in two halves, queries, database."""
