"""Appends a speed ratio (rival / ours) to benchmarks/results/speed.jsonl and prints it."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from hierhash.environment import environment
from hierhash.storage.json_files import append_line

RESULTS = Path(__file__).resolve().parent / "results" / "speed.jsonl"


def record(benchmark: str, subject: str, rival: str, ratios: list[float]) -> None:
    """One line; ratios above 1 mean that hierhash is faster."""
    line = {
        "benchmark": benchmark,
        "subject": subject,
        "rival": rival,
        "ratio_median": round(median(ratios), 2),
        "ratio_min": round(min(ratios), 2),
        "ratio_max": round(max(ratios), 2),
        "repeats": len(ratios),
        "commit": environment()["commit"],
        "environment": environment()["packages"],
        "machine": environment()["machine"],
    }
    append_line(RESULTS, line)
    span = f"{line['ratio_min']}..{line['ratio_max']}"
    print(f"{subject}: {line['ratio_median']} times {rival} ({span})")
