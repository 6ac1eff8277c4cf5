"""A sentence model in a folder: found or not in one clear line, and the same vector for the same text."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from digest.embedding import Encoder, find_model
from digest.errors import ModelUnusable


def a_folder(path: Path, *files: str) -> Path:
    for name in files or ("model.onnx", "tokenizer.json"):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(name)
    return path


def refusal(place: Path) -> str:
    with pytest.raises(ModelUnusable) as caught:
        Encoder(find_model(place))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_model_is_found_as_exported_and_as_the_hub_keeps_it(tmp_path: Path):
    exported = find_model(a_folder(tmp_path / "a"))
    hub = find_model(a_folder(tmp_path / "b", "onnx/model.onnx", "onnx/model_int8.onnx", "tokenizer.json"))
    one = find_model(a_folder(tmp_path / "c", "onnx/model_int8.onnx", "tokenizer.json"))
    chosen = find_model(tmp_path / "b" / "onnx" / "model_int8.onnx")

    assert exported.graph == tmp_path / "a" / "model.onnx"
    assert hub.graph == tmp_path / "b" / "onnx" / "model.onnx"
    assert one.graph == tmp_path / "c" / "onnx" / "model_int8.onnx"
    assert chosen.tokenizer == tmp_path / "b" / "tokenizer.json"
    assert chosen.fingerprint != hub.fingerprint


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (("tokenizer.json",), "holds no model.onnx"),
        (("model.onnx",), "there is no tokenizer.json beside the model"),
        (("a.onnx", "b.onnx", "tokenizer.json"), "holds several models (a.onnx, b.onnx)"),
    ],
)
def test_what_is_missing_is_said(tmp_path: Path, files: tuple[str, ...], said: str):
    assert said in refusal(a_folder(tmp_path / "m", *files))


def test_no_folder_at_all_is_said(tmp_path: Path):
    assert refusal(tmp_path / "none") == (
        f"{tmp_path}/none: there is no such folder; docs/ranking.md says how to get a model"
    )


def test_a_small_file_that_is_broken_is_named(tmp_path: Path):
    folder = a_folder(tmp_path / "m")
    (folder / "config.json").write_text("{")
    assert refusal(folder).startswith(f"{folder}/config.json: cannot be read")


def test_the_fingerprint_follows_everything_that_changes_a_vector(tmp_path: Path):
    folder = a_folder(tmp_path / "m")
    found = {find_model(folder).fingerprint}
    (folder / "model.onnx").write_text("another")
    found.add(find_model(folder).fingerprint)
    (folder / "model.onnx_data").write_text("weights beside it")
    found.add(find_model(folder).fingerprint)
    (folder / "tokenizer.json").write_text("another")
    found.add(find_model(folder).fingerprint)
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 128}))
    assert find_model(folder).longest == 128
    found.add(find_model(folder).fingerprint)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    found.add(find_model(folder).fingerprint)
    assert len(found) == 6

    shutil.copytree(folder, tmp_path / "copy")
    assert find_model(tmp_path / "copy").fingerprint in found, "where it lies does not matter"


def test_a_long_context_is_not_used(tmp_path: Path):
    folder = a_folder(tmp_path / "m")
    (folder / "config.json").write_text(json.dumps({"max_position_embeddings": 8192}))
    assert find_model(folder).longest == 256


def test_a_damaged_model_is_refused_in_one_line(minilm: Path, tmp_path: Path):
    broken = Path(shutil.copytree(minilm, tmp_path / "m"))
    graph = (broken / "model.onnx").read_bytes()
    (broken / "model.onnx").write_bytes(graph[: len(graph) // 2])
    assert "the model cannot be used" in refusal(broken)

    (broken / "model.onnx").write_bytes(graph)
    (broken / "tokenizer.json").write_text('{"version": ')
    assert "the model cannot be used" in refusal(broken)


@pytest.fixture(scope="module")
def encoder(minilm: Path) -> Encoder:
    return Encoder(find_model(minilm))


def test_what_means_the_same_is_near(encoder: Encoder):
    """Published for this model in float32: .666 between the first two, .105 and .141 with the third."""
    texts = ("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.")
    vectors = np.stack([encoder.encode(text) for text in texts])
    assert vectors @ vectors.T == pytest.approx(
        np.array([[1, 0.666, 0.105], [0.666, 1, 0.141], [0.105, 0.141, 1]]), abs=0.04
    )


def test_a_text_has_one_vector_whatever_was_read_before(encoder: Encoder, minilm: Path):
    text = "We fold proteins by diffusion. " * 20
    first = encoder.encode(text)
    encoder.encode("Something else entirely, and short.")
    assert (encoder.encode(text) == first).all()
    assert (Encoder(find_model(minilm)).encode(text) == first).all()
    assert first.dtype == np.float32
    assert (first.astype(np.float16).astype(np.float32) == first).all(), "nothing is lost when it is kept"


def test_the_end_of_an_abstract_is_read(encoder: Encoder):
    half = "We train a large network on many images and measure what it learns. " * 10  # 140 tokens
    one, other = encoder.encode(f"{half}It sings."), encoder.encode(f"{half}Proteins fold in water.")
    assert float(one @ other) < 0.999


@pytest.mark.parametrize(
    "text", ["", " \n", "a" * 200_000, "word " * 100_000, "\ud800 lone", "扩散模型", "\0", "🧬" * 999]
)
def test_any_text_has_a_finite_vector(encoder: Encoder, text: str):
    vector = encoder.encode(text)
    assert np.isfinite(vector).all()
    assert float(np.linalg.norm(vector)) == pytest.approx(1 if text.strip() else 0, abs=0.01)
