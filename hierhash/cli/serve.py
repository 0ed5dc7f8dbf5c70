"""``hierhash serve``: an index behind HTTP, with a search page."""

from __future__ import annotations

from typing import Annotated

import typer


def serve(
    index: Annotated[str, typer.Argument(help="Index folder, or postgresql://USER@HOST/DB#NAME.")],
    host: Annotated[str, typer.Option(help="Address of this machine to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8765,
    api_key: Annotated[
        str | None,
        typer.Option(
            envvar="HIERHASH_API_KEY",
            show_envvar=False,
            help="Who asks must send this key. Safer in the environment, as HIERHASH_API_KEY: "
            "other users of the machine see what commands are given.",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that answer, from one index in memory.")
    ] = 1,
    in_flight: Annotated[
        int, typer.Option(min=1, help="Requests a process answers at once; others get 503.")
    ] = 64,
    seconds: Annotated[
        float, typer.Option(min=0.1, help="For a query, and for a body to arrive.")
    ] = 10.0,
    largest_body: Annotated[
        str, typer.Option(help="Bytes of a request's body: 10MB, 512KB.")
    ] = "10MB",
    largest_picture: Annotated[
        float, typer.Option(min=0.01, help="Megapixels of a picture.")
    ] = 40.0,
    watch: Annotated[
        float,
        typer.Option(
            min=0, help="Look so often, in seconds, whether the index is another; 0: at SIGHUP."
        ),
    ] = 2.0,
) -> None:
    """Serve an index over HTTP: searches as JSON, thumbnails, counts, metrics, a search page.

    The index may change or be replaced meanwhile: the new one is opened beside the old one and
    takes its place, and no request is dropped. SIGHUP opens it again, SIGTERM and Ctrl-C end when
    what is asked is answered.
    """
    import logging
    import os
    import sys

    from hierhash.cli.byte_sizes import parse_bytes
    from hierhash.errors import InputError

    size = parse_bytes("--largest-body", largest_body)
    if workers > 1 and not hasattr(os, "fork"):
        raise InputError("--workers: this system cannot split a process; leave it away")
    if api_key is not None and not api_key.strip():
        raise InputError("--api-key: empty; give a long word that nobody guesses, or none at all")
    try:
        (api_key or "").encode()
    except UnicodeEncodeError:
        raise InputError("HIERHASH_API_KEY: not UTF-8; give a word in UTF-8") from None
    try:
        from hierhash.serving.limits import Limits
        from hierhash.serving.server import Place
        from hierhash.serving.server import serve as run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "hierhash":
            raise
        raise InputError(
            f"hierhash serve needs {error.name}: pip install 'hierhash[serve]'"
        ) from error
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.WARNING)
    logging.getLogger("hierhash.serving").setLevel(logging.INFO)
    limits = Limits(in_flight, seconds, size, round(largest_picture * 1_000_000))
    run(index, Place(host, port, api_key, watch, limits, workers))
