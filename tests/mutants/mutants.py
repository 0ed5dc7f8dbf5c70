"""Faults that the tests must notice: each is one change of the source and the tests that see it."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """A fault: ``old`` stands once in ``file`` and becomes ``new``; one of ``tests`` must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: str


SETTINGS = "tests/training/test_settings_are_followed.py"
LOOP = "hierhash/training/alternating.py"
LITERAL = "tests/training/test_alternating.py"
SCORES = "hierhash/bench/scores.py"
RESULTS = "hierhash/bench/results.py"
RUNNER = "tests/bench/test_runner.py"
POSTGRES = "hierhash/retrieval/postgres"
DATABASE = "tests/retrieval/postgres"

MUTANTS = [
    # Training
    Mutant(
        "schedule ignored",
        LOOP,
        'group["lr"] = learning_rate(self.settings, self.epoch)',
        'group["lr"] = self.settings.lr',
        SETTINGS,
    ),
    Mutant(
        "phase order ignored", LOOP, "ORDERS[self.settings.order]", 'ORDERS["matlab"]', SETTINGS
    ),
    Mutant(
        "permutation sampling ignored",
        LOOP,
        'if self.settings.sampling == "permutation":',
        "if False:",
        SETTINGS,
    ),
    Mutant(
        "weight decay ignored",
        LOOP,
        "weight_decay=settings.weight_decay",
        "weight_decay=0.0",
        SETTINGS,
    ),
    Mutant(
        "always the first path",
        "hierhash/training/paths.py",
        "labels.offsets[rows] + (draw * counts).astype(np.int64)",
        "labels.offsets[rows]",
        SETTINGS,
    ),
    Mutant(
        "overlap ignored",
        "hierhash/methods/dcmh_loop.py",
        "pair_weights(settings, tree, items.labels), settings.similarity.overlap",
        'pair_weights(settings, tree, items.labels), "any"',
        SETTINGS,
    ),
    Mutant(
        "quantisation ignored",
        LOOP,
        "gradient + objective.gamma * quantised_gradient + ",
        "gradient + 0 * quantised_gradient + ",
        LITERAL,
    ),
    Mutant(
        "bit balance ignored",
        LOOP,
        "+ objective.eta * balance_gradient",
        "+ 0 * balance_gradient",
        LITERAL,
    ),
    Mutant(
        "zero has the sign of minus",
        "hierhash/training/state.py",
        "torch.where(summed >= 0, 1.0, -1.0)",
        "torch.where(summed > 0, 1.0, -1.0)",
        LITERAL,
    ),
    Mutant(
        "logspace to zero allowed",
        "hierhash/training/settings.py",
        'if self.schedule == "logspace" and self.lr_final == 0:',
        "if False:",
        SETTINGS,
    ),
    # Metrics and search
    Mutant(
        "asymmetric clip dropped",
        "hierhash/codes/coding.py",
        "np.clip(outputs, -1.0, 1.0)",
        "outputs",
        "tests/metrics/test_by_score.py",
    ),
    Mutant(
        "asymmetric order turned round",
        "hierhash/metrics/by_score.py",
        "order = np.argsort(-scores, axis=1",
        "order = np.argsort(scores, axis=1",
        "tests/metrics/test_by_score.py",
    ),
    Mutant(
        "search score negated",
        "hierhash/retrieval/by_score.py",
        "places = first(-scores, k)",
        "places = first(scores, k)",
        "tests/retrieval/test_exact.py",
    ),
    Mutant(
        "width of codes not checked",
        "hierhash/metrics/retrieval_suite.py",
        "    check_codes(database, bits)\n    return",
        "    return",
        "tests/metrics/test_code_length.py",
    ),
    Mutant(
        "padding of codes not checked",
        "hierhash/codes/packing.py",
        "if padding and (codes[:, -1]",
        "if False and (codes[:, -1]",
        "tests/metrics/test_code_length.py",
    ),
    Mutant(
        "every query counts in a macro mean",
        "hierhash/metrics/retrieval_suite.py",
        "return float(np.mean(means)) if means",
        "return mean_defined(scores) if means",
        "hierhash/metrics/retrieval_suite.py",
    ),
    Mutant(
        "training seeds not resampled",
        "hierhash/metrics/bootstrap.py",
        "seed_weights = _times_drawn(rng, block, seeds) / seeds",
        "seed_weights = np.full((block, seeds), 1 / seeds)",
        "tests/metrics/test_bootstrap.py",
    ),
    Mutant(
        "queries not resampled",
        "hierhash/metrics/bootstrap.py",
        "by_seed = _times_drawn(rng, block, queries) @ flat / queries",
        "by_seed = np.ones((block, queries)) @ flat / queries",
        "tests/metrics/test_bootstrap.py",
    ),
    # Benchmarks
    Mutant(
        "validation scored on the query items",
        SCORES,
        "split, rows = prepared.split, prepared.split.tune",
        "split, rows = prepared.split, prepared.split.query",
        "tests/bench/test_scores.py",
    ),
    Mutant(
        "temperatures calibrated on the query items",
        "hierhash/bench/trained.py",
        "method.calibrate(items.subset(split.calibrate))",
        "method.calibrate(items.subset(split.query))",
        "tests/bench/test_scores.py",
    ),
    Mutant(
        "leaves wrap above 32,767",
        SCORES,
        "chances[-1].argmax(axis=1).astype(np.int32)",
        "chances[-1].argmax(axis=1).astype(np.int16)",
        "tests/bench/test_scores.py",
    ),
    Mutant(
        "worker pool unused",
        "hierhash/bench/workers.py",
        "        if self.workers <= 1:\n            for job",
        "        if True:\n            for job",
        "tests/bench/test_workers.py",
    ),
    Mutant(
        "all jobs of a dead worker are blamed",
        "hierhash/bench/workers.py",
        "yield job, self._alone(job)",
        "yield job, failure(DIED)",
        "tests/bench/test_workers.py",
    ),
    Mutant(
        "a job that raises ends the suite",
        "hierhash/bench/workers.py",
        "    except Exception as error:\n        return failure(",
        "    except ZeroDivisionError as error:\n        return failure(",
        RUNNER,
    ),
    Mutant(
        "a trial without a score wins",
        RESULTS,
        "        return -math.inf\n",
        "        return math.inf\n",
        RUNNER,
    ),
    Mutant(
        "the worst trial is chosen",
        RESULTS,
        "best = max(range(len(trials))",
        "best = min(range(len(trials))",
        RUNNER,
    ),
    Mutant(
        "results of other data count",
        RESULTS,
        "return all(known.get(name) == value for name, value in self.data.items())",
        "return True",
        RUNNER,
    ),
    Mutant(
        "two benches write into one folder",
        "hierhash/bench/runner.py",
        'with locked(folder, "writes results into"):',
        "if folder.mkdir(parents=True, exist_ok=True) is None:",
        RUNNER,
    ),
    Mutant(
        "the split of earlier results is overwritten",
        RESULTS,
        "path = next((path for path in paths if not path.exists()), marked)",
        "path = paths[0]",
        RUNNER,
    ),
    Mutant(
        "a suite's name may be a path",
        "hierhash/bench/suite.py",
        'if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}", text):',
        "if not text:",
        "tests/bench/test_suite.py",
    ),
    Mutant(
        "a tuning length that no row has",
        "hierhash/bench/suite.py",
        "if suite.tuning_bits not in suite.lengths:",
        "if False:",
        "tests/bench/test_suite.py",
    ),
    # Configs and hashes
    Mutant(
        "the method's revision is not in the hash",
        "hierhash/config/hash.py",
        '"revision": preset.revision',
        '"revision": 1',
        "tests/config/test_hash.py",
    ),
    Mutant(
        "defaults are in the hash",
        "hierhash/config/hash.py",
        '"model": differing(model, usual),',
        '"model": model,',
        "tests/config/test_hash.py",
    ),
    Mutant(
        "folders are in the hash",
        "hierhash/config/hash.py",
        "return os.path.basename(os.path.abspath(path)) if",
        "return path if",
        "tests/config/test_hash.py",
    ),
    Mutant(
        "codes of broken bytes allowed",
        "hierhash/config/schema.py",
        "    if bits % 8:",
        "    if False:",
        "tests/config/test_config.py",
    ),
    Mutant(
        "aliases allowed",
        "hierhash/storage/yaml_lines.py",
        "        if event.anchor:",
        "        if False:",
        "tests/config/test_config.py",
    ),
    Mutant(
        "any depth allowed",
        "hierhash/storage/yaml_lines.py",
        "if len(self._open) >= self.rules.deepest:",
        "if False:",
        "tests/config/test_config.py",
    ),
    # Reports
    Mutant(
        "rows mix settings",
        "hierhash/reports/runs.py",
        'if _settings(run) == settings[run["name"], run["bits"]]:',
        "if True:",
        "tests/reports/test_runs.py",
    ),
    Mutant(
        "tables mix epochs",
        "hierhash/reports/runs.py",
        "if run.get(_COMMON) == runs[-1].get(_COMMON)",
        "if True",
        "tests/reports/test_runs.py",
    ),
    Mutant(
        "examples of any split",
        RESULTS,
        "if path.is_file() and _hashes_in(path, kind)[: len(wanted)] == wanted:",
        "if path.is_file():",
        "tests/reports/test_build.py",
    ),
    Mutant(
        "pictures are copied as they are",
        "hierhash/reports/examples.py",
        "image.shown(WIDEST)",
        "image.read()",
        "tests/reports/test_build.py",
    ),
    Mutant(
        "names become HTML in Markdown",
        "hierhash/reports/markdown.py",
        "return text.translate(_MARKDOWN)",
        "return text",
        "tests/reports/test_parts.py",
    ),
    Mutant(
        "names become formulas in CSV",
        "hierhash/reports/build.py",
        "frame[words] = frame[words].map(safe_cell)",
        "frame[words] = frame[words].map(str)",
        "tests/reports/test_build.py",
    ),
    Mutant(
        "a rival that wins is said to lose",
        "hierhash/reports/conclusion.py",
        '{"▼": "significantly above", "▲": "significantly below"}',
        '{"▲": "significantly above", "▼": "significantly below"}',
        "tests/reports/test_conclusion.py",
    ),
    Mutant(
        "examples are all such that the first method wins",
        "hierhash/reports/choice.py",
        "_in_turns([ahead, behind], paths, number)",
        "_in_turns([ahead], paths, number)",
        "tests/reports/test_choice.py",
    ),
    Mutant(
        "labels of the matrix touch",
        "hierhash/reports/matrix.py",
        "* each >= LARGEST * LINE",
        "* each >= 0",
        "tests/reports/test_mistakes.py",
    ),
    Mutant(
        "a kept suite takes words for numbers",
        "hierhash/bench/suite_file.py",
        """style = '"' if text[:1]""",
        """style = '"' if text[:0]""",
        "tests/bench/test_suite_file.py",
    ),
    Mutant(
        "the headline shows the best seed",
        "hierhash/reports/runs.py",
        '.agg(["mean", "std", "count"])',
        '.agg(["max", "std", "count"]).rename(columns={"max": "mean"})',
        "tests/test_readme.py",
    ),
    Mutant(
        "escapes reach the terminal",
        "hierhash/plain_text.py",
        'return "".join(_visible(char) for char in text)',
        "return text",
        "tests/cli/test_terminal.py",
    ),
    # An index in PostgreSQL
    Mutant(
        "writers do not wait for each other",
        f"{POSTGRES}/about.py",
        'f"{statement} FOR UPDATE" if held else statement',
        "statement",
        f"{DATABASE}/test_crash.py",
    ),
    Mutant(
        "a reader sees two states",
        f"{POSTGRES}/link.py",
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "BEGIN READ ONLY",
        f"{DATABASE}/test_crash.py",
    ),
    Mutant(
        "a change is several transactions",
        f"{POSTGRES}/link.py",
        'with self._within("BEGIN"):',
        'with self._within("SELECT 1"):',
        f"{DATABASE}/test_crash.py",
    ),
    Mutant(
        "equal ones come in any order",
        f"{POSTGRES}/nearest.py",
        "FROM met ORDER BY 1, 2 LIMIT",
        "FROM met ORDER BY 1 LIMIT",
        f"{DATABASE}/test_store.py",
    ),
    Mutant(
        "a graph gives fewer than were asked for",
        f"{POSTGRES}/nearest.py",
        "if len(own.rows) < k]",
        "if len(own.rows) < 0]",
        f"{DATABASE}/test_store.py",
    ),
    Mutant(
        "scores of the first candidates alone",
        "hierhash/retrieval/rescoring.py",
        "if len(near.rows) < limit",
        "if True or len(near.rows) < limit",
        f"{DATABASE}/test_store.py",
    ),
    Mutant(
        "bits that do not count are compared",
        "hierhash/retrieval/rescoring.py",
        "counts = None if query.all() else np.packbits(query != 0)",
        "counts = None",
        f"{DATABASE}/test_store.py",
    ),
    Mutant(
        "a password is shown",
        f"{POSTGRES}/address.py",
        'user = who.partition(":")[0]',
        "user = who",
        f"{DATABASE}/test_address.py",
    ),
    # New leaves
    Mutant(
        "a new leaf takes another leaf's centre",
        "hierhash/codes/new_centres.py",
        "np.where((products >= bits).any(axis=-1), np.inf, error)",
        "error",
        "tests/codes/test_new_centres.py",
    ),
    Mutant(
        "old rows stand in the order of the old tree",
        "hierhash/methods/extension.py",
        "whole = old[place]",
        "whole = old[np.maximum.accumulate(place)]",
        "tests/methods/test_extension.py",
    ),
    Mutant(
        "an extension draws the gains of training",
        "hierhash/methods/expected_tree_codes.py",
        "own.bits, [own.seed, own.sizes[-1]])",
        "own.bits, own.seed)",
        "tests/methods/test_extension.py",
    ),
    Mutant(
        "old leaves do not count in a new row",
        "hierhash/methods/extension.py",
        "np.full(len(means), -1), np.ones(len(means))",
        "np.full(len(means), -1), np.zeros(len(means))",
        "tests/methods/test_extension.py",
    ),
    # The engine of an encoding
    Mutant(
        "a stopped encoding goes on by any engine",
        "hierhash/runs/begun.py",
        "    return str(engine)",
        "    return asked",
        "tests/runs/test_encoding_engine.py",
    ),
    Mutant(
        "a damaged graph is taken",
        "hierhash/features/onnx_graph.py",
        "return graph if digest == _sha256(graph) else None",
        "return graph",
        "tests/features/test_onnx_graph.py",
    ),
    Mutant(
        "features that differ are taken",
        "hierhash/features/engine.py",
        "if not difference <= AGREEMENT:",
        "if False:",
        "tests/features/test_engine.py",
    ),
    Mutant(
        "pictures are read without end",
        "hierhash/features/reading_ahead.py",
        "if len(waiting) >= AHEAD:",
        "if len(waiting) >= len(images):",
        "tests/features/test_reading_ahead.py",
    ),
    Mutant(
        "the last block keeps its padding",
        "hierhash/features/onnx_engine.py",
        "return features[:n]",
        "return features",
        "tests/features/test_onnx_graph.py",
    ),
    Mutant(
        "equal codes end where the first k do",
        "hierhash/codes/distinct.py",
        "keys <= keys[order[enough]]",
        "keys < keys[order[enough]]",
        "tests/codes/test_distinct.py",
    ),
    Mutant(
        "removed items come back by an accelerator",
        "hierhash/retrieval/accelerated.py",
        "np.where(there, distances, far)",
        "distances",
        "tests/retrieval/test_accelerator.py",
    ),
    Mutant(
        "pages by words end with the first of both",
        "hierhash/answering/ranking.py",
        "if len(rows) < k + skip:",
        "if len(rows) < 0:",
        "tests/answering/test_session.py",
    ),
    Mutant(
        "a value of two lines is read again and again",
        "hierhash/retrieval/where.py",
        '(?P<value>.+)", re.DOTALL)',
        '(?P<value>.*[^\\s].*)")',
        "tests/retrieval/test_where.py",
    ),
    Mutant(
        "rows of nothing are kept",
        "hierhash/retrieval/filtering.py",
        "if not len(found) or _size",
        "if _size",
        "tests/retrieval/test_where.py",
    ),
    Mutant(
        "the first index is held for ever",
        "hierhash/serving/server.py",
        "current = Current(open_index(name, processes))",
        "current = Current(opened := open_index(name, processes))",
        "tests/serving/test_swapping.py",
    ),
    Mutant(
        "the pages of a picture are counted",
        "hierhash/serving/pictures.py",
        "        image.seek(1)\n",
        '        getattr(image, "n_frames", 1)\n        image.seek(1)\n',
        "tests/serving/test_pictures.py",
    ),
    Mutant(
        "a body on its way takes a place",
        "hierhash/serving/app.py",
        "in_flight = InFlight(app, limits.in_flight)\n",
        "in_flight = InFlight(WholeBody(app, limits), limits.in_flight)\n",
        "tests/serving/test_limits.py",
    ),
    Mutant(
        "half a character fails",
        "hierhash/serving/keys.py",
        'given.encode("utf-8", "surrogatepass")',
        'given.encode("utf-8", "surrogateescape")',
        "tests/serving/test_keys.py",
    ),
    Mutant(
        "a database is counted for everybody",
        "hierhash/serving/item_count.py",
        "if self._counting is None or self._counting.done():",
        "if True:",
        "tests/serving/test_item_count.py",
    ),
    Mutant(
        "another parameter is left out",
        "hierhash/serving/asked.py",
        "        if name not in known:\n",
        "        if False:\n",
        "tests/serving/test_app.py",
    ),
    Mutant(
        "places of the index before are told",
        "hierhash/serving/current.py",
        "[*self.places.items(), *opened.places.items()]",
        "[*opened.places.items()]",
        "tests/serving/test_swapping.py",
    ),
]
