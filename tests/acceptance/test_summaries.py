"""Summaries by a model as the operator meets them: a few lines of config, a line in the report."""

from __future__ import annotations

import json

from tests.acceptance.bot import BotFolder
from tests.modeld import Model

ABSTRACT = "Diffusion models fold long proteins. We propose a way to fold them in water, and measure it. " * 3
SAID = "It folds long proteins in shallow water without ever seeing a structure."


def configured(bot: BotFolder, model: Model) -> None:
    paper = {"title": "Folding by Diffusion", "abstract": ABSTRACT, "published": "2026-11-20", "upvotes": 3}
    rows = [{**paper, "arxiv_id": "2611.00001", "authors": ["Ada Frost"]}]
    (bot.drop / "2026-11-20.json").write_text(json.dumps(rows))
    (bot.root / "key").write_text("s3cret-key")
    (bot.root / "key").chmod(0o600)
    table = f'\n[summaries]\nurl = "{model.url}"\nmodel = "tiny"\nkey = "file:key"\n'
    bot.config.write_text(bot.config.read_text() + table)


def test_a_dry_run_asks_nobody_and_a_run_puts_the_models_words_into_the_digest(bot: BotFolder):
    with Model() as model:
        configured(bot, model)
        assert bot.digest("run", "--dry-run").code == 0
        assert model.heard == []

        ran = bot.digest("run")
        assert ran.code == 0, ran.err
        assert "Summaries by a model: 1 asked." in ran.out
        assert model.keys == ["Bearer s3cret-key"]
    (html,) = (bot.root / "var" / "folder" / "ada").glob("*.html")
    assert SAID in html.read_text()
    assert SAID in " ".join(bot.digest("preview", "ada", "--format", "text").out.split())


def test_a_model_that_fails_leaves_the_sentences_of_the_abstract_and_exit_code_0(bot: BotFolder):
    with Model(status=500) as model:
        configured(bot, model)
        ran = bot.digest("run", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["summaries"] == {"failed": 1}
    (html,) = (bot.root / "var" / "folder" / "ada").glob("*.html")
    assert "We propose a way to fold them in water" in html.read_text()
