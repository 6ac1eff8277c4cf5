"""The one or two sentences of an abstract that say what a paper brings; nothing is written that it does not say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.text import clean, shorten

MAX_SUMMARY = 300
MAX_READ = 6_000
"""Characters of an abstract that are looked at: no abstract has more, and no input may cost much time."""
MAX_SENTENCES = 40
LEAST = 25
"""Characters from which words between two full stops are a sentence."""

# ---------------------------------------------------------------- sentences

_END = re.compile(
    r"[.!?]{1,3}[\"'”’)\]]{0,3} (?=[\"“‘'(\[]*[A-Z0-9$\\τ-ωΑ-Ω])"
    r"|[。！？](?=.)|(?<=[a-z)]{2})\.(?=(?:We|Our|The|In|To|This|These|However|It|Experiments|Code)\b[ ,])"
)
_SHORT = re.compile(
    r"(?:\b(?:e\.?g|i\.?e|et al|al|cf|vs|resp|approx|ca|viz|w\.r\.t|i\.i\.d|a\.k\.a|[Ff]igs?|[Ee]qs?|[Ss]ecs?|[Tt]abs?"
    r"|[Rr]efs?|[Cc]h|[Vv]ol|No|Nos|pp|Dr|Prof|Mr|Mrs|Ms|St|Inc|Ltd|Jr|Sr|U\.S|Thm|Lem|Prop|Def|Cor|Alg|App)"
    r"|(?:^|[\s(])[A-Z])\.$"
)


def sentences(text: str) -> list[str]:
    """Split *text*, one line, into sentences; abbreviations, initials, decimals and LaTeX do not end one."""
    found, start = [], 0
    for end in _END.finditer(text):
        head = text[start : end.end()].rstrip()
        if _SHORT.search(head[-12:]) or _is_open(head):
            continue
        found.append(head)
        start = end.end()
    found.append(text[start:].strip())
    return [one for one in found if one]


def _is_open(head: str) -> bool:
    """Whether *head* ends inside a formula or a parenthesis, so that no sentence can end there."""
    return head.count("$") % 2 == 1 or head.rfind(")") < head.rfind("(") > len(head) - 120


# ---------------------------------------------------------------- what a sentence is worth

_OFFER = (
    r"propose|present|introduce|develop|describe|design|devise|formulate|build|construct|release|contribute"
    r"|create|report"
    r"|establish|unveil|offer|provide|launch|curate|open-source"
)
_FINDING = (
    r"show|find|demonstrate|prove|study|investigate|explore|analy[sz]e|examine|evaluate|reveal|discover|observe|argue"
    r"|derive|identify|conduct|address|train|collect|adapt|extend|reformulate|revisit|rethink|aim|characteri[sz]e"
    r"|leverage|use|test|ask|compare|benchmark|survey"
)
_ADVERBS = r"(?:\w+ly |also |then |first |here |further |thus |therefore |hence )*"
_WE_OFFER = re.compile(rf"\b[Ww]e {_ADVERBS}(?:{_OFFER})\b")
_WE_FIND = re.compile(rf"\b[Ww]e {_ADVERBS}(?:{_FINDING})\b")
_THIS_OFFERS = re.compile(
    r"\b(?:[Tt]his|[Oo]ur) (?:\w+ )?(?:paper|work|study|research|article|report|survey|review|thesis|letter"
    r"|position paper)"
    rf" {_ADVERBS}(?:{_OFFER}|{_FINDING})(?:e?s|ies)?\b"
)
_PASSIVE = re.compile(r"\b(?:is|are) (?:proposed|introduced|presented|developed)\b")
_THE_KEY = re.compile(r"(?:key|core|main|central) (?:idea|insight|finding|contribution|observation|result)")
_NAMED = re.compile(
    r", (?:a|an|the first|the) (?:\w+[ -]){0,4}?(?:new|novel|first|simple|unified|large|open|efficient|\w+-\w+)\b"
)
_RESULT = re.compile(
    r"(?:outperform|surpass|improv|achiev|exceed|reduc|yield|deliver|attain|gain|boost|faster|speed|match|reach"
    r"|cut|lower"
    r"|beat|rank|increas|accelerat|sav)",
)
_FIGURE = re.compile(
    r"\d(?:[\d.,]*\d)?\s?(?:\\?%|×|x\b|X\b|times\b|\\times|\$?\\times|percent|points?\b|pp\b|BLEU|FPS|fps)"
    r"|\b\d+[.,]\d+\b"
)
_BEST = re.compile(r"state[- ]of[- ]the[- ]art|\bSOTA\b|\bfirst\b|\bnovel\b")
_OPENS = re.compile(
    r"recent(?:ly)?\b|in recent|the (?:recent|rapid|rise|proliferation|advent|emergence|growing|increasing)\b"
    r"|over the (?:past|last)|with the"
    r"|as (?!a result)|while|although|though|despite|existing|current(?:ly)?|traditional(?:ly)?|conventional"
    r"|previous|prior|most |many "
    r"|much |several |understanding|since|given the|due to|large language models \(llms\) (?:have|are|can)|humans?\b"
)
_BACKGROUND = re.compile(
    r" ha(?:ve|s) (?:recently |also |long |become|emerged|shown|demonstrated|achieved|been|made|led|gained"
    r"|attracted|revolutionized)"
    r"| (?:remain|is|are|pose)s? (?:\w+ )?(?:challeng|crucial|essential|critical|important|difficult|unclear"
    r"|limited|underexplored"
    r"|unexplored|a (?:\w+ )?(?:challenge|problem|task|bottleneck)|an open)"
    r"| recent (?:stud|work|method|advance|approach)| (?:often|typically|usually|commonly|rarely|struggles?"
    r"|lack(?:s|ing)?|fails? to)\b| suffer| prohibitive"
)
_MERE = re.compile(
    r"\b(?:code|dataset|data|model|weight|checkpoint|project|demo|website|video|implementation|resource"
    r"|repository|toolkit)"
    r"[^.]{0,80}\b(?:available|released|found at|open[- ]?sourced?|public|visit|accessible)|https?://|github\."
)
_HOPE = re.compile(
    r"\bwe (?:hope|believe)\b|\bpaves?\b|future (?:work|research)|first step|such an? |we conclude|shed light"
    r"|highlighting the|underscor|serve as a|broader|potential\b"
)
_LEANS = re.compile(
    r"^\(?(?:\d|i{1,3}|[a-e])[).]|^(?:It|Its|They|Their|Them|These|Those|Such|That|Both|This(?! (?:\w+ )?(?:paper"
    r"|work|study|research|article|report|survey|review|thesis|letter))"
    r"|The (?:former|latter|resulting|proposed)|Here,? the|One|Another|Each|Second|Third|Then|Next|Finally|Lastly"
    r"|Instead|Otherwise"
    r"|First|Firstly|Secondly|Thirdly|At (?:its|the) (?:core|heart)|In (?:contrast|turn)|As (?:a result|such)"
    r"|With (?:this|these))\b"
)
_CONTRAST = re.compile(
    r"^(?:However|Yet|But|Nevertheless|Nonetheless|Unfortunately|On the other hand|Still|Conversely)\b"
)
_JOINT = re.compile(
    r"^(?:(?:To|For) (?:this|that|these) (?:end|aim|purpose|ends|reason|goal)s?"
    r"|(?:To|In order to|Aiming to|By) (?:\w+ly )?(?:address|tackle|overcome|solve|bridge|fill|mitigate|resolve"
    r"|remedy|alleviate|counter|close|handle"
    r"|investigate|answer|meet|combat|achieve|study|explore|do|facilitate)(?:ing)?(?: \w+){0,2}? (?:this|these|it"
    r"|that|those|so|them|such)\b[^,.]{0,60}"
    r"|In (?:this|the present|our) (?:paper|work|study|research|article|report|survey|context|technical report"
    r"|letter|position paper)"
    r"|In (?:response|light of (?:this|these)[^,]{0,30})|Motivated by (?:this|these)[^,]{0,40}"
    r"|Inspired by (?:this|these)[^,]{0,40}"
    r"|Building (?:up)?on (?:this|these|that)[^,]{0,40}|Based on (?:this|these)[^,]{0,40}|With (?:this"
    r"|these)[^,]{0,30}"
    r"|Specifically|Concretely|More specifically|In particular|More precisely|Moreover|Furthermore|Additionally"
    r"|In addition|Besides|Also|Therefore|Thus|Hence"
    r"|Consequently|Accordingly|Here|Notably|Importantly|Overall|In summary|To summarize|In brief|In short"
    r"|Crucially|Remarkably"
    r"|In conclusion|Empirically|As a result|For the first time, in this paper),? +"
    r"(?=(?:we|our|this|the|a|an|it|[A-Z$])[\w'’-]*\s)"
)
_POINTS_BACK = re.compile(
    r" (?:this|the|these|that|such) (?:gap|issue|limitation|problem|challenge|obstacle|setting)s?\b"
    r"|\bin such (?:[\w-]+,? ){1,2}(?:setting|task|case|scenario|environment|domain)s?\b"
    r"|^To \w+ (?:this|it),"
    r"|\b[Ww]e (?:then|also|further|additionally|finally|next)\b|\bAs a (?:final|further|second)\b"
)
_MARKER = re.compile(r"^\(?(?:\d|i{1,3}|[a-e])\) (?=[A-Z])")
_THEN = re.compile(r"^(We) (?:then|also|further|additionally|finally|next)(?= [a-z])")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{3,}")
_NAME_IN_TITLE = re.compile(r"^([\w.+*-]{2,30}(?: [\w.+*-]{1,20})?):")


@dataclass(slots=True)
class _Sentence:
    place: int
    text: str
    worth: float
    leans: bool
    offers: bool
    result: bool
    idle: bool


def summarise(abstract: str, title: str = "", limit: int = MAX_SUMMARY) -> str:
    """Return the one or two sentences of *abstract* that state its contribution, in its own words and order.

    At most *limit* characters; only a single sentence longer than that is cut, at a clause or a word, and ends
    in "…". Joints to a sentence before it ("To this end,") are left out. "" for an empty abstract; one that
    takes at most half of the room comes back whole.
    """
    text = " ".join(abstract[:MAX_READ].split())
    if len(text) <= limit // 2:
        return text
    judged = _judged(text, title)
    if not judged:
        return shorten(text, limit)
    best = max(judged, key=lambda one: one.worth)
    if len(best.text) > limit:
        return _cut(_alone(best.text), limit)
    other = _companion(best, judged, limit)
    pair = sorted((best, other), key=lambda one: one.place) if other else [best]
    return " ".join([_alone(pair[0].text), *(_MARKER.sub("", one.text) for one in pair[1:])])


def _alone(text: str) -> str:
    """*text* as it reads where nothing stands before it: "(1) We then show" is "We show"."""
    return _THEN.sub(r"\1", _MARKER.sub("", text))


# ---------------------------------------------------------------- what others say

_LINKED = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<[^<>]{0,200}>")
_MARKS = re.compile(r"\*\*|__|`+|^\s*(?:[#>*-]+|\d+[.)])\s+", re.MULTILINE)
_HEADING = re.compile(
    r"^\W*(?:here(?:'s| is)[^:]{0,60}|(?:a |the )?(?:short |one-sentence )?summary[^:]{0,20}|tl;?dr)\s*:\s*", re.I
)
_LINK = re.compile(
    r"\w{2,}://|\bwww\.|\bmailto:|\b[\w-]{2,}(?:\.[\w-]{2,})*\.(?:com|org|net|io|ai|dev|co|edu|gov)\b|@\w+\.", re.I
)


def short_answer(answer: str, limit: int = MAX_SUMMARY) -> str:
    """Return the first one or two sentences of a model's *answer* as plain text of at most *limit* characters.

    Mark-up and headings go, a sentence with anything like a link goes as a whole; "" where nothing usable is left.
    """
    plain = _MARKS.sub("", _LINKED.sub(lambda found: found[1] or "", answer[:MAX_READ]))
    plain = _HEADING.sub("", clean(plain)).strip("\"“”' ")
    said = [one for one in sentences(plain) if not _LINK.search(one)][:2]
    if len(said) == 2 and len(" ".join(said)) > limit:
        said = said[:1]
    text = " ".join(said)
    return shorten(text, limit) if len(text) >= LEAST else ""


def _judged(text: str, title: str) -> list[_Sentence]:
    found = [one for one in sentences(text)[:MAX_SENTENCES] if len(one) >= LEAST]
    wanted = frozenset(word[:6].casefold() for word in _WORD.findall(title))
    name = _NAME_IN_TITLE.match(title)
    judged = [_judge(one, place, wanted, name[1] if name else "") for place, one in enumerate(found)]
    first = next((one for one in judged if one.offers), None)
    if first is not None:
        first.worth += 0.7
    return judged


def _judge(sentence: str, place: int, wanted: frozenset[str], name: str) -> _Sentence:
    text = _JOINT.sub("", sentence)
    text = text[:1].upper() + text[1:] if text != sentence else sentence
    offers = bool(_WE_OFFER.search(text) or _THIS_OFFERS.search(text))
    finds = not offers and bool(_WE_FIND.search(text) or _PASSIVE.search(text))
    result = bool(_RESULT.search(text) and _FIGURE.search(text))
    leans = bool(_LEANS.match(text) or _CONTRAST.match(text))
    low = text.lower()
    background = not offers and bool(_OPENS.match(low) or _BACKGROUND.search(low))
    mere, hope = bool(_MERE.search(low)), bool(_HOPE.search(low))
    worth = 3.0 * offers + 1.5 * finds + 1.2 * result
    worth += _likeness(text, wanted) + 1.2 * bool(name and name in text)
    worth += 0.8 * bool(_NAMED.search(text)) + 0.4 * bool(_BEST.search(text)) + 0.4 * bool(_THE_KEY.search(text))
    worth -= 1.6 * background + 1.2 * leans + 3.0 * mere + 1.2 * hope
    worth -= 0.8 * bool(_POINTS_BACK.search(text)) + _misfit(len(text))
    return _Sentence(place, text, worth, leans, offers, result, background or mere or hope)


def _likeness(text: str, wanted: frozenset[str]) -> float:
    """How much of the title's words a sentence holds, from 0 to 2."""
    if not wanted:
        return 0.0
    return 2.0 * len(wanted & {word[:6].casefold() for word in _WORD.findall(text)}) / len(wanted)


def _misfit(length: int) -> float:
    """What a sentence loses for telling too little, or for leaving no room."""
    return 0.5 * (length < 60) + (1.5 + (length - MAX_SUMMARY) / 150 if length > MAX_SUMMARY else 0.0)


def _companion(best: _Sentence, judged: list[_Sentence], limit: int) -> _Sentence | None:
    """The sentence that tells most beside *best* and fits: a result for a contribution, a contribution for a result."""
    fitting = []
    for one in judged:
        if one is best or one.idle or len(one.text) + 1 + len(best.text) > limit:
            continue
        worth = one.worth + 1.2 * (one.leans and one.place == best.place + 1)
        worth += 0.8 * (one.result and not best.result) + 0.5 * (one.place == best.place + 1)
        fitting.append((worth, -one.place, one))
    good = [found for found in fitting if found[0] >= 0.8 and not _leans_on_nothing(found[2], best)]
    return max(good, key=lambda found: found[:2])[2] if good else None


def _leans_on_nothing(one: _Sentence, best: _Sentence) -> bool:
    return one.leans and one.place != best.place + 1


_CLAUSE = re.compile(
    r"(?:;|,? which|,? where(?:by|in)?|, (?:while|enabling|allowing|thereby|leading|resulting|with|and|achieving"
    r"|making)|: | \(\d\)|—| – )\b"
)


def _cut(text: str, limit: int) -> str:
    """*text* ended by "…" where a clause ends, if that keeps half of the room, else at a word."""
    ends = [found.start() for found in _CLAUSE.finditer(text, 0, limit - 1)]
    if ends and ends[-1] >= limit * 0.6:
        return text[: ends[-1]].rstrip(" ,;:–—-") + "…"
    return shorten(text, limit)
