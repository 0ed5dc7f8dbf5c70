"""Tree-aware multitask DCMH: level-weighted S and a joint hierarchical classification head.

Settings were chosen on validation data (docs/protocol.md tells how). Theta's scale a is below 1, as
a graded S asks for: the optimum of the likelihood, Theta = logit S, would otherwise put siblings
and cousins about one bit apart at any code length.
"""

from __future__ import annotations

from hierhash.branches.image_networks import ImageBranchSettings
from hierhash.branches.mlp import MLPSettings
from hierhash.methods.dcmh import DCMH
from hierhash.methods.dcmh_settings import DCMHSettings, HeadSettings, SimilaritySettings
from hierhash.methods.method import Preset
from hierhash.training.settings import LoopSettings, Objective

SETTINGS = DCMHSettings(
    similarity=SimilaritySettings(pairs="tree"),
    head=HeadSettings(kind="per_level"),
    loss=Objective(gamma=1.0, eta=0.0, scale=0.25, head_weight=1.0),
    image=ImageBranchSettings(),
    text=MLPSettings(),
    training=LoopSettings(),
)
PRESET = Preset(DCMH, SETTINGS, revision=1)
