"""Trainable image and text branches, their hash layer, and the hierarchical classification heads."""
