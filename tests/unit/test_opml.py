"""Feeds out of OPML files."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest import config
from digest.errors import ConfigError

OPML = """<?xml version="1.0"?>
<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="Physics"><outline text="Deep">
  <outline type="rss" title="One &amp; all" text="x" xmlUrl="https://one.example/feed.xml"/>
</outline></outline>
<OUTLINE TEXT="Two" XMLURL=" https://two.example/feed.xml "/>
<outline text="Again" xmlUrl="https://one.example/feed.xml"/>
<outline text="Two" xmlUrl="https://two.example/other.xml"/>
<outline xmlUrl="https://three.example/feed.xml"/>
<outline text="Odd" xmlUrl="file:///etc/passwd"/>
<outline text="Own" xmlUrl="https://own.example/feed.xml"/>
</body></opml>
"""
MAIN = """
[[sources]]
kind = "feed"
name = "mine"
url = "https://own.example/feed.xml"
[[sources]]
kind = "opml"
path = "feeds.opml"
interval = 90
"""


@pytest.fixture
def load(tmp_path: Path):
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "ada.toml").write_text('deliver = ["folder:ada"]')

    def loaded(text: str | bytes | None, main: str = MAIN):
        (tmp_path / "digest.toml").write_text(main)
        if text is not None:
            (tmp_path / "feeds.opml").write_bytes(text.encode() if isinstance(text, str) else text)
        return config.load(tmp_path, {}, cwd=tmp_path, data_dir=tmp_path)

    return loaded


def test_each_feed_however_deep_is_a_source_once(load):
    settings = load(OPML)
    assert [(one.kind, one.name, one.url, one.interval) for one in settings.sources] == [
        ("feed", "mine", "https://own.example/feed.xml", 1800.0),
        ("feed", "One & all", "https://one.example/feed.xml", 5400.0),
        ("feed", "Two", "https://two.example/feed.xml", 5400.0),
        ("feed", "Two 2", "https://two.example/other.xml", 5400.0),
        ("feed", "three.example", "https://three.example/feed.xml", 5400.0),
    ]
    (warning,) = settings.warnings
    assert warning.why.endswith("feeds.opml:10: the feed Odd is not a web address: not used")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "No such file"),
        ("", "feeds.opml:1 is not XML: no element found"),
        ("<opml><body>", "feeds.opml:1 is not XML: no element found"),
        ("<html></html>", "is not OPML: it begins with <html>"),
        ("<opml><body/></opml>", "names no feed"),
        ('<!DOCTYPE o [<!ENTITY a "aaaa">]><opml><outline xmlUrl="&a;"/></opml>', "declares entities of its own"),
        ('<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml>&a;</opml>', "declares entities of its own"),
        (b"\xff\xfe\x00", "is not XML"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_fault_where_it_is_named(load, text, said):
    with pytest.raises(ConfigError) as caught:
        load(text)
    (line,) = str(caught.value).splitlines()
    assert line.startswith("digest.toml:8: sources[1].path: ")
    assert said in line


def test_keys_of_other_kinds_are_refused(load):
    with pytest.raises(ConfigError, match='is not for kind "opml"'):
        load(OPML, MAIN + 'url = "https://x.example/"\n')
    with pytest.raises(ConfigError, match="path: is missing"):
        load(OPML, '[[sources]]\nkind = "opml"\n')


def test_ten_thousand_nested_outlines_are_no_trouble(load):
    deep = "<outline>" * 10_000 + '<outline xmlUrl="https://one.example/"/>' + "</outline>" * 10_000
    assert len(load(f"<opml>{deep}</opml>").sources) == 2
