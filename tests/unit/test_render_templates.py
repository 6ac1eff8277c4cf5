"""A user's folder replaces any single template; what is wrong in it is named by file and line."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from digest.errors import TemplateFault
from digest.model import Change, Digest, Pick, Section, Target
from digest.packaged import packaged
from digest.render import Renderer
from digest.render.addresses import Link
from digest.render.shown import PaperView, PickView, SectionView, View
from digest.render.templates import ALL, Templates
from tests.builders import a_paper, a_pick
from tests.golden.digests import ADA, DAY, HOSTILE, ORDINARY

FOLDER = Target("folder", "ada")


def override(folder: Path, name: str, source: str) -> Renderer:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, encoding="utf-8")
    return Renderer([folder])


def test_our_own_templates_have_no_fault():
    assert Renderer().check() == []


def test_one_template_is_replaced_and_the_others_stay(tmp_path):
    renderer = override(tmp_path, "email/digest.txt", "Hello {{ page.title }}: {{ page.picks|length }}\n")
    message = renderer.message(ORDINARY, ADA, FOLDER)
    assert message.text == "Hello Ada’s reading: 5\n"
    assert message.html == Renderer().message(ORDINARY, ADA, FOLDER).html
    assert renderer.check() == []


def test_the_looks_alone_can_be_replaced(tmp_path):
    look = (packaged("templates") / "email/look.html").read_text(encoding="utf-8")
    renderer = override(tmp_path, "email/look.html", look.replace("#174a7c", "#7a0000"))
    html = renderer.message(ORDINARY, ADA, FOLDER).html
    assert "color:#7a0000" in html
    assert "#174a7c" not in html


@pytest.mark.parametrize(
    ("source", "line", "why"),
    [
        ("one\ntwo {% if %}", 2, "Expected an expression"),
        ("one\n\n{{ page.papers }}", 3, "papers"),
        ("{{ pgae.title }}", 1, "'pgae' is undefined"),
        ("a\n{% for pick in page.picks %}\n{{ pick.paper.doi }}\n{% endfor %}", 3, "doi"),
        ("a\n{{ page.title|shout }}", 2, "shout"),
        ("a\n{% include 'email/missing.txt' %}", 2, "missing.txt"),
        ("a\n{{ 1 / 0 }}", 2, "ZeroDivisionError"),
    ],
)
def test_a_fault_is_named_by_file_and_line(tmp_path, source, line, why):
    renderer = override(tmp_path, "email/digest.txt", source)
    with pytest.raises(TemplateFault) as caught:
        renderer.message(ORDINARY, ADA, FOLDER)
    assert caught.value.where == f"{tmp_path / 'email/digest.txt'}:{line}"
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [fault.where for fault in renderer.check()] == [caught.value.where]


def test_a_slack_template_that_yields_no_json_is_a_fault_of_its_file(tmp_path):
    renderer = override(tmp_path, "slack/digest.json", '[{"text": "x", "blocks": [}]')
    with pytest.raises(TemplateFault) as caught:
        renderer.message(ORDINARY, ADA, FOLDER)
    assert str(tmp_path / "slack/digest.json") in caught.value.where


def test_check_names_the_faults_of_all_templates_at_once(tmp_path):
    for name in ALL:
        override(tmp_path, name, "{% broken")
    assert [fault.where for fault in Renderer([tmp_path]).check()] == [f"{tmp_path / name}:1" for name in ALL]


def test_check_names_a_file_that_replaces_nothing_but_nearly(tmp_path):
    override(tmp_path, "email/digets.html", "x")
    override(tmp_path, "email/my-header.html", "x")
    (fault,) = Renderer([tmp_path]).check()
    assert (fault.where, fault.hint) == (str(tmp_path / "email/digets.html"), "did you mean email/digest.html?")


def test_check_finds_what_only_an_awkward_paper_shows(tmp_path):
    renderer = override(tmp_path, "email/digest.txt", "{% for p in page.picks %}{{ p.paper.links[1].url }}{% endfor %}")
    (fault,) = renderer.check()
    assert fault.where == f"{tmp_path / 'email/digest.txt'}:1"


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__ }}",
        "{{ page.__class__.__mro__ }}",
        "{{ page.picks.__class__ }}",
        "{{ range(10**6)|list }}",
        "{{ page|attr('__init__') }}",
        "{{ '%s'.format.__globals__ }}",
    ],
)
def test_fault_70_a_template_cannot_reach_into_the_machine(tmp_path, attack):
    renderer = override(tmp_path, "email/digest.txt", attack)
    with pytest.raises(TemplateFault):
        renderer.message(ORDINARY, ADA, FOLDER)


def test_html_is_escaped_in_a_users_template_too(tmp_path):
    renderer = override(tmp_path, "email/digest.html", "<p>{{ page.picks[0].paper.title }}</p>")
    digest = Digest("ada", DAY, (Section("", (a_pick("<script>x</script> & y"),)),))
    assert renderer.message(digest, ADA, FOLDER).html == "<p>&lt;script&gt;x&lt;/script&gt; &amp; y</p>"


def test_all_that_a_template_needs_is_in_the_folder_of_looks():
    listed = {str(f.relative_to(packaged("templates"))) for f in packaged("templates").rglob("*") if f.is_file()}
    assert set(ALL) | {"email/look.html"} <= listed
    for name in ALL:
        Templates([]).parse(name)


# ---------------------------------------------------------------- one paper that cannot be rendered

PICKY = "{% for p in page.picks %}{{ p.number // (p.paper.title|length - 6) }} {{ p.paper.title }}\n{% endfor %}"


def test_fault_17_a_paper_that_cannot_be_rendered_is_left_out_and_named(tmp_path):
    renderer = override(tmp_path, "email/digest.txt", PICKY)
    digest = Digest("ada", DAY, (Section("A", (a_pick("Sound"), a_pick("Poison"))),), considered=2)
    kept, faults, _ = renderer.rehearse(digest, ADA)

    assert [pick.change.paper.title for pick in kept.picks] == ["Sound"]
    assert kept.left_out == 1
    assert len(faults) == 1
    assert "Poison" in faults[0].where
    assert "ZeroDivisionError" in faults[0].what
    assert "Sound" in renderer.message(kept, ADA, FOLDER).text


def test_fault_17_a_paper_that_our_own_code_stumbles_over_is_left_out_too():
    poison = Pick(Change(replace(a_paper("x"), title=None), "new"), 0.9)  # what no reader yields
    digest = Digest("ada", DAY, (Section("A", (poison, a_pick("Sound"))),), considered=2)
    kept, faults, _ = Renderer().rehearse(digest, ADA)
    assert [pick.change.paper.title for pick in kept.picks] == ["Sound"]
    assert len(faults) == 1


def test_fault_17_a_section_of_which_nothing_is_left_goes_too(tmp_path):
    renderer = override(tmp_path, "email/digest.txt", PICKY)
    digest = Digest("ada", DAY, (Section("A", (a_pick("Poison"),)), Section("B", (a_pick("Sound"),))), considered=2)
    kept, _, _ = renderer.rehearse(digest, ADA)
    assert [section.name for section in kept.sections] == ["B"]


def test_a_template_that_fails_without_any_paper_is_itself_at_fault(tmp_path):
    renderer = override(tmp_path, "email/digest.txt", "{{ nothing }}")
    with pytest.raises(TemplateFault):
        renderer.rehearse(ORDINARY, ADA)


def test_a_sound_digest_comes_back_as_it_was():
    assert Renderer().rehearse(ORDINARY, ADA) == (ORDINARY, (), ())


def test_a_large_mail_is_reported_before_it_is_too_large():
    picks = tuple(Pick(Change(a_paper(f"{n} {'long words ' * 18}", id=str(n)), "new"), 0.9) for n in range(28))
    _, _, faults = Renderer().rehearse(Digest("ada", DAY, (Section("", picks),)), ADA)
    assert len(faults) == 1
    assert "kB of HTML" in faults[0].what


def test_the_docs_name_all_that_a_template_sees():
    text = (Path(__file__).resolve().parents[2] / "docs/templates.md").read_text(encoding="utf-8")
    for field in fields(View):
        assert f"`page.{field.name}`" in text
    for kind in (PickView, PaperView, SectionView, Link):
        for field in fields(kind):
            assert f"`{field.name}`" in text, f"{kind.__name__}.{field.name}"
    for name in (*ALL, "email/look.html"):
        assert f"`{name}`" in text


class CountingRenderer(Renderer):
    tried = 0

    def message(self, digest, profile, target):
        self.tried += 1
        return super().message(digest, profile, target)


def test_papers_that_were_rendered_for_one_reader_are_not_tried_again_for_the_next():
    renderer = CountingRenderer()
    renderer.rehearse(ORDINARY, ADA)
    tried = renderer.tried
    other = replace(ORDINARY, profile="bo", considered=99)
    assert renderer.rehearse(other, replace(ADA, name="bo")) == (other, (), ())
    assert renderer.tried == tried
    renderer.rehearse(other, replace(ADA, deliver=(Target("slack", "C1234567"),)))
    assert renderer.tried > tried, "another channel has its own ways to fail"


def test_fault_17_a_paper_that_cannot_be_rendered_is_never_taken_as_proven(tmp_path):
    renderer = override(tmp_path, "email/digest.txt", PICKY)
    digest = Digest("ada", DAY, (Section("A", (a_pick("Sound"), a_pick("Poison"))),), considered=2)
    for _ in range(2):
        kept, faults, _ = renderer.rehearse(digest, ADA)
        assert [pick.change.paper.title for pick in kept.picks] == ["Sound"]
        assert len(faults) == 1


def test_what_is_kept_for_other_readers_is_the_papers_alone():
    renderer, other = Renderer(), replace(ADA, name="bo", title="Bo", deliver=(Target("email", "bo@example.org"),))
    theirs = replace(ORDINARY, profile="bo", sections=ORDINARY.sections[::-1])
    for digest, profile in ((ORDINARY, ADA), (theirs, other), (HOSTILE, ADA), (ORDINARY, ADA)):
        target = profile.deliver[0]
        assert renderer.message(digest, profile, target) == Renderer().message(digest, profile, target)


def test_once_takes_a_macro_and_nothing_else(tmp_path):
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "digest.txt").write_text("{{ page.title|once(1) }}")
    with pytest.raises(TemplateFault, match="takes a macro"):
        Renderer([tmp_path]).message(ORDINARY, ADA, FOLDER)


def test_pages_that_were_warmed_need_no_file_any_more_and_a_broken_one_stops_nothing(tmp_path):
    web = tmp_path / "web"
    web.mkdir()
    (web / "mine.html").write_text("Hello {{ page }}")
    (web / "broken.html").write_text("{% if %}")
    templates = Templates([tmp_path])
    templates.warm("web")
    (web / "mine.html").unlink()
    assert templates.render("web/mine.html", "Ada") == "Hello Ada"
    with pytest.raises(TemplateFault, match=r"broken\.html"):
        templates.render("web/broken.html", "Ada")
