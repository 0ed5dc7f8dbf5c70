"""``hierhash search``: a text or a picture against an index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def search(
    index: Annotated[Path, typer.Argument(help="Index folder.")],
    text: Annotated[str | None, typer.Option(help="A text to search with.")] = None,
    image: Annotated[Path | None, typer.Option(help="A picture to search with.")] = None,
    under: Annotated[str | None, typer.Option(help="Only items below this node, A/B.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Number of answers.")] = 20,
    no_rescore: Annotated[
        bool, typer.Option("--no-rescore", help="Canonical order: (distance, row).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Search an index with a text or a picture."""
    from hierhash.errors import InputError, RunError, TreeError, did_you_mean
    from hierhash.retrieval.exact import ExactIndex
    from hierhash.saved_run import load_run

    if (text is None) == (image is None):
        raise InputError("search: give either --text or --image")
    loaded = ExactIndex.load(index)
    saved = load_run(Path(loaded.manifest["run"]))
    if saved.model_sha256 != loaded.manifest["model_sha256"]:
        raise RunError(f"{index}: made with other weights than {saved.folder}; build it again")
    try:
        node = saved.tree.resolve(under) if under else ()
    except TreeError as error:
        tops = [path[0] for path in saved.tree.nodes_at(1)]
        levels = range(1, saved.tree.depth + 1)
        names = {path[-1] for level in levels for path in saved.tree.nodes_at(level)}
        hint = did_you_mean(under or "", sorted(names))
        listed = ", ".join(tops)
        raise InputError(f"--under: no node '{under}'{hint or f'; top nodes: {listed}'}") from error
    if text is not None:
        saved.check_text(text)
        output = saved.text_outputs([text])[0]
    else:
        from hierhash.data.records import ImageRef

        output = saved.image_outputs([ImageRef(image or Path()).open()])[0]
    hits = loaded.search(output, k, node, rescore=not no_rescore)
    if as_json:
        typer.echo(json.dumps([vars(hit) for hit in hits], ensure_ascii=False))
        return
    for place, hit in enumerate(hits, start=1):
        path = " > ".join(hit.item["paths"][0]) if hit.item["paths"] else "-"
        typer.echo(f"{place:3}  {hit.distance:3} bits  {path:45.45}  {hit.item['text'] or '-':.60}")
