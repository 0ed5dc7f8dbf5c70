"""Tables of time and memory, for ``write_tables``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hierhash.reports.markdown import markdown_table
from hierhash.reports.section import Table
from hierhash.storage.json_files import read_lines


def speed(_: str, results: Path) -> str:
    """The last measurement of each subject against each rival."""
    last = {
        (line["subject"], line["rival"]): line
        for line in read_lines(results / "speed.jsonl")
        if "ratio_median" in line
    }
    rows = [
        [
            subject,
            rival,
            f"{line['ratio_median']:.1f}",
            f"{line['ratio_min']:.1f} to {line['ratio_max']:.1f}",
        ]
        for (subject, rival), line in last.items()
    ]
    return markdown_table(Table(["what", "against", "times faster", "range"], rows, names=2))


def memory(_: str, results: Path) -> str:
    """Peak memory of training by number of pairs."""
    rows = [
        [line["subject"], f"{line['peak_mb']:,} MB", f"{line['rival_mb']:,} MB"]
        for line in read_lines(results / "speed.jsonl")
        if line["benchmark"] == "memory"
    ]
    return markdown_table(Table(["", "peak memory", "one n x n float32 array"], rows))


def costs(_: str, results: Path) -> str:
    """Seconds of the centres of large trees, and of an epoch with its memory."""
    rows = [
        [
            f"centres of {one['leaves']:,} leaves ({one['tree']}), {one['bits']} bits",
            f"{one['seconds']:.0f} s",
            "",
        ]
        for one in read_lines(results / "centres.jsonl")
    ]
    rows += [
        [
            f"an epoch of {one['subject']}",
            f"{one['seconds_an_epoch']:.0f} s",
            f"{one['peak_mb']:,} MB",
        ]
        for one in read_lines(results / "speed.jsonl")
        if one["benchmark"] == "streaming"
    ]
    return markdown_table(Table(["", "seconds", "memory"], rows))


def nearby(_: str, results: Path) -> str:
    """The last measurement of each accelerator on each set of codes."""
    path = results / "nearby.jsonl"
    last: dict[tuple[str, str], dict[str, Any]] = {
        (line["codes_of"], line["kind"]): line
        for line in (read_lines(path) if path.is_file() else [])
    }
    rows = [
        [
            name,
            f"{one['items']:,}",
            f"{one['codes']:,}",
            kind,
            f"{one['recall']:.4f}",
            f"{one['single_ms']:.3f}",
            f"{one['scan_single_ms'] / one['single_ms']:.1f}",
            f"{one['scan_batch_ms'] / one['batch_ms']:.1f}",
            f"{one['seconds']:.1f} s",
        ]
        for (name, kind), one in last.items()
    ]
    header = ["codes of", "items", "distinct codes", "kind", "recall of 20", "ms a query"]
    header += ["times faster alone", "in a batch", "made in"]
    return markdown_table(Table(header, rows))


def one_file(_: str, results: Path) -> str:
    """Size and speed of the page of each index, and how it agrees with the command line."""
    last = {line["index"]: line for line in read_lines(results / "one_file.jsonl")}
    names = [
        *("index", "items", "words", "the file", "a query, median", "slowest"),
        *("first ten as by --branch small", "of the whole branch's first ten found"),
    ]
    rows = [
        [
            name,
            f"{one['items']:,}",
            f"{one['words']:,}",
            f"{one['megabytes']} MB",
            f"{one['median_ms']} ms",
            f"{one['slowest_ms']} ms",
            f"{one['equal']} of {one['texts']} texts",
            f"{one['share_of_whole']:.1%}",
        ]
        for name, one in last.items()
    ]
    return markdown_table(Table(names, rows))


def serving(_: str, results: Path) -> str:
    """Requests a second of the server, by what items are found by."""
    last = {
        (line["mode"], line["below_a_node"], line["clients"]): line
        for line in read_lines(results / "serving.jsonl")
    }
    rows = [
        [
            "codes" if mode == "code" else "codes and words",
            "yes" if below else "no",
            str(clients),
            f"{one['answered_a_second']:.0f}",
            f"{one['refused']:,}",
            f"{one['p50_ms']:.0f}",
            f"{one['p99_ms']:.0f}",
            f"{one['memory_mb']:,}",
            f"{one['load']:.1f}",
        ]
        for (mode, below, clients), one in last.items()
    ]
    names = ["found by", "below a node", "clients", "answers a second", "refused"]
    return markdown_table(Table([*names, "p50 ms", "p99 ms", "MB", "load"], rows, names=2))
