# %% [markdown]
# # Adding a method
# A method is a class and a preset. Here is a whole one, random hyperplanes over picture features;
# docs/add_a_method.md says how a package of yours brings one by an entry point.

# %% The method
from dataclasses import dataclass

import numpy as np

from hierhash.codes.coding import Signs
from hierhash.errors import ConfigError
from hierhash.methods.bit_codes import BitCodes
from hierhash.methods.method import Preset, only_modality
from hierhash.testing.check_method import check_method


@dataclass(frozen=True)
class HyperplaneSettings:
    """The section `model` of its configs."""

    __pydantic_config__ = {"extra": "forbid"}

    centred: bool = True


class Hyperplanes(BitCodes):
    """Signs of random projections of the image features (Charikar, STOC 2002)."""

    Settings = HyperplaneSettings
    needs = frozenset({"image"})
    epochs = 0

    def __init__(self, settings, problem, device="cpu"):
        self.settings, self.problem = settings, problem

    def check(self, train):
        """Refuses training items that it can learn nothing from."""
        if not train.has["image"].any():
            raise ConfigError("data: no training item has a picture")

    def fit(self, train, watch):
        """Draws the planes; the mean of the features is where they meet."""
        features = train.rows["image"][train.has["image"]]
        self.mean = features.mean(axis=0) * self.settings.centred
        rng = np.random.default_rng(self.problem.seed)
        self.planes = rng.standard_normal((features.shape[1], self.problem.bits)) / 10

    def encode(self, rows, role):
        """Codes of feature rows."""
        modality, features = only_modality(rows)
        return Signs()(((features - self.mean) @ self.planes).astype(np.float32), modality)

    def state(self):
        """Its arrays."""
        return {"mean": self.mean, "planes": self.planes}

    def meta(self):
        """What else a run keeps."""
        return {"temperatures": {}}

    def load(self, state, meta):
        """Takes over a state."""
        self.mean, self.planes = state["mean"], state["planes"]

    @classmethod
    def facts(cls, settings):
        """What a report says of it."""
        return {"centred": settings.centred}


PRESET = Preset(Hyperplanes, HyperplaneSettings())

# %% It must keep what every method keeps
check_method(PRESET)
print("kept")
