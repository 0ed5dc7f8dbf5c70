"""DCMH from pixels: the last blocks of EfficientNet-Lite0 trained, too, or frozen features.

The sample at 96 x 96, hierarchical_dcmh with a head, 32 bits, three seeds. Each of the two chooses
its learning rate of RATES on the validation items, seed 0; the frozen one, whose epochs cost next
to nothing, has 30 epochs as in the suite sample, the other 8. A line for each run in
benchmarks/results/from_pixels.jsonl; what stands there is not run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hierhash.bench.results import refuse_changed_code
from hierhash.bench.run_one import final_scores, validation_scores
from hierhash.bench.suite import Row, Suite, find_suite, load_suite
from hierhash.config.hash import config_hash
from hierhash.environment import environment
from hierhash.new_method import pick_device
from hierhash.prepare import Prepared, prepare
from hierhash.storage.json_files import append_line, read_lines

RESULTS = Path(__file__).resolve().parent / "results" / "from_pixels.jsonl"
METHOD, BITS, SEEDS, RATES = "hierarchical_dcmh", 32, (0, 1, 2), (0.001, 0.0003, 0.003)
COMMON: dict[str, Any] = {
    "model.loss.gamma": 10,
    "model.loss.eta": 0,
    "model.loss.scale": 0.5,
    "model.image.hidden": 1024,
    "model.text.hidden": 1024,
}
IMAGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "frozen": ({"name": "efficientnet_lite0"}, {"model.training.epochs": 30}),
    "last blocks trained": (
        {"name": "pixels"},
        {"model.training.epochs": 8, "model.image.network": "lite0"},
    ),
}


def main() -> None:
    """Does the runs that are missing."""
    refuse_changed_code(RESULTS.parent, environment()["commit"])
    for kind, (features, settings) in IMAGES.items():
        suite = _suite(features)
        prepared = prepare(suite.data, suite.features, pick_device("auto"), needs=suite.needs)
        for line in _missing(kind, suite, prepared, settings):
            append_line(RESULTS, line)
            print(kind, line["part"], line["lr"], line["seed"], line["scores"], flush=True)


def _suite(features: dict[str, Any]) -> Suite:
    """The suite sample with other pictures: its data, split and text features."""
    sample = load_suite(find_suite("sample"))
    content = sample.model_dump(mode="json")
    content["features"]["image"] = features | {"size": [96, 96]}
    return Suite.model_validate(content | {"rows": [{"method": METHOD}], "set": {}, "trials": []})


def _missing(
    kind: str, suite: Suite, prepared: Prepared, settings: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Lines of the trials, then of the finals with the best rate."""
    done = read_lines(RESULTS) if RESULTS.exists() else []
    tried: dict[float, float] = {}
    for part, seed in [("validation", 0)] * len(RATES) + [("query", seed) for seed in SEEDS]:
        ask = part == "query"
        rate = max(RATES, key=tried.__getitem__) if ask else RATES[len(tried)]
        trial = COMMON | settings | {"model.training.lr": rate}
        config = suite.config(Row(method=METHOD), BITS, seed, trial)
        about = {"config_sha256": config_hash(config), "part": part}
        known = [line for line in done if {name: line[name] for name in about} == about]
        line = known[0] if known else about | {"image": kind, "lr": rate, "seed": seed}
        if not known:
            line |= _queries(config, prepared) if ask else _validation(config, prepared)
            line |= {
                "benchmark": "from_pixels",
                "method": METHOD,
                "bits": BITS,
                "epochs": settings["model.training.epochs"],
                "split_sha256": prepared.split.sha256,
                "command": "python benchmarks/from_pixels.py",
                "commit": environment()["commit"],
                "environment": environment()["packages"],
            }
            yield line
        if not ask:
            tried[rate] = line["scores"]["objective"]


def _validation(config: Any, prepared: Prepared) -> dict[str, Any]:
    found = validation_scores(config, prepared)
    return {"scores": found, "train_seconds": found.pop("train_seconds")}


def _queries(config: Any, prepared: Prepared) -> dict[str, Any]:
    record, _, _ = final_scores(config, prepared)
    scores = {
        direction: {name: own["hamming"][name] for name in ("map_leaf", "hap")}
        for direction, own in record["results"]["all"].items()
    }
    return {"scores": scores, "train_cpu_seconds": record["cost"]["train_cpu_seconds"]}


if __name__ == "__main__":
    main()
