"""What a model card says of use: three snippets, which a test runs as they stand."""

from __future__ import annotations

import json

from hierhash.runs.saved import SavedRun

BY_ONNX_RUNTIME = """With ONNX Runtime alone, in this folder:

```python
import json

import numpy as np
import onnxruntime
from PIL import Image

height, width = json.load(open("manifest.json"))["pixels"]
picture = Image.open("picture.jpg").convert("RGB")  # upright, on white where it is transparent
pixels = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR))[None]
graph = onnxruntime.InferenceSession("image.onnx", providers=["CPUExecutionProvider"])
codes, query, *chances = graph.run(None, {"pixels": pixels})
print(codes[0].tobytes().hex())
```"""

BY_COMMANDS = """With hierhash, without torch: the items of a folder or a table, and a search:

```sh
hierhash encode . items items.index
hierhash search items.index --image picture.jpg
```"""

BY_PYTHON = """The same from Python:

```python
import hierhash

run = hierhash.load_run(".")
codes = run.encode(images=["picture.jpg"])
{more}
print(codes)
```"""


def how_to_use(saved: SavedRun) -> str:
    """The snippets that a run can do."""
    more = 'classes = run.predict(images=["picture.jpg"])'
    if saved.vectoriser is not None:
        known = (name for node in saved.tree.leaves for name in reversed(node) if saved.knows(name))
        if (word := next(known, None)) is not None:
            more = f"codes = run.encode(texts=[{json.dumps(word, ensure_ascii=False)}])"
    return "\n\n".join([BY_ONNX_RUNTIME, BY_COMMANDS, BY_PYTHON.format(more=more)])
