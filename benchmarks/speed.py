"""How fast a text is cleaned, beside ftfy: `python benchmarks/speed.py [DOCUMENTS.jsonl]`.

Each document goes through `ftfy.fix_text`, `clean` and `measure` right after one another, so that a busy machine slows
all alike; the figures are medians over the documents, after some to warm up. Without a file of records with a field
`text`, the texts are made here: every line is new, as in a stream of news, but for the furniture, which is not.
"""

import argparse
import json
import os
import platform
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator

import ftfy

from cleaners import Document, Edit, clean, pipeline
from expectations.metrics import measure

_WARM_UP = 400  # documents
_CHARACTERS = 4_000  # of a document that is made here
_NOUNS = """
    minister council harbour river teacher village budget engine museum orchard senator ferry bridge winter market
    forest library castle doctor farmer captain station garden factory theatre railway bakery lighthouse parliament
""".split()
_VERBS = "opened described visited closed praised repaired crossed painted counted followed guarded measured".split()
_NAMES = "Dovilė Jānis Žaneta François Zoë Łukasz Ágnes Björn Mary Peter Søren İbrahim".split()
_TIMES = "on Monday, in the spring, after the storm, for the third time, before the vote, last week".split(", ")
_FURNITURE = (
    "By continuing to browse our site you agree to our use of cookies.",
    "Accept all",
    "Share this article",
    "Error loading player: No playable sources found",
    "Most read",
    "Sign up for our newsletter",
    "All rights reserved.",
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", nargs="?", help="JSONL with a field `text`")
    parser.add_argument("--number", type=int, default=800, help="of documents to measure")
    options = parser.parse_args()
    texts = list(read(options.documents) if options.documents else make(_WARM_UP + options.number))
    for text in texts[:_WARM_UP]:
        measure(Document(text), clean(text))
    texts = texts[_WARM_UP : _WARM_UP + options.number]
    if not texts:
        parser.error(f"needs more than {_WARM_UP} documents")
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} CPUs; {len(texts)} documents")
    print_table(texts)


def read(path: str) -> Iterator[str]:
    """The texts of a file."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        for line in file:
            yield json.loads(line)["text"]


def make(number: int) -> Iterator[str]:
    """Articles of which no line is like another, with some furniture round them and, in one of five, some mojibake."""
    rng = random.Random(7)  # noqa: S311
    for _ in range(number):
        lines = [_sentence(rng).rstrip(".")]
        while sum(map(len, lines)) < _CHARACTERS:
            lines.append(" ".join(_sentence(rng) for _ in range(rng.randint(1, 4))))
        if rng.random() < 0.2:
            at = rng.randrange(len(lines))
            lines[at] += " " + " ".join(_NAMES).encode().decode("latin-1")
        for furniture in rng.sample(_FURNITURE, 3):
            lines.insert(rng.choice((0, len(lines))), furniture)
        yield rng.choice(("\n", "\n\n")).join(lines) + "\n"


def _sentence(rng: random.Random) -> str:
    who, whom = rng.choice(_NAMES), rng.choice(_NAMES)
    start = f"“The {rng.choice(_NOUNS)},” said {who}," if rng.random() < 0.3 else f"The {rng.choice(_NOUNS)} of {who}"
    return (
        f"{start} {rng.choice(_VERBS)} the {rng.choice(_NOUNS)} of {whom} {rng.choice(_TIMES)} in {rng.random():.4f}."
    )


def print_table(texts: list[str]) -> None:
    """Figures of the whole, then of each cleaner."""
    seconds = defaultdict[str, list[float]](list)
    for text in texts:
        document = Document(text)
        times = [time.perf_counter()]
        ftfy.fix_text(text)
        times.append(time.perf_counter())
        result = clean(document)
        times.append(time.perf_counter())
        measure(document, result)
        times.append(time.perf_counter())
        result.revert()
        times.append(time.perf_counter())
        for name, start, end in zip(("ftfy.fix_text", "clean", "measure", "revert"), times, times[1:], strict=False):
            seconds[name].append(end - start)
    seconds["clean and measure"] = [sum(pair) for pair in zip(seconds["clean"], seconds["measure"], strict=True)]
    n_bytes = sum(len(text.encode("utf-8", "replace")) for text in texts)
    print(f"{'':22}{'documents/s':>12}{'MB/s':>8}{'times ftfy':>12}")
    for name, values in seconds.items():
        ratio = statistics.median(ftfy / own for ftfy, own in zip(seconds["ftfy.fix_text"], values, strict=True))
        print(f"{name:22}{len(texts) / sum(values):12.0f}{n_bytes / 1e6 / sum(values):8.1f}{ratio:12.2f}")
    shares = shares_of_cleaners(texts)
    for name, share in sorted(shares.items(), key=lambda item: -item[1]):
        print(f"{name:32}{share:8.1%} of clean")


def shares_of_cleaners(texts: list[str]) -> dict[str, float]:
    """The share of `clean` that each cleaner takes; what is left is the harvest of metadata and the ledger."""
    seconds = defaultdict[str, float](float)
    originals = pipeline.PIPELINE

    def timed(cleaner):  # type: ignore[no-untyped-def]
        def run(document, knowledge):  # type: ignore[no-untyped-def]
            start = time.perf_counter()
            edits: tuple[Edit, ...] = tuple(cleaner(document, knowledge))
            seconds[cleaner.__name__] += time.perf_counter() - start
            return edits

        run.__name__ = cleaner.__name__
        return run

    pipeline.PIPELINE = tuple(map(timed, originals))  # type: ignore[assignment]
    try:
        start = time.perf_counter()
        for text in texts:
            clean(text)
        whole = time.perf_counter() - start
    finally:
        pipeline.PIPELINE = originals
    shares = {name: spent / whole for name, spent in seconds.items()}
    return shares | {"the rest, with the language": 1 - sum(shares.values())}


if __name__ == "__main__":
    main()
