"""Catalogues of pictures and texts: readers, the shipped sample, splits, masking, a generator.

Nothing here imports torch. Start with :func:`hierhash.data.sources.read`.
"""

from __future__ import annotations

from hierhash.data.problems import Problem
from hierhash.data.records import Catalogue, ImageRef
from hierhash.data.sources import detect, read
from hierhash.data.splits import Split, make_split

__all__ = ["Catalogue", "ImageRef", "Problem", "Split", "detect", "make_split", "read"]
