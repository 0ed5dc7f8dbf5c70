"""What hub models share: their library may be missing, and their weights may be out of reach."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from hierhash.errors import ConfigError


def not_installed(
    key: str, name: str, error: ImportError, needs: str = "library", extra: str = "hub"
) -> ConfigError:
    """The error for a model whose library is missing, or lacks a package of its own.

    Args:
        key: The config key that names the model.
        name: The model, as the config names it.
        error: What importing the library said.
        needs: What the model needs, in a word.
        extra: The extra of hierhash that brings it.

    Example:
        >>> lacking = ImportError("No module named 'timm'", name="timm")
        >>> print(not_installed("features.image.name", "timm:resnet18", lacking))
        features.image.name: timm:resnet18 needs its library (timm is not installed); run: pip ...
    """
    return ConfigError(
        f"{key}: {name} needs its {needs} ({missing(error)}); run: pip install 'hierhash[{extra}]'"
    )


def missing(error: ImportError) -> str:
    """Which package is missing; it may be one that an installed package needs in turn.

    Example:
        >>> missing(ImportError("No module named 'tqdm.auto'", name="tqdm.auto"))
        'tqdm is not installed'
    """
    package = (error.name or "").partition(".")[0]
    return f"{package} is not installed" if package else "it cannot be imported"


@contextmanager
def loading(key: str, name: str, instead: str) -> Iterator[None]:
    """Turns whatever goes wrong while a model is loaded into one line.

    The libraries log each retry of a download; only the last word is for the user.

    Args:
        key: The config key that names the model.
        name: The model, as the config names it.
        instead: What to do without a network.

    Raises:
        ConfigError: Anything went wrong inside.
    """
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    except ConfigError:
        raise
    except Exception as error:  # the libraries raise their own kinds, without a common base class
        raise ConfigError(
            f"{key}: {name} could not be loaded ({_first_sentence(error)}); "
            f"if there is no network, {instead}"
        ) from error
    finally:
        logging.disable(before)


def _first_sentence(error: Exception) -> str:
    sentence = str(error).strip().splitlines()[:1] or [type(error).__name__]
    return sentence[0].split(". ")[0].rstrip(".")
