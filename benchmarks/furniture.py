"""How much page furniture goes, and how much of the articles: Cleancopy on plain text, beside keeping everything.

    python benchmarks/furniture.py [FOLDER] [--floors] [--save FILE] [--against FILE]

FOLDER has `lines.jsonl.xz` and `inject.jsonl.xz` (one record a line: scope, source, lang, sep, and lines, each with
text, keep, and "soft" where it is not judged or "dup" where it is a copy), `phrases.jsonl.xz` (kind, lang, text) and
`html.jsonl.xz` (lang, gold: the article alone). Without it, $CLEANCOPY_FURNITURE_DATA is read, or the shared
development data beside the project; without those, only the speed is measured, on text made here.

A line counts as kept by the share of its characters that no edit takes away. With --save, the lines that go are written
to a file; with --against, such a file of another version is compared, and what newly goes and newly stays is printed.
With --floors the exit status is 1 if a figure is worse than its floor.
"""

import argparse
import json
import lzma
import os
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ftfy

from cleaners import Cleaned, clean
from cleaners.boilerplate import remove_boilerplate
from cleaners.captions import remove_repeated_captions
from cleaners.document import Document
from cleaners.knowledge import Knowledge

PROJECT = Path(__file__).parent.parent
SHARED = PROJECT.parent / "shared" / "bench" / "dev"
ARTICLE = "The ministers of twelve countries met on Monday to talk about the treaty that they had signed.\n"
LANGUAGES = "en de fr es it pt nl pl cs ro hu sv da no nb fi lt lv et el tr ru uk bg zh cn ja ar".split()
SENTENCE = 25  # characters of a phrase that is more than a label

LEAST = {
    "inject F1": 0.99,
    "near F1": 0.972,
    "page F1": 0.95,
    "copies gone": 0.93,
    "cookie sentences, least": 0.9,
    "player sentences, least": 0.9,
    "speed": 12.0,
}
MOST = {"inject lost": 0.002, "near lost": 0.003, "page lost": 0.004, "gold removed": 0.0008}

Record = dict[str, Any]


def main() -> int:
    """Print the tables; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("CLEANCOPY_FURNITURE_DATA"))
    parser.add_argument("--floors", action="store_true")
    parser.add_argument("--save", type=Path)
    parser.add_argument("--against", type=Path)
    arguments = parser.parse_args()
    folder = Path(arguments.folder or SHARED)
    figures: dict[str, float] = {}
    removed: dict[str, list[str]] = {}
    if folder.exists():
        for scope, name in (("inject", "inject"), ("near", "lines"), ("page", "lines")):
            records = [record for record in read(folder / f"{name}.jsonl.xz") if record["scope"] == scope]
            figures |= print_scope(scope, records, removed)
        figures["gold removed"] = print_gold(read(folder / "html.jsonl.xz"))
        figures |= print_phrases(read(folder / "phrases.jsonl.xz"))
    else:
        print("No development data here: only the speed is measured.")
    figures["speed"] = print_speed()
    if arguments.save:
        arguments.save.write_text(json.dumps(removed, ensure_ascii=False), "utf-8")
    if arguments.against:
        print_changes(json.loads(arguments.against.read_text("utf-8")), removed)
    worse = [f"{name} ({figures[name]:.4f})" for name in LEAST if name in figures and figures[name] < LEAST[name]]
    worse += [f"{name} ({figures[name]:.4f})" for name in MOST if name in figures and figures[name] > MOST[name]]
    if arguments.floors and worse:
        print("worse than the floor:", ", ".join(worse))
        return 1
    return 0


def read(path: Path) -> list[Record]:
    """The records of a packed file."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def kept_shares(lines: Sequence[str], sep: str, result: Cleaned) -> Iterator[float]:
    """For each line of a text, the share of its characters that the edits leave."""
    changes = [change for change in result.changes if len(change.before) > len(change.after)]
    start, first = 0, 0
    for line in lines:
        end, lost = start + len(line), 0
        while first < len(changes) and changes[first].source_start + len(changes[first].before) <= start:
            first += 1
        for change in changes[first:]:
            if change.source_start >= end:
                break
            inside = min(end, change.source_start + len(change.before)) - max(start, change.source_start)
            lost += inside if not change.after.strip() else max(0, inside - len(change.after))
        yield 1 - min(lost, len(line)) / len(line) if line else 1.0
        start = end + len(sep)


def print_scope(scope: str, records: Sequence[Record], removed: dict[str, list[str]]) -> dict[str, float]:
    """One line for each group of texts; returns the figures for news."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        texts = [line["text"] for line in record["lines"]]
        shares = list(kept_shares(texts, record["sep"], clean(record["sep"].join(texts))))
        removed[record["id"]] = [text for text, share in zip(texts, shares, strict=True) if share < 0.5]
        kind = "blog" if record["source"].startswith("wcxb") else "news"
        language = "en" if record["lang"] == "en" else "other"
        for line, share in zip(record["lines"], merge_shares(record["lines"], shares), strict=True):
            if "soft" not in line:
                name = "article" if line["keep"] else "copies" if line.get("dup") else "furniture"
                for group in (kind, f"{kind}/{language}", record["source"]):
                    counts[group][name] += len(line["text"])
                    counts[group][f"{name} kept"] += round(share * len(line["text"]))
    print(f"{scope:14} {'F1':>6} {'kept all':>8} {'lost':>7} {'furniture gone':>15} {'copies gone':>12}")
    for group, n in sorted(counts.items()):
        copies = f"{1 - n['copies kept'] / n['copies']:12.3f}" if n["copies"] else ""
        gone = 1 - n["furniture kept"] / max(1, n["furniture"])
        print(f"  {group:12} {f1(n):6.3f} {f1(everything(n)):8.3f} {lost(n):7.4f} {gone:15.3f} {copies}")
    news = counts["news"]
    figures = {f"{scope} F1": f1(news), f"{scope} lost": lost(news)}
    if scope == "inject":
        figures["copies gone"] = 1 - news["copies kept"] / news["copies"]
    return figures


def merge_shares(lines: Sequence[Record], shares: Sequence[float]) -> list[float]:
    """Identical lines are interchangeable: the best kept one counts for the line that should be kept."""
    same = defaultdict(list)
    for index, line in enumerate(lines):
        same[line["text"]].append(index)
    merged = list(shares)
    for indices in same.values():
        best = sorted((shares[index] for index in indices), reverse=True)
        for index, share in zip(
            sorted(indices, key=lambda i: (not lines[i]["keep"], "soft" not in lines[i])), best, strict=True
        ):
            merged[index] = share
    return merged


def f1(n: Counter[str]) -> float:
    """Over characters; what should be kept is the positive class."""
    wrong = n["article"] - n["article kept"] + n["furniture kept"] + n["copies kept"]
    return 2 * n["article kept"] / (2 * n["article kept"] + wrong)


def everything(n: Counter[str]) -> Counter[str]:
    """The counts if nothing went."""
    return n + Counter({f"{name} kept": n[name] - n[f"{name} kept"] for name in ("article", "furniture", "copies")})


def lost(n: Counter[str]) -> float:
    """The share of article text that is gone."""
    return 1 - n["article kept"] / n["article"]


def print_gold(records: Sequence[Record]) -> float:
    """How much of articles that are nothing but articles goes."""
    n_removed = n_characters = 0
    for record in records:
        lines = record["gold"].split("\n")
        shares = kept_shares(lines, "\n", clean(record["gold"]))
        n_removed += sum(round((1 - share) * len(line)) for line, share in zip(lines, shares, strict=True))
        n_characters += len(record["gold"])
    print(f"articles alone: {n_removed} of {n_characters} characters go ({n_removed / n_characters:.4%})")
    return n_removed / n_characters


def print_phrases(records: Sequence[Record]) -> dict[str, float]:
    """The share of consent and player sentences that go when they stand above an article, by language."""
    hits = defaultdict[tuple[str, str], list[bool]](list)
    for record in records:
        text = record["text"]
        is_sentence = len(text) >= SENTENCE and "\n" not in text
        if is_sentence and record["lang"] in LANGUAGES and record["kind"] in ("cookie", "player"):
            gone = any(edit.start == 0 and not edit.after for edit in take(f"{text}\n{ARTICLE}"))
            hits[record["kind"], record["lang"]].append(gone)
    figures = {}
    for kind in ("cookie", "player"):
        shares = {language: statistics.mean(hits[kind, language]) for language in LANGUAGES if hits[kind, language]}
        print(f"{kind} sentences:", ", ".join(f"{language} {share:.2f}" for language, share in shares.items()))
        figures[f"{kind} sentences, least"] = min(shares.values())
    return figures


def take(text: str) -> list[Any]:
    """The furniture step's edits."""
    return list(remove_boilerplate(Document(text), Knowledge()))


def print_speed() -> float:
    """Megabytes a second of the furniture step with the whole rule book, and how many times faster than ftfy it is."""
    numbers = random.Random(0)  # noqa: S311  the same each time is what we want
    prose = [
        f"The {numbers.choice(['mayor', 'baker', 'ferry', 'bridge'])} of the town, seen by {numbers.random()} of us, "
        f"was “{numbers.choice(['late', 'closed', 'new', 'lost'])}” on Monday, said the harbour master’s office. " * 3
        for _ in range(2000)
    ]
    furniture = ["Share this article", "We use cookies to improve your experience.", "Read more", "Sign up", "00:59"]
    texts = [
        "\n".join(
            line for paragraph in numbers.sample(prose, 12) for line in (paragraph, *numbers.sample(furniture, 1))
        )
        for _ in range(300)
    ]
    size = sum(len(text.encode()) for text in texts)
    knowledge = Knowledge()
    take(texts[0])
    ratios, rates = [], []
    for _ in range(5):
        started = time.process_time()
        for text in texts:
            list(remove_boilerplate(Document(text), knowledge))
            list(remove_repeated_captions(Document(text), knowledge))
        ours = time.process_time() - started
        started = time.process_time()
        for text in texts[:30]:
            ftfy.fix_text(text)
        theirs = (time.process_time() - started) * len(texts) / 30
        ratios.append(theirs / ours)
        rates.append(size / ours / 1e6)
    ratio = statistics.median(ratios)
    print(f"furniture step: {statistics.median(rates):.1f} MB/s, {ratio:.1f} times as fast as ftfy.fix_text")
    return ratio


def print_changes(before: dict[str, list[str]], after: dict[str, list[str]]) -> None:
    """The lines that newly go, and those that newly stay."""
    for title, old, new in (("newly gone", before, after), ("newly kept", after, before)):
        lines = [
            f"{name}: {line}" for name in new for line in (Counter(new[name]) - Counter(old.get(name, []))).elements()
        ]
        print(f"{title}: {len(lines)} lines")
        for line in lines:
            print(f"  {line}")


if __name__ == "__main__":
    sys.exit(main())
