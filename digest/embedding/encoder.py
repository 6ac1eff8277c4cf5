"""The model at work: a text in, a vector out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from digest.embedding.folder import Model
from digest.errors import ModelUnusable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LETTERS = 24  # of a text per token that is read: what stands further on cannot matter
_KNOWN_INPUTS = frozenset({"input_ids", "attention_mask", "token_type_ids"})


class Encoder:
    """A loaded model. The same text gives the same vector, whatever was encoded before it.

    One text goes in at a time: a model in int8 would let texts of one batch colour each other.
    """

    def __init__(self, model: Model) -> None:
        """Load *model*, which takes a second; raises ModelUnusable in one line."""
        self._model = model
        self._session, self._tokenizer = _loaded(model)
        self._inputs = {given.name: given.shape for given in self._session.get_inputs()}
        if strange := sorted(self._inputs.keys() - _KNOWN_INPUTS):
            raise ModelUnusable(str(model.graph), f'asks for an input "{strange[0]}": it is no sentence encoder')
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self._width or model.longest)

    @property
    def _width(self) -> int:
        """Tokens that the graph insists on, 0 where it takes any number."""
        fixed = [shape[1] for shape in self._inputs.values() if len(shape) > 1 and isinstance(shape[1], int)]
        return fixed[0] if fixed else 0

    def encode(self, text: str) -> NDArray[np.float32]:
        """The vector of *text*: length 1, to the precision of float16 as it is kept; zeros for no text at all.

        Raises ModelUnusable when the model gives no usable numbers.
        """
        import numpy as np

        words = text[: self._model.longest * _LETTERS].encode("utf-8", "replace").decode()
        ids = self._tokenizer.encode(words).ids
        tokens, width = len(ids), max(self._width, len(ids))
        given = np.zeros((1, width), dtype=np.int64)
        given[0, :tokens] = ids
        mask = (np.arange(width) < tokens).astype(np.int64)[None]
        every = {"input_ids": given, "attention_mask": mask, "token_type_ids": np.zeros_like(given)}
        out = _tried(self._model, lambda: self._session.run(None, {name: every[name] for name in self._inputs})[0])
        vector = self._pooled(np.asarray(out, dtype=np.float32), tokens)
        length = float(np.linalg.norm(vector))
        if not 0 < length < np.inf:  # NaN is not either
            raise ModelUnusable(str(self._model.graph), "gives no usable numbers")
        found: NDArray[np.float32] = (vector / length * bool(text.strip())).astype(np.float16).astype(np.float32)
        return found

    def _pooled(self, out: NDArray[np.float32], tokens: int) -> NDArray[np.float32]:
        if out.ndim not in {2, 3}:
            raise ModelUnusable(str(self._model.graph), "gives no vectors: it is no sentence encoder")
        first: NDArray[np.float32] = out[0]
        if first.ndim == 1:  # the graph pools by itself
            return first
        pooled: NDArray[np.float32] = first[0] if self._model.pooling == "cls" else first[:tokens].mean(axis=0)
        return pooled


def _loaded(model: Model) -> tuple[Any, Any]:
    try:
        import onnxruntime
        from tokenizers import Tokenizer
    except ImportError as error:
        raise ModelUnusable(f"[semantic] needs {error.name}", "pip install 'paper-digest[semantic]'") from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what goes wrong is said once, by us
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a pass is not alone on its machine
    graph = str(model.graph)
    providers = ["CPUExecutionProvider"]
    session = _tried(model, lambda: onnxruntime.InferenceSession(graph, options, providers=providers))
    return session, _tried(model, lambda: Tokenizer.from_file(str(model.tokenizer)))


def _tried(model: Model, act: Callable[[], Any]) -> Any:
    """Do *act*; the libraries raise a class of their own for every reason, and Exception itself for some."""
    try:
        return act()
    except Exception as error:
        why = " ".join(str(error).split())[:200]
        raise ModelUnusable(str(model.graph.parent), f"the model cannot be used: {why}") from error
