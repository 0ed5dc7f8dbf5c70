"""The registry of methods by name."""

from __future__ import annotations

from hierhash.errors import ConfigError, did_you_mean
from hierhash.methods import (
    dcmh_any,
    dcmh_leaf,
    dcmh_multitask_flat,
    dcmh_published,
    dcmh_tuned,
    hierarchical_dcmh,
)
from hierhash.methods.dcmh import DCMHSettings

METHODS: dict[str, DCMHSettings] = {
    "dcmh_published": dcmh_published.SETTINGS,
    "dcmh_leaf": dcmh_leaf.SETTINGS,
    "dcmh_any": dcmh_any.SETTINGS,
    "dcmh_tuned": dcmh_tuned.SETTINGS,
    "dcmh_multitask_flat": dcmh_multitask_flat.SETTINGS,
    "hierarchical_dcmh": hierarchical_dcmh.SETTINGS,
}
_REVISIONS: dict[str, int] = {
    "dcmh_published": dcmh_published.REVISION,
    "dcmh_leaf": dcmh_leaf.REVISION,
    "dcmh_any": dcmh_any.REVISION,
    "dcmh_tuned": dcmh_tuned.REVISION,
    "dcmh_multitask_flat": dcmh_multitask_flat.REVISION,
    "hierarchical_dcmh": hierarchical_dcmh.REVISION,
}


def method_settings(name: str) -> DCMHSettings:
    """The published settings of a method.

    Raises:
        ConfigError: No such method.

    Example:
        >>> method_settings("dcmh_published").loss.eta
        1.0
    """
    if name not in METHODS:
        raise ConfigError(f"method: no method '{name}'{did_you_mean(name, METHODS)}")
    return METHODS[name]


def method_revision(name: str) -> int:
    """The revision of a method: stored results of an earlier one are not those of the present.

    Example:
        >>> method_revision("dcmh_published")
        1
    """
    return _REVISIONS[name]
