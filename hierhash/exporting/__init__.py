"""Writes a run as ONNX graphs with a model card, in a folder that answers without torch."""
