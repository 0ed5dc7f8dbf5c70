"""``hierhash predict``: the path of a text or a picture, with a calibrated confidence a level."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def predict(
    run: Annotated[Path, typer.Argument(help="Run folder of a method with a head.")],
    text: Annotated[list[str] | None, typer.Option(help="A text; may be given often.")] = None,
    image: Annotated[list[Path] | None, typer.Option(help="A picture; may be given often.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Predict the class of texts or pictures at every level."""
    from hierhash.data.records import ImageRef
    from hierhash.errors import InputError
    from hierhash.methods.predict import level_probabilities
    from hierhash.saved_run import load_run

    saved = load_run(run)
    if saved.model.head is None:
        raise InputError(f"{run}: '{saved.config.method}' has no classification head")
    if not text and not image:
        raise InputError("predict: give --text or --image")
    asked = [("text", one) for one in text or []] + [("image", str(one)) for one in image or []]
    for modality, one in asked:
        if modality == "text":
            saved.check_text(one)
            outputs = saved.text_outputs([one])
        else:
            outputs = saved.image_outputs([ImageRef(Path(one)).open()])
        chances = level_probabilities(saved.model.head, outputs, saved.temperatures[modality])
        levels = []
        for level, chance in enumerate(chances, start=1):
            best = int(chance[0].argmax())
            name = saved.tree.path_of(level, best)[-1]
            levels.append({"level": level, "class": name, "confidence": float(chance[0, best])})
        if as_json:
            typer.echo(json.dumps({modality: one, "levels": levels}, ensure_ascii=False))
        else:
            shown = " > ".join(f"{own['class']} ({own['confidence']:.2f})" for own in levels)
            typer.echo(f"{one}: {shown}")
