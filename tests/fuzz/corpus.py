"""What fuzzing begins with: our own made-up dumps in every layout, and the real ones where they lie beside us."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

from tests import layouts

SHARED = Path(__file__).resolve().parents[3] / "shared"
"""The data kept beside the project; not everywhere."""
MOST = 200_000
"""Bytes of a beginning; mutation makes it larger."""


def made_up() -> list[bytes]:
    """Every layout of tests/layouts.py, feeds, an answer of arXiv's API, archives, and rules for robots."""
    rows = layouts.some_rows(12)
    texts = [layout(rows) for layout in layouts.LAYOUTS] + [layout(rows) for layout in layouts.KNOWN.values()]
    found = [text.encode() for text in texts]
    found += [_atom(rows), _rdf(rows), b"User-agent: *\nDisallow: /x\nCrawl-delay: 5\n"]
    api = texts[list(layouts.KNOWN).index("api") + len(layouts.LAYOUTS)].encode()
    found += [gzip.compress(api, mtime=0), _zip(found[:5]), api.decode().encode("utf-16"), b"\xef\xbb\xbf" + api]
    return found


def real() -> list[bytes]:
    """Real dumps: captures, days of the API, seeds; nothing where there are none."""
    folders = [SHARED / name for name in ("captures", "hf_api", "seeds")]
    files = [file for folder in folders if folder.is_dir() for file in sorted(folder.iterdir())]
    return [file.read_bytes()[:MOST] for file in files if file.is_file() and not file.name.endswith(".truth.json")]


def _atom(rows: list[layouts.Row]) -> bytes:
    entries = "".join(
        f"<entry><id>oai:arXiv.org:{row['arxiv_id']}v2</id><title>{row['title'].replace('&', '&amp;')}</title>"
        f'<link href="http://arxiv.org/abs/{row["arxiv_id"]}v2"/><arxiv:announce_type>replace</arxiv:announce_type>'
        f"<summary>arXiv:{row['arxiv_id']}v2 Announce Type: replace\nAbstract: {json.dumps(row['abstract'])}</summary>"
        f"<published>{row['published']}T00:00:00Z</published><dc:creator>Ada, Alan</dc:creator></entry>"
        for row in rows
    )
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:dc="d" xmlns:arxiv="a"><title>x</title>'
        f"<opensearch:totalResults>12</opensearch:totalResults>{entries}</feed>"
    ).encode()


def _rdf(rows: list[layouts.Row]) -> bytes:
    items = "".join(
        f"<item><title>{row['title'].replace('&', '&amp;')}. (arXiv:{row['arxiv_id']}v1 [cs.LG])</title>"
        f"<description>&lt;p&gt;Words&lt;/p&gt;</description></item>"
        for row in rows
    )
    return f'<?xml version="1.0"?><rdf:RDF xmlns:rdf="r"><channel><title>x</title></channel>{items}</rdf:RDF>'.encode()


def _zip(contents: list[bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number}.txt", content)
    return file.getvalue()
