"""The documents as a reader meets them: their blocks of code, in order, each with its file and line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_FENCE = re.compile(r"^( *)```(\w*)\s*$")
_INDENTED = re.compile(r"^    (?=\S)")
_INLINE = re.compile(r"`(digest [^`]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code; *kind* is the word behind the fence, and "sh" for one that is only indented."""

    document: str
    line: int
    kind: str
    text: str

    @property
    def name(self) -> str:
        """How a test calls it."""
        return f"{self.document}:{self.line}"

    @property
    def first(self) -> str:
        """Its first line."""
        return self.text.strip().partition("\n")[0]

    @property
    def commands(self) -> str:
        """The lines that a shell takes."""
        if self.kind != "console":
            return self.text
        return "\n".join(command for command, _ in transcript(self.text))


def blocks() -> list[Block]:
    """Every block of every document."""
    return [block for path in DOCUMENTS for block in _blocks(path)]


def _blocks(path: Path) -> Iterator[Block]:
    name, lines = str(path.relative_to(ROOT)), path.read_text().splitlines()
    at = 0
    while at < len(lines):
        if fence := _FENCE.match(lines[at]):
            end = next(n for n in range(at + 1, len(lines)) if lines[n].strip() == "```")
            text = "\n".join(line.removeprefix(fence[1]) for line in lines[at + 1 : end])
            yield Block(name, at + 1, fence[2], text + "\n")
            at = end + 1
        elif _INDENTED.match(lines[at]) and not lines[at - 1].strip() and not _in_list(lines, at):
            end = next((n for n in range(at, len(lines)) if not lines[n].startswith("    ")), len(lines))
            yield Block(name, at + 1, "sh", "\n".join(line[4:] for line in lines[at:end]) + "\n")
            at = end
        else:
            at += 1


def _in_list(lines: Sequence[str], at: int) -> bool:
    before = next((line for line in reversed(lines[:at]) if line.strip() and not line.startswith("  ")), "")
    return bool(re.match(r"[-*] |\d+\. ", before))


def transcript(text: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what it is said to print."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", "")
        elif found:
            found[-1] = (found[-1][0], found[-1][1] + line + "\n")
    return found


def pattern(said: str) -> str:
    """A regular expression for what is *said* to be printed: "…" stands for any text, alone on a line for any lines."""
    lines = [r"(?:.*\n)*?" if line.strip() == "…" else _line(line) for line in said.splitlines()]
    return "".join(lines) + r"\Z"


def _line(line: str) -> str:
    return ".*?".join(re.escape(part.rstrip()) for part in line.split("…")) + r" *\n"


def invocations(block: Block | None = None) -> Iterator[tuple[str, str]]:
    """Every call of `digest` in *block*, or else in the running text of all documents; with its place."""
    if block is not None:
        for line in re.sub(r"\\\n\s*", " ", block.commands).splitlines():
            for part in re.split(r"&&|\|\||[|;]|\$\(", line.partition(" #")[0]):
                if found := re.search(r"(?:^|[\s/])digest (.*)", part.strip()):
                    yield block.name, found[1]
        return
    for path in DOCUMENTS:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for found in _INLINE.finditer(line):
                yield f"{path.relative_to(ROOT)}:{number}", found[1].removeprefix("digest ").replace("\\|", "|")


def wrong_with(words: str, app: Any) -> str:
    """What no `digest` understands in the *words* after its name, "" when all of it is known."""
    clean = re.sub(r"[\[\]…]", " ", re.split(r"[<>)]|, ", words)[0])
    try:
        given = shlex.split(clean)
    except ValueError:
        given = clean.split()
    command, depth = app, 0
    while (inner := getattr(command, "commands", None)) and depth < len(given):
        found = [inner.get(name) for name in given[depth].split("|")]
        if not all(found):
            return (
                ""
                if depth == 0 and given[0].startswith("-")
                else f"there is no `digest {' '.join(given[: depth + 1])}`"
            )
        command, depth = found[0] or command, depth + 1
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    strange = [word for word in given[depth:] if re.match(r"--?[a-z]", word) and word.split("=")[0] not in known]
    return f"`digest {' '.join(given[:depth])}` has no {strange[0]}" if strange else ""
