"""How fast a text is cleaned, beside ftfy: `python benchmarks/speed.py [DOCUMENTS.jsonl]`.

Some documents at a time go through `ftfy.fix_text`, the whole pipeline and its parts right after one another, and the
processor's time counts, so that a busy machine slows all alike; ratios are medians over these batches, after some to
warm up. Without a file of records with a field `text`, texts of 4 kB are made here: first such of which every line is
new, as in a stream of news, but for the furniture, which is not; then such whose lines recur.
"""

import argparse
import json
import os
import platform
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import ftfy

from cleaners import Document, Edit, Knowledge, apply, clean, clean_many, passes
from cleaners.boilerplate import remove_boilerplate
from cleaners.characters import normalize_characters
from cleaners.duplicates import sketch
from cleaners.site import survey
from expectations.metrics import measure

_WARM_UP = 400  # documents
_BATCH = 100  # documents; after each change of hands the caches are cold, which in use they seldom are
_SHARES = 200  # documents, of which the cleaners' shares are measured
_POOL = 2_000  # lines that recur
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
    """Print a table for each kind of text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", nargs="?", help="JSONL with a field `text`")
    parser.add_argument("--number", type=int, default=4800, help="of documents to measure")
    options = parser.parse_args()
    number = _WARM_UP + options.number + _SHARES
    kinds = (
        {options.documents: islice(read(options.documents), number)}
        if options.documents
        else {"new lines": make(number), "recurring lines": recombine(number)}
    )
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} CPUs")
    for kind, made in kinds.items():
        texts = list(made)
        if len(texts) < _WARM_UP + 4 * _BATCH + _SHARES:
            parser.error("needs more documents")
        for text in texts[:_WARM_UP]:
            measure(Document(text), clean(text))
        size = sum(len(text.encode("utf-8", "replace")) for text in texts) / len(texts)
        print(f"\n{kind}: {len(texts) - _WARM_UP - _SHARES} documents of {size / 1000:.1f} kB")
        print_table(texts[_WARM_UP:-_SHARES])
        for name, share in sorted(shares_of_cleaners(texts[-_SHARES:]).items(), key=lambda item: -item[1]):
            print(f"{name:32}{share:8.1%} of clean")


def read(path: str) -> Iterator[str]:
    """The texts of a file."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        for line in file:
            yield json.loads(line)["text"]


def make(number: int, seed: int = 7) -> Iterator[str]:
    """Articles of which no line is like another, with some furniture round them and, in one of five, some mojibake."""
    rng = random.Random(seed)  # noqa: S311
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


def recombine(number: int) -> Iterator[str]:
    """Articles put together from the same lines."""
    rng = random.Random(8)  # noqa: S311
    pool = [line for text in islice(make(_POOL), _POOL // 10) for line in text.split("\n") if line][:_POOL]
    for _ in range(number):
        lines = [rng.choice(_FURNITURE)]
        while sum(map(len, lines)) < _CHARACTERS:
            lines.append(rng.choice(pool))
        yield "\n\n".join([*lines, *rng.sample(_FURNITURE, 2)]) + "\n"


def _sentence(rng: random.Random) -> str:
    who, whom = rng.choice(_NAMES), rng.choice(_NAMES)
    start = f"“The {rng.choice(_NOUNS)},” said {who}," if rng.random() < 0.3 else f"The {rng.choice(_NOUNS)} of {who}"
    return (
        f"{start} {rng.choice(_VERBS)} the {rng.choice(_NOUNS)} of {whom} {rng.choice(_TIMES)} in {rng.random():.4f}."
    )


def print_table(texts: Sequence[str]) -> None:
    """Figures of the whole, of what else a run does to each document, then of each cleaner.

    Whoever remembers lines gets texts of its own, so that lines that are new are new to it.
    """
    knowledge = Knowledge()
    seconds = defaultdict[str, list[float]](list)  # for each byte
    n_documents, n_bytes = Counter[str](), Counter[str]()

    def timed(name: str, function: Callable[[Any], Any], given: Iterable[Any], of: Sequence[str]) -> list[Any]:
        size = sum(len(text.encode("utf-8", "replace")) for text in of)
        started = time.process_time()
        found = list(map(function, given))
        seconds[name].append((time.process_time() - started) / size)
        n_documents[name] += len(of)
        n_bytes[name] += size
        return found

    for start in range(0, len(texts) - 3 * _BATCH, 3 * _BATCH):
        first, second, third = (texts[start + place * _BATCH :][:_BATCH] for place in range(3))
        documents = list(map(Document, first))
        normalized = [apply(text, normalize_characters(Document(text), knowledge)) for text in third]
        timed("ftfy.fix_text", ftfy.fix_text, first, first)
        (results,) = timed("clean_many", lambda batch: list(clean_many(batch)), [documents], first)
        timed("clean, one by one", clean, map(Document, second), second)
        timed("  furniture step", lambda text: list(remove_boilerplate(Document(text), knowledge)), normalized, third)
        timed("measure", lambda pair: measure(*pair), zip(documents, results, strict=True), first)
        timed("survey", survey, [documents], first)
        timed("sketch", sketch, [result.text for result in results], first)
        timed("revert", lambda result: result.revert(), results, first)
    print(f"{'':22}{'documents/s':>12}{'MB/s':>8}{'times ftfy':>12}")
    for name, values in seconds.items():
        ratio = statistics.median(ftfy / own for ftfy, own in zip(seconds["ftfy.fix_text"], values, strict=True))
        rate = 1 / statistics.median(values)
        print(f"{name:22}{rate * n_documents[name] / n_bytes[name]:12.0f}{rate / 1e6:8.1f}{ratio:12.2f}")


def shares_of_cleaners(texts: Sequence[str]) -> dict[str, float]:
    """The share of `clean` that each cleaner takes; what is left is the harvest of metadata and the ledger."""
    seconds = defaultdict[str, float](float)
    originals = passes.PIPELINE

    def timed(cleaner):  # type: ignore[no-untyped-def]
        def run(document, knowledge):  # type: ignore[no-untyped-def]
            start = time.perf_counter()
            edits: tuple[Edit, ...] = tuple(cleaner(document, knowledge))
            seconds[cleaner.__name__] += time.perf_counter() - start
            return edits

        run.__name__ = cleaner.__name__
        return run

    passes.PIPELINE = tuple(map(timed, originals))  # type: ignore[assignment]
    try:
        start = time.perf_counter()
        for text in texts:
            clean(text)
        whole = time.perf_counter() - start
    finally:
        passes.PIPELINE = originals
    shares = {name: spent / whole for name, spent in seconds.items()}
    return shares | {"the rest, with the language": 1 - sum(shares.values())}


if __name__ == "__main__":
    main()
