"""How well the article of an HTML page is found: Cleancopy beside trafilatura, if that is installed.

    python benchmarks/pages.py [FOLDER] [--floors]

FOLDER has `html.jsonl.xz` (one record a line: source, type, lang, html, and gold, the article's text) and
`snippets.jsonl.xz` (html, lang, with and without: pieces of text that belong to the article, and that do not). Without
it, $CLEANCOPY_PAGES_DATA is read, or the shared development data beside the project; without those nothing is measured.

F1, precision and recall are over sequences of four words, the means over pages. Snippets are looked for as they are, so
quotation marks are kept for them. The speed is that of everything `clean` does, in one process. With --floors the
exit status is 1 if a figure is worse than its floor.
"""

import argparse
import json
import lzma
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from cleaners import Document, Knowledge, clean

PROJECT = Path(__file__).parent.parent
SHARED = PROJECT.parent / "shared" / "bench" / "dev"
LEAST = {
    "news": 0.951,
    "blog": 0.955,
    "news recall": 0.975,
    "blog recall": 0.965,
    "snippets": 0.958,
    "pages a second": 15.0,
    "times trafilatura's speed": 1.5,
}

Record = dict[str, Any]
Extract = Callable[[str], str]


def main() -> int:
    """Print the tables; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("CLEANCOPY_PAGES_DATA"))
    parser.add_argument("--floors", action="store_true")
    arguments = parser.parse_args()
    folder = Path(arguments.folder or SHARED)
    if not folder.exists():
        print("No development data here: nothing is measured.")
        return 0
    pages, snippets = read(folder / "html.jsonl.xz"), read(folder / "snippets.jsonl.xz")
    knowledge, keeping = Knowledge(), Knowledge(quotes="keep")
    figures = measure(
        "Cleancopy",
        lambda html: clean(html, knowledge, html=True).text,
        lambda html: clean(Document(html), keeping, html=True).text,
        pages,
        snippets,
    )
    if theirs := trafilatura():
        rate = measure("trafilatura", theirs, theirs, pages, snippets)["pages a second"]
        figures["times trafilatura's speed"] = figures["pages a second"] / rate
    worse = [f"{name} ({figures[name]:.3f})" for name in LEAST if name in figures and figures[name] < LEAST[name]]
    if arguments.floors and worse:
        print("worse than the floor:", ", ".join(worse))
        return 1
    return 0


def read(path: Path) -> list[Record]:
    """The records of a packed file."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def trafilatura() -> Extract | None:
    """Its extraction without comments, or None if it is not installed."""
    try:
        from trafilatura import extract
    except ImportError:
        return None
    return lambda html: extract(html, include_comments=False, deduplicate=False) or ""


def measure(
    name: str, extract: Extract, verbatim: Extract, pages: Sequence[Record], snippets: Sequence[Record]
) -> dict[str, float]:
    """Print one system's figures and return those that have a floor."""
    for record in pages:  # the rule book's prefilter and the like are made once
        extract(record["html"])
    started = time.perf_counter()
    texts = [extract(record["html"]) for record in snippets]
    figures = {"pages a second": len(texts) / (time.perf_counter() - started)}
    print(f"{name}: {figures['pages a second']:.0f} pages a second")
    groups: defaultdict[str, list[tuple[float | None, float | None]]] = defaultdict(list)
    for record in pages:
        shares = overlap(record["gold"], extract(record["html"]))
        for group in groups_of(record):
            groups[group].append(shares)
    for group, shares in sorted(groups.items()):
        precision = mean([share for share, _ in shares if share is not None] or [0.0])
        recall = mean([share for _, share in shares if share is not None] or [0.0])
        figures |= {group: f1(precision, recall), f"{group} recall": recall}
        print(f"  {group:16} {len(shares):4} F1 {figures[group]:.3f}  precision {precision:.3f}  recall {recall:.3f}")
    figures["snippets"] = print_snippets([verbatim(record["html"]) for record in snippets], snippets)
    return figures


def groups_of(record: Record) -> Iterator[str]:
    """What a page counts under."""
    kind = "news" if record["type"] == "news" else "blog"
    yield kind
    yield f"{kind}/{'en' if record['lang'] == 'en' else 'other'}"
    yield record["source"]


def overlap(gold: str, text: str) -> tuple[float | None, float | None]:
    """Precision and recall, None where there is nothing to divide by."""
    wanted, found = sequences(gold), sequences(text)
    both = (wanted & found).total()
    return (both / found.total() if found else None), (both / wanted.total() if wanted else None)


def sequences(text: str) -> Counter[tuple[str, ...]]:
    """All sequences of four words."""
    words = re.findall(r"\w+", text)
    return Counter(words and [tuple(words[start : start + 4]) for start in range(max(1, len(words) - 3))])


def print_snippets(texts: Sequence[str], records: Sequence[Record]) -> float:
    """How many snippets are kept and left out; returns F1."""
    kept = [found for text, record in zip(texts, records, strict=True) for found in finds(text, record["with"])]
    left = [found for text, record in zip(texts, records, strict=True) for found in finds(text, record["without"])]
    result = f1(sum(kept) / max(1, sum(kept) + sum(left)), mean(kept))
    print(f"  snippets         {len(records):4} F1 {result:.3f}  kept {mean(kept):.3f}  left in {mean(left):.3f}")
    return result


def finds(text: str, snippets: Sequence[str]) -> Iterator[bool]:
    """For each snippet whether the text has it, however lines are broken."""
    flat = " ".join(text.split())
    return (" ".join(snippet.split()) in flat for snippet in snippets)


def f1(precision: float, recall: float) -> float:
    """Harmonic mean."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


if __name__ == "__main__":
    sys.exit(main())
