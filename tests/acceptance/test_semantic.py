"""The sentence model of the config: used when it is there, missed in one line when it is not."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from digest.pipeline.crew import WORTH
from tests.acceptance.bot import BotFolder, page

TITLES = (
    "Robots that Fold Laundry", "A Tax on Carbon", "Speech in Noisy Rooms", "Maps of the Milky Way",
    "Sorting with Few Comparisons", "Yeast and its Genes", "How Rivers Meander", "Batteries that Last",
    "Graphs with Long Cycles", "Poems by Machines", "Traffic at Night", "Vaccines and Trust",
    "Quantum Codes", "The Price of Housing", "Chess without Search", "Insects on Farms",
    "Faces in Crowds", "Old Maps Read by Machines", "Cement that Heals", "Sleep and Memory",
    "Bridges under Wind", "Fluids on a Grid", "Names in Many Languages", "Wolves in the Alps",
    "Taste and Smell", "Photos from Drones", "Proofs by Computer", "Snow on Roofs",
    "Ships and their Noise", "Pricing of Options", "Doctors and Chatbots", "Teaching Children to Add",
)  # fmt: skip
PROFILE = """\
name = "ada"
limit = 5
floor = 0.0
deliver = ["folder:ada"]

[[interests]]
name = "Care of clothes"
keywords = ["automated garment handling"]
"""


@pytest.fixture
def bot(bot: BotFolder, minilm: Path) -> BotFolder:
    bot.profile("ada", PROFILE)
    (bot.drop / "2026-11-20.txt").write_text(page(*TITLES))
    use(bot, minilm)
    return bot


def use(bot: BotFolder, model: Path | str) -> None:
    text = bot.config.read_text().partition("\n[semantic]")[0]
    bot.config.write_text(f'{text}\n[semantic]\nmodel = "{model}"\n')


def first(bot: BotFolder) -> str:
    digest = json.loads(bot.digest("preview", "ada", "--format", "json").out)
    return digest["sections"][0]["picks"][0]["paper"]["title"]


def vectors(bot: BotFolder) -> dict[str, int]:
    with sqlite3.connect(bot.root / "var" / "digest.db") as db:
        return dict(db.execute("SELECT model, count(*) FROM embeddings GROUP BY model").fetchall())


def test_a_paper_is_found_by_its_meaning_and_each_text_is_read_once(bot: BotFolder):
    report = bot.run()
    assert report["failures"] == report["warnings"] == []
    assert first(bot) == "Robots that Fold Laundry", "no word of it is a keyword"
    (read,) = vectors(bot).values()
    assert read == len(TITLES) + 1, "every paper, and what is asked for"

    bot.drop.joinpath("2026-11-21.txt").write_text(page("Irons and Ironing", day="Nov 21"))
    bot.run(now="2026-11-22T09:00:00Z")
    assert list(vectors(bot).values()) == [read + 1]


def test_explain_tells_what_the_meaning_earned_and_the_parts_add_up(bot: BotFolder):
    bot.run()
    told = bot.digest("explain", "ada", "Robots that Fold Laundry", "--json").json
    parts = {part["name"]: part["value"] for part in told["parts"]}
    assert parts["meaning of what is asked for"] > 0
    assert sum(parts.values()) == pytest.approx(told["score"], abs=1e-6)


@pytest.mark.parametrize("missing", ["extra", "model", "damaged"])
def test_without_the_model_one_line_says_so_and_the_digest_is_sent(
    bot: BotFolder, minilm: Path, missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    said = "no such folder, and no model models/none was downloaded"
    if missing == "extra":
        stub = tmp_path / "stub"
        stub.mkdir()
        (stub / "onnxruntime.py").write_text("raise ModuleNotFoundError('no such module', name='onnxruntime')")
        monkeypatch.syspath_prepend(str(stub))
        monkeypatch.setenv("PYTHONPATH", str(stub), prepend=":")
        said = "pip install 'paper-digest[semantic]'"
    elif missing == "model":
        use(bot, "models/none")
    else:
        broken = Path(shutil.copytree(minilm, tmp_path / "broken"))
        (broken / "model.onnx").write_bytes((broken / "model.onnx").read_bytes()[:100_000])
        use(bot, broken)
        said = "the model cannot be used"

    report = bot.run(code=0)
    assert report["failures"] == []
    (warning,) = report["warnings"]
    assert said in warning["why"]
    assert "\n" not in warning["why"]
    assert report["editions"][0]["picks"] == 5
    assert len(bot.mails()) == 1

    checked = bot.digest("check")
    assert checked.code == 0
    assert checked.err.count("[semantic] model:") == 1
    assert said in checked.err


def test_check_says_that_the_model_works(bot: BotFolder, minilm: Path):
    checked = bot.digest("check")
    assert (checked.code, checked.err) == (0, "")
    assert f"sentence model in {minilm}" in checked.out


def test_another_model_reads_everything_anew(bot: BotFolder, minilm: Path, tmp_path: Path):
    bot.run()
    other = Path(shutil.copytree(minilm, tmp_path / "other"))
    (other / "sentence_bert_config.json").write_text('{"max_seq_length": 64}')
    use(bot, other)
    (bot.drop / "2026-11-21.txt").write_text(page("Irons and Ironing", day="Nov 21"))
    bot.run(now="2026-11-22T09:00:00Z")
    assert sorted(vectors(bot).values()) == [len(TITLES) + 1, len(TITLES) + 2]


def test_a_name_of_the_hub_is_looked_for_in_its_cache_and_never_fetched(
    bot: BotFolder, minilm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    use(bot, "sentence-transformers/all-MiniLM-L6-v2")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    assert "hf download sentence-transformers/all-MiniLM-L6-v2" in bot.digest("check").err

    kept = tmp_path / "hub" / "models--sentence-transformers--all-MiniLM-L6-v2"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("abc123")
    (kept / "snapshots" / "abc123" / "onnx").mkdir(parents=True)
    for name in ("tokenizer.json", "sentence_bert_config.json"):
        (kept / "snapshots" / "abc123" / name).symlink_to(minilm / name)
    (kept / "snapshots" / "abc123" / "onnx" / "model.onnx").symlink_to(minilm / "model.onnx")
    assert bot.digest("check").err == ""


def test_a_dry_run_uses_the_model_and_keeps_nothing(bot: BotFolder):
    report = bot.run("--dry-run")
    assert report["warnings"] == []
    assert not (bot.root / "var" / "digest.db").exists()


@pytest.mark.parametrize("there", [True, False])
def test_hundreds_of_profiles_share_what_one_process_read_or_missed(bot: BotFolder, there: bool):
    for n in range(WORTH):
        bot.profile(f"p{n}", PROFILE.replace("ada", f"p{n}"))
    if not there:
        use(bot, "models/none")
    report = bot.run()
    assert report["failures"] == []
    assert len(report["warnings"]) == (not there)
    assert len(report["editions"]) == WORTH + 1
    (mail,) = bot.mails(f"p{WORTH - 1}")
    assert ("Robots that Fold Laundry" in mail["Subject"]) is there
    assert list(vectors(bot).values()) == ([len(TITLES) + 1] if there else [])
