"""HTML of any page as lines of light Markdown, so that one reader serves both."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_TAGS = """address article aside blockquote body br button center dd details div dl dt fieldset figcaption figure
footer form h1 h2 h3 h4 h5 h6 header hr html label li main nav ol p pre section summary table tbody td th thead
time tr ul"""
_BLOCKS = frozenset(_TAGS.split())
_SILENT = frozenset(
    {"script", "style", "noscript", "template", "svg", "head", "img", "select", "option", "-comment", "_comment"}
)


def text_of(html: str) -> str:
    """The visible text of *html*, one block a line; headings behind #, links as [words](address)."""
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(html).body
    if root is None:
        return ""
    writer = _Writer()
    stack: list[tuple[LexborNode, bool]] = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag or ""
        if leaving:
            writer.leave(tag, (node.attributes.get("href") or "") if tag == "a" else "")
            continue
        if tag == "-text":
            writer.words(node.text_content or "")
            continue
        if tag in _SILENT or tag.startswith(("-", "_", "!")):
            continue
        writer.enter(tag)
        stack.append((node, True))
        child = node.last_child
        while child is not None:
            stack.append((child, False))
            child = child.prev
    return writer.text()


class _Writer:
    """Collects lines; a block begins a new one, a link is wrapped when it ends inside the line it began in."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.heading = ""
        self.link: int | None = None

    def words(self, text: str) -> None:
        if text and not text.isspace():
            self.line.append(" ".join(("x" + text + "x").split())[1:-1])
        elif self.line:
            self.line.append(" ")

    def enter(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.flush()
            if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
                self.heading = "#" * int(tag[1]) + " "
        elif tag == "a":
            self.link = len(self.line)

    def leave(self, tag: str, href: str) -> None:
        if tag == "a":
            start = self.link if self.link is not None and self.link <= len(self.line) else 0
            words = "".join(self.line[start:]).strip()
            del self.line[start:]
            if href and words:
                self.line.append(f"[{words.replace('](', '] (')}]({href.strip().replace(' ', '%20')})")
            elif words:
                self.line.append(words)
            self.link = None
        elif tag in _BLOCKS:
            self.flush()
            self.heading = ""

    def flush(self) -> None:
        text = "".join(self.line).strip()
        if text:
            self.lines.append(self.heading + text)
        self.line.clear()
        self.link = 0 if self.link is not None else None

    def text(self) -> str:
        self.flush()
        return "\n\n".join(self.lines)
