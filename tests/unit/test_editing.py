"""Profiles edited by their text: what was asked for changes, and nothing else."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.editing import Edit, added, dropped, edited
from digest.errors import ConfigError
from digest.packaged import packaged

ADA = (packaged("config") / "profiles" / "ada.toml").read_text("utf-8")
LIKED = "Lie Group Decompositions for Equivariant Neural Networks"


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went and those that came."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_a_value_changes_and_the_comment_behind_it_stays():
    gone, come = changed_lines(ADA, edited(ADA, [Edit(("limit",), 12)]))
    assert gone == ["limit = 8                       # so many papers in full; the next ones in one line each"]
    assert come == ["limit = 12                       # so many papers in full; the next ones in one line each"]


def test_a_new_key_stands_with_the_others_and_not_below_the_heading_of_the_interests():
    lines = edited(ADA, [Edit(("floor",), 0.4), Edit(("mute",), ("speech", "song"))]).splitlines()
    at = lines.index("floor = 0.4")
    assert lines[at - 1].startswith("deliver = ")
    assert lines[at + 1 : at + 3] == ['mute = ["speech", "song"]', ""]
    assert changed_lines(ADA, "\n".join(lines))[0] == []


def test_a_like_is_added_and_dropped_once_however_often_that_is_asked():
    place = ("interests", 0, "like")
    more = edited(ADA, [added(place, "arXiv:2301.00001"), added(place, "arXiv:2301.00001")])
    assert f'like = ["{LIKED}", "arXiv:2301.00001"]    # arXiv ids, links or titles' in more
    less = edited(more, [dropped(place, LIKED), dropped(place, LIKED)])
    assert tomllib.loads(less)["interests"][0]["like"] == ["arXiv:2301.00001"]
    first = edited(ADA, [added(("interests", 1, "like"), "A paper")])
    assert tomllib.loads(first)["interests"][1]["like"] == ["A paper"]


def test_the_comments_of_a_list_on_many_lines_stay():
    text = 'like = [\n  "a", # one\n  # of two\n  "b",\n  "c", # three\n]\n'
    assert edited(text, [dropped(("like",), "b"), added(("like",), "d")]) == (
        'like = [\n  "a", # one\n  # of two\n  "c", # three\n  "d",\n]\n'
    )


def test_an_interest_is_appended_and_taken_away():
    more = edited(ADA, [Edit(("interests", 2), {"name": "New", "keywords": ("a", "b"), "about": None})])
    assert more.endswith('\n\n[[interests]]\nname = "New"\nkeywords = ["a", "b"]\n')
    assert tomllib.loads(edited(more, [Edit(("interests", 2), None)])) == tomllib.loads(ADA)
    one = edited(ADA, [Edit(("interests", 0), None)])
    assert [interest["name"] for interest in tomllib.loads(one)["interests"]] == ["Molecules and materials"]
    assert "# counts against a paper" in one


def test_the_first_interest_of_a_profile_that_has_none():
    text = edited('deliver = ["folder:ada"]', [Edit(("interests", 0), {"name": "New"})])
    assert tomllib.loads(text) == {"deliver": ["folder:ada"], "interests": [{"name": "New"}]}


def test_line_ends_and_a_mark_at_the_beginning_stay_as_they_are():
    text = "\ufeff" + ADA.replace("\n", "\r\n")
    made = edited(text, [Edit(("floor",), 0.4), Edit(("interests", 2), {"name": "New"})])
    assert made.startswith("\ufeff")
    assert made.count("\n") == made.count("\r\n")


def test_taking_away_what_is_not_there_changes_nothing():
    assert edited(ADA, [Edit(("surprise",), None), dropped(("mute",), "speech")]) == ADA


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("limit = ", Edit(("limit",), 3)),
        (ADA, Edit(("interests", 7, "like"), ["a"])),
        (ADA, Edit(("limit", 0), 3)),
        (ADA, added(("limit",), "x")),
        (ADA, Edit(("interests", 5), {"name": "Too far"})),
    ],
)
def test_what_cannot_be_changed_is_one_clear_fault(text, change):
    with pytest.raises(ConfigError) as caught:
        edited(text, [change])
    assert len(str(caught.value).splitlines()) == 1


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
lists = st.lists(words, max_size=4)
tables = st.fixed_dictionaries({"name": words}, optional={"like": lists, "weight": st.floats(0.1, 9)})
edits = st.one_of(
    st.builds(Edit, st.sampled_from([("limit",), ("surprise",)]), st.integers(0, 99) | st.none()),
    st.builds(
        Edit, st.sampled_from([("mute",), ("interests", 0, "like"), ("interests", 1, "avoid")]), lists | st.none()
    ),
    st.builds(Edit, st.just(("interests", 0, "about")), words | st.none()),
    st.builds(added, st.sampled_from([("mute",), ("interests", 1, "keywords")]), words),
    st.builds(dropped, st.sampled_from([("mute",), ("interests", 0, "keywords")]), words | st.just("Lie group")),
    st.builds(Edit, st.just(("interests", 2)), tables),
)


@given(st.lists(edits, max_size=6))
def test_whatever_is_changed_the_text_says_it_and_keeps_its_comments(changes):
    text = edited(ADA, changes)
    again = edited(text, [])
    assert again == text
    comments = [line for line in ADA.splitlines() if line.startswith("#")]
    assert [line for line in text.splitlines() if line.startswith("#")][: len(comments)] == comments
