"""``hierhash predict``: the path of texts or pictures, with a calibrated confidence a level."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from hierhash.cli.data_arguments import Format, Option
from hierhash.plain_text import plain
from hierhash.retrieval.understood import rounded_down


def predict(
    run: Annotated[Path, typer.Argument(help="Run folder of a method with a head.")],
    text: Annotated[list[str] | None, typer.Option(help="A text; may be given often.")] = None,
    image: Annotated[list[Path] | None, typer.Option(help="A picture; may be given often.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    source: Annotated[
        str | None, typer.Option(help="Folder or file of items, or `sample`; needs --out.")
    ] = None,
    modality: Annotated[
        str | None,
        typer.Option(
            help="What of a source is read: image or text (the default); with --fill both, too."
        ),
    ] = None,
    risk: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How often an answer may be wrong.")
    ] = 0.1,
    format_: Format = None,
    option: Option = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV file to write: a row for each item of the source.")
    ] = None,
    fill: Annotated[
        bool,
        typer.Option(
            "--fill",
            help="Write only what the source leaves open: missing or coarse labels, empty facets.",
        ),
    ] = False,
) -> None:
    """Predict the class of texts, of pictures or of a whole source at every level.

    The answer is the deepest class that is wrong at most as often as --risk says, among items like
    the run's validation items; it may be an inner node, or nothing that is sure enough.
    """
    from hierhash.cli.source_argument import check_modality, read_source
    from hierhash.errors import InputError
    from hierhash.runs.filling import write_proposals
    from hierhash.runs.open_run import open_run
    from hierhash.runs.prediction import check_classifies, predict_one, predict_source

    asked = [("text", one) for one in text or []] + [("image", str(one)) for one in image or []]
    if bool(asked) == bool(source):
        raise InputError("predict: give --text or --image, or else --source with --out")
    if (source is None) != (out is None):
        raise InputError("predict: --source and --out go together; give both or neither")
    if fill and source is None:
        raise InputError("predict: --fill reads a source; give --source and --out")
    if source is not None and out is not None:
        check_modality(modality, both=fill or modality is None)
        if out.exists():
            raise InputError(f"{out}: exists already; choose another name or remove it")
        saved = open_run(run)
        check_classifies(saved)
        catalogue = read_source(source, format_, option)
        if fill:
            count = write_proposals(saved, catalogue, modality, risk, out)
            typer.echo(f"{out}: {count} proposals for {len(catalogue)} items")
        else:
            count = predict_source(saved, catalogue, modality or "text", out, risk)
            others = len(catalogue) - count
            left = f"; {others} say nothing to the run and have empty cells" if others else ""
            typer.echo(f"{out}: {count} items{left}")
        return
    saved = open_run(run)
    check_classifies(saved)
    for kind, one in asked:
        told = predict_one(saved, kind, one, risk)
        if as_json:
            typer.echo(json.dumps({kind: one, **told}, ensure_ascii=False))
        else:
            _say(one, told, risk)


def _say(one: str, told: dict[str, Any], risk: float) -> None:
    """The path with its confidences, how the text was read, and the answer at a risk."""
    levels = " > ".join(
        f"{own['class']} ({rounded_down(own['confidence']):.2f})" for own in told["levels"]
    )
    typer.echo(plain(f"{one}: {levels}"))
    for note in told.get("notes", ()):
        typer.echo(plain(f"note: {note}"), err=True)
    if "answer" in told:
        answer = " > ".join(told["answer"]) or "nothing that is sure enough"
        typer.echo(plain(f"  answer at a risk of {risk:g}: {answer}"))
