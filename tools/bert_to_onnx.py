"""Write the ONNX form of a BERT sentence model from its safetensors file, without torch.

    python tools/bert_to_onnx.py MODEL_FOLDER OUT_FOLDER [--int8]

MODEL_FOLDER holds config.json, model.safetensors and tokenizer.json, as sentence-transformers/all-MiniLM-L6-v2
does; OUT_FOLDER gets model.onnx beside copies of the small files, and is what `[semantic] model` names. With
--int8 the weights are quantised per channel: a quarter of the size, half the time. Needs `pip install onnx
onnxruntime`; takes a few seconds. The graph is BERT's encoder (Devlin et al. 2019): token states in, pooled by
whoever runs it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import struct
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_SMALL = ("config.json", "tokenizer.json", "sentence_bert_config.json", "1_Pooling/config.json")
_OPSET = 17  # the first with LayerNormalization
_FORM = 8  # of the file; older runtimes read it too
_KINDS = {"F32": np.float32, "F16": np.float16}


def weights(path: Path) -> dict[str, np.ndarray]:
    """Read the float tensors of a safetensors file by their names, without the prefix "bert."."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    found = {}
    for name, about in json.loads(data[8 : 8 + size]).items():
        if about.get("dtype") in _KINDS:
            start, end = (8 + size + at for at in about["data_offsets"])
            values = np.frombuffer(data[start:end], dtype=_KINDS[about["dtype"]]).astype(np.float32)
            found[name.removeprefix("bert.")] = values.reshape(about["shape"])
    return found


class Graph:
    """An ONNX graph that grows node by node; every method returns the name of what it adds."""

    def __init__(self, tensors: dict[str, np.ndarray], config: dict[str, Any]) -> None:
        self._tensors, self._config = tensors, config
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def node(self, kind: str, *inputs: str, **how: Any) -> str:
        """Add one operation."""
        name = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], name=name, **how))
        return name

    def constant(self, name: str, values: np.ndarray) -> str:
        """Add a constant once."""
        self._constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def weight(self, name: str) -> str:
        """Add a tensor of the model as it is."""
        return self.constant(name, self._tensors[name])

    def dense(self, states: str, name: str) -> str:
        """Multiply by a layer's weights and add its bias."""
        turned = self.constant(f"{name}.weight.T", self._tensors[f"{name}.weight"].T)
        return self.node("Add", self.node("MatMul", states, turned), self.weight(f"{name}.bias"))

    def norm(self, states: str, name: str) -> str:
        """Normalise each token's state."""
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.node("LayerNormalization", states, scale, shift, epsilon=self._config["layer_norm_eps"], axis=-1)

    def numbers(self, *values: int) -> str:
        """Add whole numbers as a constant."""
        return self.constant(f"numbers_{'_'.join(map(str, values))}", np.array(values, dtype=np.int64))

    def number(self, name: str, value: float) -> str:
        """Add one number as a constant."""
        return self.constant(name, np.array(value, dtype=np.float32))

    def embedded(self) -> str:
        """What every token says and where it stands."""
        places = self.weight("embeddings.position_embeddings.weight")
        tokens = self.node("Shape", "input_ids", start=1, end=2)
        positions = self.node("Slice", places, self.numbers(0), tokens, self.numbers(0))
        words = self.node("Gather", self.weight("embeddings.word_embeddings.weight"), "input_ids")
        kinds = self.node("Gather", self.weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
        together = self.node("Add", self.node("Add", words, kinds), positions)
        return self.norm(together, "embeddings.LayerNorm")

    def hidden(self) -> str:
        """What is added to the attention that is paid to padding: nearly minus infinity."""
        there = self.node("Unsqueeze", self.node("Cast", "attention_mask", to=TensorProto.FLOAT), self.numbers(1, 2))
        absent = self.node("Sub", self.number("one", 1), there)
        return self.node("Mul", absent, self.number("never", np.finfo(np.float32).min))

    def layer(self, states: str, hidden: str, name: str) -> str:
        """One layer: tokens look at each other, then each by itself."""
        heads = self._config["num_attention_heads"]
        width = self._config["hidden_size"] // heads

        def part(which: str, *order: int) -> str:
            found = self.dense(states, f"{name}.attention.self.{which}")
            return self.node("Transpose", self.node("Reshape", found, self.numbers(0, 0, heads, width)), perm=order)

        near = self.node("MatMul", part("query", 0, 2, 1, 3), part("key", 0, 2, 3, 1))
        near = self.node("Add", self.node("Div", near, self.number("root", width**0.5)), hidden)
        seen = self.node("MatMul", self.node("Softmax", near, axis=-1), part("value", 0, 2, 1, 3))
        seen = self.node("Reshape", self.node("Transpose", seen, perm=(0, 2, 1, 3)), self.numbers(0, 0, heads * width))
        seen = self.dense(seen, f"{name}.attention.output.dense")
        states = self.norm(self.node("Add", seen, states), f"{name}.attention.output.LayerNorm")
        more = self.gelu(self.dense(states, f"{name}.intermediate.dense"))
        more = self.dense(more, f"{name}.output.dense")
        return self.norm(self.node("Add", more, states), f"{name}.output.LayerNorm")

    def gelu(self, states: str) -> str:
        """The curve x · (1 + erf(x / √2)) / 2 (Hendrycks and Gimpel 2016)."""
        curve = self.node("Erf", self.node("Div", states, self.number("root_two", 2**0.5)))
        raised = self.node("Mul", states, self.node("Add", curve, self.number("one", 1)))
        return self.node("Mul", raised, self.number("half", 0.5))

    def model(self) -> onnx.ModelProto:
        """The whole encoder."""
        states, hidden = self.embedded(), self.hidden()
        for n in range(self._config["num_hidden_layers"]):
            states = self.layer(states, hidden, f"encoder.layer.{n}")
        self._nodes.append(helper.make_node("Identity", [states], ["last_hidden_state"]))
        given = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask", "token_type_ids")
        ]
        shape = ["batch", "tokens", self._config["hidden_size"]]
        out = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, shape)
        graph = helper.make_graph(self._nodes, "bert", given, [out], list(self._constants.values()))
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_FORM)


def convert(source: Path, out: Path, *, int8: bool = False) -> Path:
    """Write *out*/model.onnx and the small files beside it; return the model's path."""
    config = json.loads((source / "config.json").read_text("utf-8"))
    if config.get("model_type") != "bert":
        raise SystemExit(f"{source}: only BERT models, not {config.get('model_type')}")
    for name in _SMALL:
        if (source / name).is_file():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, out / name)
    path = out / "model.onnx"
    model = Graph(weights(source / "model.safetensors"), config).model()
    if not int8:
        onnx.save(model, path)
        return path
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(model, path, per_channel=True, weight_type=QuantType.QInt8)
    return path


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="BERT sentence model: safetensors to ONNX, without torch.")
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--int8", action="store_true", help="quantise the weights per channel")
    asked = parser.parse_args()
    print(convert(asked.model, asked.out, int8=asked.int8))  # noqa: T201


if __name__ == "__main__":
    main()
