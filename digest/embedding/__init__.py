"""Sentences as vectors, by a model in ONNX form. The only importer of onnxruntime and tokenizers (extra `semantic`)."""

from __future__ import annotations

from digest.embedding.encoder import Encoder
from digest.embedding.folder import Model, find_model

__all__ = ["Encoder", "Model", "find_model"]
