"""Frozen image backbones and text vectorisers, and the on-disk cache of what they compute."""
