"""Made-up digests that every template must be able to render: an ordinary one, an awkward one, an empty one."""

from __future__ import annotations

from datetime import date

from digest.model import (
    Change,
    Digest,
    Interest,
    LookBack,
    Paper,
    Pick,
    Profile,
    Reason,
    Risen,
    Section,
    Target,
)  # fmt: skip

_DAY = date(2026, 11, 20)

PROFILE = Profile(
    name="sample",
    timezone="Europe/Berlin",
    schedule="weekdays 08:30",
    deliver=(Target("folder", "sample"),),
    interests=(Interest("Sea ice", keywords=("sea ice",)), Interest("Birdsong", keywords=("birdsong",))),
)

_ORDINARY = Paper(
    id="sample-1",
    title="Counting Ice Floes from a Kite",
    abstract="A camera under a kite counts ice floes for a day. Its errors stay below those of a tired observer.",
    authors=("Ada Frost", "Bo Lind", "Cem Aydın", "Dana Wu"),
    num_authors=4,
    published=date(2026, 11, 18),
    url="https://arxiv.org/abs/2611.00001",
    arxiv_id="2611.00001",
    code_url="https://github.com/example/ice-kite",
    upvotes=32,
    num_comments=3,
    organisation="Institute of Cold Shores",
)
_BARE = Paper(id="sample-2", title="A Paper of Which Nothing but the Title Is Known")
_AWKWARD = Paper(
    id="sample-3",
    title="<script>alert('x')</script> & \\textbf{$10^{3}$} *reasons* <!channel> `to` escape " + "everything " * 22,
    abstract='"Quotes", <b>tags</b> & _signs_; 50% of ~200 cases at $5 each.',
    authors=("Robert '); DROP--", "<Eve> & Co"),
    url="javascript:alert(1)",
    code_url="data:text/html,x",
    upvotes=0,
    num_comments=0,
    keywords=("<i>",),
)
_RTL = Paper(id="sample-4", title="دراسة في تعلم الآلة 🌊", abstract="ملخص قصير.", published=date(2026, 11, 17))


def _pick(paper: Paper, score: float, interest: str, *reasons: Reason) -> Pick:
    return Pick(Change(paper, "new"), score, interest, reasons)


_SHOWN = (
    _pick(_ORDINARY, 0.93, "Sea ice", Reason("keywords", ("ice floes",)), Reason("like", ("Sea Ice from Above",))),
    _pick(_BARE, 0.81, "Sea ice", Reason("words", ("title",))),
)
_UPDATED = Pick(
    Change(_AWKWARD, "updated", "code", ("code_url",)), 0.7, "Birdsong", (Reason("author", ("<Eve> & Co",)),)
)

SAMPLES = (
    (
        Digest(
            "sample",
            _DAY,
            (Section("Sea ice", _SHOWN), Section("Birdsong & <song>", (_UPDATED, _pick(_RTL, 0.6, "Birdsong")))),
            also=(_pick(_AWKWARD, 0.55, ""), _pick(_BARE, 0.52, "Birdsong")),
            considered=120,
            left_out=114,
            notes=("One source could not be read; what it shows will follow.",),
        ),
        PROFILE,
    ),
    (Digest("sample", _DAY, (Section("", _SHOWN[:1]),), considered=1), PROFILE),
    (Digest("sample", _DAY, considered=7, left_out=7), PROFILE),
    (
        Digest(
            "sample",
            _DAY,
            (Section("", _SHOWN[:1]),),
            considered=1,
            first=True,
            unanswered=True,
            look_back=LookBack((_AWKWARD, _RTL), (Risen(_ORDINARY, 12), Risen(_BARE, 5)), more=3, less=1),
        ),
        PROFILE,
    ),
    (Digest("sample", _DAY, look_back=LookBack((_ORDINARY,), (Risen(_AWKWARD, 7),))), PROFILE),
    (Digest("sample", _DAY), PROFILE),
)
"""(digest, profile) each."""
