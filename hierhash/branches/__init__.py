"""Trainable image and text branches, the hash layer, and the classification heads."""
