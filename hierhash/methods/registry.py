"""The methods by name: every file of this folder that ends with a ``PRESET``, and entry points."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from functools import cache
from importlib.metadata import entry_points

from hierhash import methods
from hierhash.errors import ConfigError, did_you_mean
from hierhash.methods.method import Preset

GROUP = "hierhash.methods"


@cache
def presets() -> dict[str, Preset]:
    """All presets by name, in the order of the alphabet.

    One that an installed package brings and that cannot be used is left out; ``broken`` tells why.

    Example:
        >>> "hierarchical_dcmh" in presets()
        True
    """
    found = {}
    for module in pkgutil.iter_modules(methods.__path__):
        preset = getattr(
            importlib.import_module(f"{methods.__name__}.{module.name}"), "PRESET", None
        )
        if isinstance(preset, Preset):
            found[module.name] = preset
    for entry in entry_points(group=GROUP):
        try:
            preset = entry.load()
        except Exception as error:  # whatever a foreign package raises
            broken()[entry.name] = (
                f"method '{entry.name}' of {entry.value}: cannot be loaded ({error}); repair or "
                "uninstall the package that brings it"
            )
            continue
        if not isinstance(preset, Preset):
            broken()[entry.name] = f"method '{entry.name}': {entry.value} is not a Preset"
        elif entry.name in found:
            broken()[f"{entry.name} of {entry.value}"] = (
                f"method '{entry.name}' of {entry.value}: the name is taken; rename one of them"
            )
        else:
            found[entry.name] = preset
    return dict(sorted(found.items()))


@cache
def broken() -> dict[str, str]:
    """What is wrong with each method of an installed package that cannot be used, by its name."""
    return {}


def summary(name: str) -> str:
    """What a method is: the first line of its module, or of its class for an entry point.

    Example:
        >>> summary("itq")[:4]
        'ITQ,'
    """
    place = f"{methods.__name__}.{name}"
    method = find_preset(name).method
    known = [sys.modules.get(place), method, sys.modules.get(method.__module__)]
    words = [(getattr(one, "__doc__", None) or "").strip() for one in known]
    return next((said for said in words if said), "").split("\n")[0]


def find_preset(name: str) -> Preset:
    """The preset of a name.

    Raises:
        ConfigError: No such method.

    Example:
        >>> find_preset("dcmh_published").settings.loss.eta
        1.0
    """
    known = presets()
    if name in broken():
        raise ConfigError(broken()[name])
    if name not in known:
        hint = did_you_mean(name, known) or f"; use one of {', '.join(known)}"
        raise ConfigError(f"method: no method '{name}'{hint}")
    return known[name]
