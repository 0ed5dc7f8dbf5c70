"""Runs: training one into its folder, loading it, and what a loaded one does with items."""
