"""A backbone's network as an ONNX graph: exported once, kept in the cache folder, checked.

The graph takes blocks of a fixed number of pictures. So every network that torch can trace can be
exported, and what a picture's features are does not depend on how many others stand beside it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from hierhash.errors import ConfigError, HierhashError
from hierhash.features.backbone import NetBackbone
from hierhash.features.cache import cache_folder
from hierhash.features.hub import missing
from hierhash.storage.whole_file import whole_file

BLOCK = 8
"""Pictures the graph takes at once: more make it no faster, and less memory is moved."""
REVISION = "g1"
"""Part of the file's name: raised when the same network is exported otherwise."""


def graph_of(backbone: NetBackbone, folder: Path | None = None) -> bytes:
    """The network as an ONNX file, from the cache or exported and put there.

    A file of the cache that is damaged is made again. Where nothing can be written, the graph is
    made each time.

    Args:
        backbone: Its key names the file.
        folder: The cache; ``cache_folder()`` by default.

    Raises:
        ConfigError: The packages are not installed, or the network cannot be exported.
    """
    file = (folder or cache_folder()) / "onnx" / f"{backbone.key}-{REVISION}.onnx"
    graph = _read(file)
    if graph is None:
        graph = _exported(backbone)
        with contextlib.suppress(OSError, HierhashError):
            file.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(file) as stream:
                stream.write(_sha256(graph) + b"\n" + graph)
    return graph


def _read(file: Path) -> bytes | None:
    """The graph of a file; nothing where there is none or it is not as it was written."""
    try:
        digest, _, graph = file.read_bytes().partition(b"\n")
    except OSError:
        return None
    return graph if digest == _sha256(graph) else None


def _sha256(graph: bytes) -> bytes:
    return hashlib.sha256(graph).hexdigest().encode()


def _exported(backbone: NetBackbone) -> bytes:
    pixels = torch.zeros((BLOCK, *backbone.size, 3), dtype=torch.uint8)
    try:
        return traced(backbone.network, pixels, "pixels", ["features"])
    except ImportError as error:
        raise ConfigError(
            f"engine onnx: {missing(error)}; run: pip install 'hierhash[onnx]'"
        ) from error
    except Exception as error:  # tracing and conversion raise their own kinds, without a base class
        raise ConfigError(
            f"engine onnx: {backbone.key} cannot be exported ({type(error).__name__}); "
            "use --engine torch"
        ) from error


def traced(
    network: nn.Module, inputs: Tensor, name: str, outputs: Sequence[str], free: str | None = None
) -> bytes:
    """A network as an ONNX file.

    Args:
        network: In evaluation mode.
        inputs: What it is traced with.
        name: Of its input.
        outputs: Names of its outputs.
        free: What the first axis is called where it may have any length; None keeps that of
            ``inputs``.

    Raises:
        ImportError: A package is not installed.
        Exception: The network cannot be traced or converted; each step raises kinds of its own.
    """
    import onnx  # noqa: F401 - the exporter asks for both only when it is half done
    import onnxscript  # noqa: F401

    axes = None if free is None else ({0: torch.export.Dim(free)},)
    with _silence(), torch.no_grad():
        program = torch.onnx.export(
            network,
            (inputs,),
            input_names=[name],
            output_names=list(outputs),
            dynamic_shapes=axes,
            dynamo=True,
            verbose=False,
        )
        assert program is not None  # noqa: S101 - it is only without dynamo
        graph: bytes = program.model_proto.SerializeToString()
    return graph


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """The exporter prints, logs and warns about what a user cannot change."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    nowhere = io.StringIO()
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
        ):
            yield
    finally:
        logging.disable(before)
