"""Benchmarks: suites of methods x bits x seeds on one data set, tuned on validation, resumable."""
