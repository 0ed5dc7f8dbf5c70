"""Ranking and graded metrics, tie-aware and chunked; hierarchical classification metrics.

A ranking by Hamming distance is full of ties, so every ranking metric here is the expectation over
a random order inside each group of equal distance. All of them are computed from one small table
per query: how many items of each relevance level stand in each group (``RankedGroups``).
"""
