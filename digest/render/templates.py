"""The templates: found in the user's folder before ours, run in a sandbox, their errors named by file and line."""

from __future__ import annotations

import traceback
from collections.abc import Hashable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.sandbox import SandboxedEnvironment

from digest.errors import Fault, TemplateFault
from digest.packaged import packaged
from digest.render import plain, slack
from digest.render.addresses import Link
from digest.render.shown import Button, Buttons, PaperView, PastView, PickView, SectionView, View

HTML = "email/digest.html"
TEXT = "email/digest.txt"
SLACK = "slack/digest.json"
LETTER = ("email/letter.html", "email/letter.txt")
PROMPT = "summary/prompt.txt"
ALL = (HTML, TEXT, SLACK)
MOST_KEPT = 8192
"""Pieces of pages; more than a day of 2,000 papers has."""

_OURS = frozenset({View, SectionView, PickView, PaperView, PastView, Link, Button, Buttons, TemplateModule})


class _Sandbox(SandboxedEnvironment):
    """Jinja's sandbox, quicker where it is asked most: for public fields of our own frozen values.

    The general check costs a microsecond, and a page asks for about 900 attributes.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) in _OURS and not attribute.startswith("_"):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


class Templates:
    """Jinja templates of *folders*, the first that has a template wins, ours come last.

    The sandbox keeps a template from Python's insides and from huge ranges; it does not limit time
    or memory, since templates belong to the operator (FAULTS 70).
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(dict.fromkeys([*folders, packaged("templates")]))
        self._environment = _Sandbox(
            loader=FileSystemLoader(self.folders),
            undefined=StrictUndefined,
            autoescape=lambda name: bool(name and name.endswith(".html")),
            trim_blocks=True,
            lstrip_blocks=False,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._environment.filters |= {
            "wrap": plain.wrap,
            "underlined": plain.underlined,
            "mrkdwn": slack.mrkdwn,
            "link": slack.link,
            "once": self._once,  # a filter, since a sandboxed call costs as much as what it saves
        }
        self._kept: dict[Hashable, str] = {}

    def render(self, name: str, page: object) -> str:
        """*page* through the template *name*. Raises TemplateFault for whatever goes wrong in it."""
        try:
            return self._environment.get_template(name).render(page=page)
        except Exception as error:
            raise self.fault(name, error) from error

    @pass_context
    def _once(self, context: Context, macro: Macro, *arguments: Hashable) -> str:
        """What *macro* of this template makes of *arguments*: written once, whoever the reader is."""
        if type(macro) is not Macro:
            raise TemplateError("…|once(…) takes a macro and what it is called with")
        key = (context.name, macro.name, arguments)
        made = self._kept.get(key)
        if made is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            made = self._kept[key] = macro(*arguments)
        return made

    def prompt(self, title: str, abstract: str) -> str:
        """What a model is told of a paper. Raises TemplateFault for whatever goes wrong in the template."""
        try:
            return self._environment.get_template(PROMPT).render(title=title, abstract=abstract)
        except Exception as error:
            raise self.fault(PROMPT, error) from error

    def warm(self, folder: str) -> None:
        """Compile the pages of *folder* now, so that no reader waits for it; a fault shows where the page is made."""
        for name in self._environment.list_templates(["html"]):
            if name.startswith(f"{folder}/"):
                with suppress(TemplateFault):
                    self.parse(name)

    def parse(self, name: str) -> None:
        """Compile the template *name*. Raises TemplateFault."""
        try:
            self._environment.get_template(name)
        except Exception as error:
            raise self.fault(name, error) from error

    def near_misses(self) -> list[Fault]:
        """Files of the user's folders that replace nothing but are called almost like a template."""
        ours = packaged("templates")
        known = [path.relative_to(ours).as_posix() for path in sorted(ours.rglob("*")) if path.is_file()]
        faults = []
        for folder in self.folders:
            for path in sorted(folder.rglob("*")) if folder != ours else ():
                name = path.relative_to(folder).as_posix()
                meant = get_close_matches(name, known, 1, 0.8) if path.is_file() and name not in known else ()
                faults += [Fault(str(path), "replaces no template", f"did you mean {other}?") for other in meant]
        return faults

    def fault(self, name: str, error: Exception) -> TemplateFault:
        """Say where *error* arose while the template *name* ran: "…/digest.html:12: 'papr' is undefined"."""
        where = self._line(error) or self._path(name)
        if isinstance(error, TemplateNotFound):
            return TemplateFault(where, f"there is no template {error.name!r}")
        kind = "" if isinstance(error, TemplateError) else f"{type(error).__name__}: "
        return TemplateFault(where, f"{kind}{error}".split("\n", 1)[0])

    def _line(self, error: Exception) -> str:
        """The innermost template line in *error*: Jinja rewrites its traceback to show those."""
        if isinstance(error, TemplateSyntaxError):
            return f"{error.filename or error.name}:{error.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if any(Path(frame.filename).is_relative_to(folder) for folder in self.folders):
                return f"{frame.filename}:{frame.lineno}"
        return ""

    def _path(self, name: str) -> str:
        """The file that *name* is taken from."""
        return next((str(folder / name) for folder in self.folders if (folder / name).is_file()), name)
