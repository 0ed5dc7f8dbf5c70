"""Exported runs: read, coded and answered by ONNX Runtime, without torch."""
