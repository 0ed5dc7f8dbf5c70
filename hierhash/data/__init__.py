"""Catalogues of pictures and texts: readers, the shipped sample, splits, masking, a generator.

Nothing here imports torch. Start with :func:`hierhash.data.sources.read`.
"""

from __future__ import annotations

from hierhash.data.catalogue import Catalogue, Problem
from hierhash.data.images import ImageRef
from hierhash.data.sources import detect, read
from hierhash.data.split.split import Split
from hierhash.data.split.standard import make_split

__all__ = ["Catalogue", "ImageRef", "Problem", "Split", "detect", "make_split", "read"]
