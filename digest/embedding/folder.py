"""A folder with a sentence model: which files it is made of, how it pools, and a fingerprint of all that."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from digest.errors import ModelUnusable

LONGEST = 256
"""Tokens that are read of a text: an abstract fits. Cut at 128, texts lose too much; longer costs time squared."""

_FORM = "1"  # of what is made of a model's output; vectors of another form are never mixed with these
_GRAPHS = ("model.onnx", "onnx/model.onnx")  # as exported, and as the model hub keeps it
_HINT = "docs/ranking.md says how to get a model"


@dataclass(frozen=True, slots=True)
class Model:
    """What a model is made of. *fingerprint* changes with anything that would change a vector."""

    graph: Path
    tokenizer: Path
    longest: int
    pooling: Literal["mean", "cls"]
    fingerprint: str


def find_model(place: Path) -> Model:
    """Find the model in the folder *place*, or the one whose graph is the file *place*; nothing heavy is loaded.

    Raises ModelUnusable when a part is missing or cannot be read.
    """
    graph = _graph(place)
    folder = next((up for up in (graph.parent, graph.parent.parent) if (up / "tokenizer.json").is_file()), None)
    if folder is None:
        raise ModelUnusable(str(graph.parent), f"there is no tokenizer.json beside the model; {_HINT}")
    longest, pooling = _longest(folder), _pooling(folder)
    try:
        digest = hashlib.sha256(f"{_FORM} {longest} {pooling}".encode())
        for part in (*sorted(graph.parent.glob(f"{graph.stem}.onnx*")), folder / "tokenizer.json"):
            with part.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    except OSError as error:
        raise ModelUnusable(str(folder), f"cannot be read: {error.strerror}") from error
    return Model(graph, folder / "tokenizer.json", longest, pooling, digest.hexdigest()[:32])


def _graph(place: Path) -> Path:
    if place.suffix == ".onnx" and place.is_file():
        return place
    if place.name.startswith("models--") and not (place / "snapshots").exists():
        name = place.name.removeprefix("models--").replace("--", "/", 1)
        raise ModelUnusable(str(place), f"no such folder, and no model {name} was downloaded (hf download {name})")
    if not place.is_dir():
        raise ModelUnusable(str(place), f"there is no such {'file' if place.suffix else 'folder'}; {_HINT}")
    named = [place / name for name in _GRAPHS if (place / name).is_file()]
    found = named or sorted(place.glob("*.onnx")) or sorted(place.glob("onnx/*.onnx"))
    if not found:
        raise ModelUnusable(str(place), f"holds no model.onnx; {_HINT}")
    if not named and len(found) > 1:
        names = ", ".join(path.name for path in found[:4])
        raise ModelUnusable(str(place), f"holds several models ({names}): let [semantic] model name one file")
    return found[0]


def _longest(folder: Path) -> int:
    """Tokens of a text: what the model was made for, at most `LONGEST`."""
    said = (_read(folder / "sentence_bert_config.json").get("max_seq_length"),
            _read(folder / "config.json").get("max_position_embeddings"))  # fmt: skip
    return min(LONGEST, *(limit for limit in said if isinstance(limit, int) and limit > 2), LONGEST)


def _pooling(folder: Path) -> Literal["mean", "cls"]:
    said = _read(folder / "1_Pooling" / "config.json")
    if said.get("pooling_mode_cls_token"):
        return "cls"
    if said and not said.get("pooling_mode_mean_tokens", True):
        raise ModelUnusable(str(folder), "pools its tokens neither by mean nor by the first: it cannot be used")
    return "mean"


def _read(path: Path) -> dict[str, Any]:
    """A small JSON file; {} where there is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelUnusable(str(path), f"cannot be read: {error}".partition("\n")[0]) from error
    return found if isinstance(found, dict) else {}
