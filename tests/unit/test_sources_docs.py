"""What docs/sources.md says of adding a source is true: its example is run."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from digest import sources
from digest.model import Looked, RawDump, SourceSettings
from digest.sources.web import Web
from tests.sited import Naps, a_site

DOCS = Path(__file__).parents[2] / "docs" / "sources.md"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_the_source_of_the_documentation_works_and_has_thirty_lines_at_most():
    code = DOCS.read_text().partition("## Add a source")[2].partition("```python\n")[2].partition("```")[0]
    assert len(code.splitlines()) <= 30
    rows = [{"title": "On counting", "summary": "We count. " * 20, "id": "2611.00001"}]
    with a_site({"/api/new": json.dumps(rows).encode()}) as site:
        room: dict = {}
        exec(code.replace("https://example.org", site.url), room)  # noqa: S102 our own documentation
        settings = SourceSettings("feed", "example", allow_private=True)
        source = room["Example"](settings, Web(sleep=Naps()), max_bytes=2**20)
        dump, asked = source.dumps(NOW, {})
        assert isinstance(dump, RawDump)
        assert isinstance(asked, Looked)
        assert [paper.title for paper in sources.read(dump, NOW).papers] == ["On counting"]
        again = list(source.dumps(NOW, {dump.where: dump.stamp}))
        assert site.asked[-1].status == 304
        assert not any(isinstance(one, RawDump) for one in again)
