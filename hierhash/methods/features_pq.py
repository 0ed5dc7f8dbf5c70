"""Product quantisation of picture features (Jegou, Douze, Schmid, PAMI 2011): K / 8 bytes an item.

Features are cut into K / 8 parts, each kept as the number of the nearest of 256 centroids, and
queries are compared by the paper's asymmetric distance. Pictures alone, trained without labels, by
faiss.
"""

from __future__ import annotations

from hierhash.codes.product_quantiser import ProductQuantiser
from hierhash.methods.method import Preset
from hierhash.methods.one_modality import FeatureSettings, Floats
from hierhash.methods.quantised import Quantised


class FeaturesPQ(Quantised):
    """PQ as a ``Method``; memory as ``Quantised``."""

    def trained(self, rows: Floats) -> ProductQuantiser:
        """See ``Quantised``."""
        return ProductQuantiser.train(rows, self.problem.bits // 8, self.problem.seed)


PRESET = Preset(FeaturesPQ, FeatureSettings(), trials=({"model.unit": True}, {"model.unit": False}))
