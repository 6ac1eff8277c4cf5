"""Summaries from a model: what is asked, what is kept, what it may cost, and that its failures cost nothing."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.endpoint import MAX_BYTES, Endpoint
from digest.errors import EndpointFailed
from digest.model import Settings, SummarySettings
from digest.pipeline import Bot
from digest.pipeline.summarising import IN_A_ROW, Summaries
from digest.render import Renderer
from digest.store import Store
from digest.summary import short_answer
from tests.builders import NOW, a_digest, a_paper
from tests.modeld import Model

LONG = "We fold long proteins in shallow water. " * 6
SAID = "It folds long proteins in shallow water without ever seeing a structure."


def bot(store: Store, model: Model, name: str = "tiny", **budget: object) -> Bot:
    summaries = SummarySettings(f"{model.url}/chat/completions", name, "s3cret", **budget)  # type: ignore[arg-type]
    settings = Settings(Path("x"), Path("x"), "sqlite://", summaries=summaries)
    endpoint = Endpoint(summaries, time.monotonic)
    return Bot(settings, store, Renderer(), {}, lambda: NOW, random.Random(0), endpoint=endpoint)


def long_digest(*titles: str):
    digest = a_digest(*titles)
    picks = tuple(
        replace(pick, change=replace(pick.change, paper=replace(pick.change.paper, abstract=LONG)))
        for pick in digest.picks
    )
    return replace(digest, sections=(replace(digest.sections[0], picks=picks),))


def summaries_of(digest):
    return [pick.change.paper.summary for pick in digest.picks]


def test_a_pick_without_a_summary_gets_one_and_the_model_is_told_title_and_abstract(store: Store):
    with Model() as model:
        summaries = Summaries(bot(store, model), NOW)
        done = summaries.complete(long_digest("Alpha", "Beta"))

    assert summaries_of(done) == [SAID, SAID]
    assert [LONG.strip() in asked["messages"][0]["content"] for asked in model.heard] == [True, True]
    assert {asked["model"] for asked in model.heard} == {"tiny"}
    assert model.keys == ["Bearer s3cret"] * 2
    assert summaries.counts == {"asked": 2}


def test_nobody_is_asked_for_what_the_source_says_or_what_is_short_anyway(store: Store):
    digest = a_digest("Short", "Told")
    told = replace(digest.picks[1], change=replace(digest.picks[1].change, paper=a_paper(abstract=LONG, summary="So.")))
    digest = replace(digest, sections=(replace(digest.sections[0], picks=(digest.picks[0], told)),))
    with Model() as model:
        assert Summaries(bot(store, model), NOW).complete(digest) == digest
    assert model.heard == []


def test_nobody_is_asked_twice_for_the_same_in_this_pass_or_another(store: Store):
    with Model() as model:
        first = Summaries(bot(store, model), NOW)
        first.complete(long_digest("Alpha"))
        first.complete(long_digest("Alpha"))
        second = Summaries(bot(store, model), NOW)
        assert summaries_of(second.complete(long_digest("Alpha"))) == [SAID]
        assert len(model.heard) == 1
        assert second.counts == {"kept": 1}

        Summaries(bot(store, model, name="big"), NOW).complete(long_digest("Alpha"))
        assert len(model.heard) == 2, "another model is another question"


def test_without_an_endpoint_only_what_is_kept_is_given(store: Store):
    with Model() as model:
        Summaries(bot(store, model), NOW).complete(long_digest("Alpha"))
        quiet = replace(bot(store, model), endpoint=None)
        assert summaries_of(Summaries(quiet, NOW).complete(long_digest("Alpha", "Beta"))) == [SAID, None]
        assert len(model.heard) == 1


def test_the_budget_of_a_pass_is_kept(store: Store):
    with Model() as model:
        summaries = Summaries(bot(store, model, calls=2), NOW)
        done = summaries.complete(long_digest("Alpha", "Beta", "Gamma"))
        assert summaries_of(done) == [SAID, SAID, None]
        assert summaries.counts == {"asked": 2, "left": 1}

        late = Summaries(bot(store, model, seconds=0.0), NOW)
        assert summaries_of(late.complete(long_digest("Delta"))) == [None]
    assert len(model.heard) == 2


@pytest.mark.parametrize(
    "broken",
    [
        {"status": 500},
        {"status": 302},
        {"body": b"not JSON"},
        {"body": b'{"choices": []}'},
        {"body": b'{"choices": [{"message": {"content": null}}]}'},
        {"body": b" " * (MAX_BYTES + 1)},
        {"body": b"[" * 60_000},
        {"says": ""},
        {"says": "See https://evil.example/a for more."},
    ],
)
def test_a_model_that_fails_costs_no_paper_and_is_counted(store: Store, broken: dict[str, object]):
    with Model(**broken) as model:  # type: ignore[arg-type]
        summaries = Summaries(bot(store, model), NOW)
        assert summaries_of(summaries.complete(long_digest("Alpha"))) == [None]
    assert summaries.counts == {"failed": 1}


def test_the_budget_of_a_pass_is_that_of_all_its_workers(store: Store):
    with Model() as model:
        one, two = (Summaries(bot(store, model, calls=2), NOW, shared=NOW) for _ in range(2))
        assert summaries_of(one.complete(long_digest("Alpha"))) == [SAID]
        assert summaries_of(two.complete(long_digest("Beta", "Gamma"))) == [SAID, None]
        assert summaries_of(one.complete(long_digest("Delta"))) == [None]

        tomorrow = Summaries(bot(store, model, calls=2), NOW, shared=NOW + timedelta(days=1))
        assert summaries_of(tomorrow.complete(long_digest("Delta"))) == [SAID], "the next pass has its own"
        late = Summaries(bot(store, model, calls=9, seconds=0.0), NOW, shared=NOW)
        assert summaries_of(late.complete(long_digest("Epsilon"))) == [None]
    assert len(model.heard) == 3


def test_a_model_that_is_away_is_asked_no_more_after_a_few_failures(store: Store):
    with Model(status=503) as model:
        summaries = Summaries(bot(store, model), NOW)
        summaries.complete(long_digest(*"ABCDEF"))
    assert len(model.heard) == IN_A_ROW
    assert summaries.counts == {"failed": IN_A_ROW, "left": 6 - IN_A_ROW}


def test_an_answer_that_drips_is_given_up_as_a_whole():
    with Model(slow=0.05) as model:
        endpoint = Endpoint(SummarySettings(f"{model.url}/chat/completions", "tiny", timeout=0.3), time.monotonic)
        with pytest.raises(EndpointFailed, match="not complete in time") as failed:
            endpoint.ask("?")
    assert 0.3 <= failed.value.seconds < 3


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("**Summary:** It folds *long* proteins in water.", "It folds *long* proteins in water."),
        ("Here is a short summary:\n\n- It folds long proteins in water.", "It folds long proteins in water."),
        ('"It folds long proteins in `shallow` water."', "It folds long proteins in shallow water."),
        ("It folds [long](https://a.example) proteins <b>in</b> water.", "It folds long proteins in water."),
        ("It folds long proteins in water. Code: https://a.example/b.", "It folds long proteins in water."),
        ("It folds long proteins in water. See foldnet.github.io for it.", "It folds long proteins in water."),
        ("One fold of a long one. Two folds of one. Three folds.", "One fold of a long one. Two folds of one."),
        ("It folds\u202e long\x00 proteins in water.", "It folds long proteins in water."),
        ("www.evil.example has all of it for you.", ""),
        ("Sorry.", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_an_answer_is_made_plain_text_of_two_sentences_without_links(answer: str, text: str):
    assert short_answer(answer) == text


def test_a_long_answer_is_cut():
    assert len(short_answer("It folds long proteins in water " * 40)) <= 300
    assert len(short_answer(f"{'It folds a protein ' * 12}once. {'It folds a protein ' * 12}twice.")) <= 300


def test_a_template_of_ones_own_makes_another_prompt_and_a_broken_one_is_named(tmp_path: Path):
    (tmp_path / "summary").mkdir()
    (tmp_path / "summary" / "prompt.txt").write_text("Briefly: {{ title }}")
    assert Renderer([tmp_path]).prompt(a_paper("Alpha")) == "Briefly: Alpha"

    (tmp_path / "summary" / "prompt.txt").write_text("{{ titel }}")
    (fault,) = Renderer([tmp_path]).check()
    assert fault.where.endswith("prompt.txt:1")
    assert "titel" in fault.what
