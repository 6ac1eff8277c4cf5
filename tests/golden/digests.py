"""The digests behind the golden files: an ordinary day, a hostile one, a quiet one, a first small one."""

from __future__ import annotations

from datetime import date

from digest.model import Change, Digest, Interest, Paper, Pick, Profile, Reason, Section, Target

DAY = date(2026, 11, 20)

ADA = Profile(
    name="ada",
    title="Ada’s reading",
    timezone="Europe/Berlin",
    schedule="weekdays 08:30",
    deliver=(Target("email", "ada@example.org"), Target("slack", "C0123456789"), Target("folder", "ada")),
    interests=(
        Interest("Equivariant networks", keywords=("equivariant", "Lie group")),
        Interest("Small language models", keywords=("distillation",), weight=0.5),
    ),
    limit=5,
)


def _pick(paper: Paper, score: float, interest: str, *reasons: Reason) -> Pick:
    return Pick(Change(paper, "new"), score, interest, reasons)


LIE = Paper(
    id="p1",
    title="Turning Molecules: Networks that Respect Every Rotation",
    abstract="A molecule does not change when it is turned, and neither should what a network says about it. We build"
    " layers whose answers turn with their input and need a tenth of the training data. They are slower by half.",
    authors=("Mara Lindqvist", "Tomás Ortega", "Wei Zhang", "Ife Adeyemi", "Jun Sato"),
    num_authors=5,
    published=date(2026, 11, 18),
    url="https://arxiv.org/abs/2611.01234",
    arxiv_id="2611.01234",
    code_url="https://github.com/example/turning",
    upvotes=48,
    num_comments=3,
    organisation="Polar Institute",
)
FRAMES = Paper(
    id="p2",
    title="Frames for Free: Averaging over $SO(3)$ in $10^{3}$ Steps",
    abstract="Averaging over \\emph{all} rotations costs too much. We average over a few well chosen ones,"
    " and show that the error falls with $n^{-2}$.",
    num_authors=2,
    published=date(2026, 11, 17),
    upvotes=0,
)
SPHERES = Paper(id="p3", title="Convolutions on Spheres, Revisited", arxiv_id="2610.00077", num_comments=1)
SMALL = Paper(
    id="p4",
    title="A Small Model Taught by Many",
    summary="Five teachers that disagree make a better pupil than one that is sure.",
    authors=("Priya Nair", "Olu Bello"),
    published=date(2026, 11, 19),
    url="https://huggingface.co/papers/2611.04321",
    upvotes=112,
    num_comments=9,
)
QUIET = Paper(id="p5", title="How Quiet Can a Pupil Be? Distillation at 4 Bits", code_url="https://gitlab.com/e/quiet")

ORDINARY = Digest(
    "ada",
    DAY,
    (
        Section(
            "Equivariant networks",
            (
                _pick(
                    LIE,
                    0.94,
                    "Equivariant networks",
                    Reason("keywords", ("rotation", "equivariant")),
                    Reason("like", ("Lie Group Decompositions for Equivariant Neural Networks",)),
                ),
                _pick(FRAMES, 0.83, "Equivariant networks", Reason("words", ("rotations", "averaging"))),
                _pick(SPHERES, 0.71, "Equivariant networks", Reason("like", ("Spherical CNNs",))),
            ),
        ),
        Section(
            "Small language models",
            (
                Pick(
                    Change(SMALL, "updated", "surge", ("upvotes",)),
                    0.9,
                    "Small language models",
                    (Reason("author", ("Priya Nair",)), Reason("popular", ("112 upvotes",))),
                ),
                _pick(QUIET, 0.6, "Small language models", Reason("keywords", ("distillation",))),
            ),
        ),
    ),
    also=(
        _pick(Paper(id="p6", title="Pruning Before Breakfast", url="https://openreview.net/forum?id=a1&x=2"), 0.55, ""),
        _pick(Paper(id="p7", title="Gauge Fields for Everyone"), 0.53, ""),
    ),
    considered=146,
    left_out=139,
)

LONG_TITLE = "On the Unreasonable Length of Titles in Modern Machine Learning: " + "A Survey of Surveys, " * 12
HOSTILE_PAPERS = (
    Paper(
        id="h1",
        title="<script>alert('pwned')</script> <img src=x onerror=alert(1)> & \"quotes\"",
        abstract="</td></table><h1>Mine now</h1> & <a href='https://evil.example'>click</a>",
        authors=("<b>Bold</b> & Sons", 'Quote" onmouseover="x'),
        url="javascript:alert(1)",
        code_url="data:text/html;base64,PHNjcmlwdD4=",
    ),
    Paper(id="h2", title=LONG_TITLE.strip(), url="https://arxiv.org/abs/2611.09999"),
    Paper(
        id="h3",
        title="\\textbf{Bold} $\\alpha$-R\\'enyi, 50% of $5 & 100\\% of ~13 file_names",
        abstract="Unclosed {brace, $x^{2, \\frac{1}{, \\undefined{kept} and C# at AT&T; see https://example.org/a_b~c.",
        url='https://example.org/path?q=<x>&y="1"|2',
    ),
    Paper(id="h4", title="<!channel> <@U123> <https://evil.example|click> *bold* _it_ ~no~ `code` :tada: > quote"),
    Paper(
        id="h5",
        title="مقدمة في الشبكات العصبية",
        abstract="\u202eevil\u202c ملخص قصير بالعربية.",
        authors=("ليلى حداد",),
        num_authors=1,
    ),
    Paper(
        id="h6",
        title="Emoji 👩🏽‍🚀🇩🇪 und Zeichen\x00\u2028\ud800 =?utf-8?q?Bcc:_x@y?=\r\nBcc: z@y",
        abstract=None,
        url="https://user:secret@example.org/",
    ),
    Paper(id="h7", title="深度学习中的旋转不变性" * 4, abstract="我们提出一种方法。" * 60, url="https://例え.jp/論文"),
    Paper(id="h8", title=""),
)
HOSTILE = Digest(
    "ada",
    DAY,
    (
        Section(
            "<i>Interest</i> & *co*",
            tuple(
                _pick(paper, 0.9, "<i>Interest</i> & *co*", Reason("words", ("<u>word</u>", "a&b", "`x`")))
                for paper in HOSTILE_PAPERS
            ),
        ),
    ),
    also=tuple(_pick(paper, 0.5, "") for paper in HOSTILE_PAPERS[:4]),
    considered=20,
    left_out=8,
    notes=("A note with <b>tags</b> & *stars*.",),
)
SMALL_DAY = Digest("ada", DAY, (ORDINARY.sections[0],), considered=3)
QUIET_DAY = Digest("ada", DAY, considered=12, left_out=12)

GOLDEN = {"ordinary": ORDINARY, "hostile": HOSTILE, "small": SMALL_DAY, "quiet": QUIET_DAY}
