"""What the verbs' tests share with others."""

from __future__ import annotations

from tests.serving.conftest import serve as serve
