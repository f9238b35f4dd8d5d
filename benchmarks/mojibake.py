"""How much mojibake is repaired, and how much good text is changed: Cleancopy beside ftfy.

    python benchmarks/mojibake.py [DATA.jsonl.xz] [--floors]

DATA has one record a line: clean, corrupted, kind ("name", "word", … or "clean" and "tricky", which must stay) and
lossy. Without it, $CLEANCOPY_MOJIBAKE_DATA is read, or the shared development data beside the project, or, if there is
none, the project's own cases. ftfy's labelled cases are read from `ftfy_cases.jsonl.xz` beside DATA, if it is there.

Each document is timed once, in this process and after a first text that loads the tables; what is remembered of one
document may serve the next, as in a real run. With --floors the exit status is 1 if a figure is below its floor.
"""

import argparse
import json
import lzma
import os
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ftfy

from cleaners import mojibake, mojibake_letters, mojibake_losses
from cleaners.mojibake import ftfy_config, repair
from cleaners.mojibake_encodings import ENCODINGS

PROJECT = Path(__file__).parent.parent
SHARED = PROJECT.parent / "shared" / "bench" / "dev" / "mojibake.jsonl.xz"
CASES = PROJECT / "tests" / "cases" / "mojibake.jsonl"

FLOORS = {
    "name": 0.985,
    "word": 0.98,
    "half": 0.97,
    "para": 0.96,
    "whole": 0.985,
    "lossy": 0.50,
    "clean": 1.0,
    "tricky": 0.999,
}
FASTER_ON_CLEAN = 30

Record = dict[str, Any]


def main() -> int:
    """Print the table and the speed; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("CLEANCOPY_MOJIBAKE_DATA"))
    parser.add_argument("--floors", action="store_true")
    arguments = parser.parse_args()
    path = Path(arguments.data or (SHARED if SHARED.exists() else CASES))
    if path == CASES:
        print("No development data here: the figures are those of the project's own few cases, and no floors apply.")
    records = read(path)

    ours, theirs = (exact(records, function) for function in (repair, by_ftfy))
    print(f"{'exact':8} {'n':>6} {'ours':>7} {'ftfy':>7} {'floor':>7}")
    for kind, (n, share) in ours.items():
        print(f"{kind:8} {n:6} {share:7.4f} {theirs[kind][1]:7.4f} {FLOORS.get(kind, 0):7.3f}")
    if (cases := path.parent / "ftfy_cases.jsonl.xz").exists():
        labelled = [record | {"kind": "ftfy's own", "lossy": False} for record in read(cases)]
        ours_of_theirs, n_both = exact(labelled, repair)["ftfy's own"], count_both(labelled)
        print(f"ftfy's own {len(labelled)} cases: ours {ours_of_theirs[1]:.4f}, both {n_both}")

    clear_memory()
    damaged = [record["corrupted"] for record in records if record["corrupted"] != record["clean"]]
    ratio, again = speed_ratio(damaged), speed_ratio(damaged)
    print(f"damaged: {ratio:.2f} times the speed of ftfy.fix_text, {again:.2f} when the letters are known from before")
    by_language = defaultdict(list)
    for record in records:
        if record["kind"] == "clean":
            by_language[record["lang"]].append(record["clean"])
    ratios = {language: speed_ratio(texts) for language, texts in sorted(by_language.items())}
    print("clean:", ", ".join(f"{language} {ratio:.0f}" for language, ratio in ratios.items()))
    on_english = statistics.median(speed_ratio(by_language["en"]) for _ in range(7)) if "en" in by_language else None
    print_hostile()

    if path == CASES:  # each of which is a test
        return 0
    below = [kind for kind, floor in FLOORS.items() if kind in ours and ours[kind][1] < floor]
    if on_english is not None and on_english < FASTER_ON_CLEAN:
        below.append(f"speed on clean English ({on_english:.0f})")
    if arguments.floors and below:
        print("below the floor:", ", ".join(below))
        return 1
    return 0


def read(path: Path) -> list[Record]:
    """The records of a file, packed or not."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def count_both(records: Sequence[Record]) -> int:
    """How many records both repair."""
    return sum(repair(record["corrupted"]) == record["clean"] == by_ftfy(record["corrupted"]) for record in records)


def by_ftfy(text: str) -> str:
    """ftfy's repair of encodings and nothing else."""
    return ftfy.fix_and_explain(text, ftfy_config()).text


def exact(records: Sequence[Record], function: Callable[[str], str]) -> dict[str, tuple[int, float]]:
    """By kind: the number of texts, and the share that comes back exactly as it should; lossy is a kind of its own."""
    results = defaultdict(list)
    for record in records:
        results["lossy" if record["lossy"] else record["kind"]].append(function(record["corrupted"]) == record["clean"])
    return {kind: (len(hits), statistics.mean(hits)) for kind, hits in sorted(results.items())}


def clear_memory() -> None:
    """Forget what the repair of other texts has taught, but keep the tables loaded."""
    for memory in (mojibake._stretches, mojibake_losses._best_reading, mojibake_losses._readings):
        memory.cache_clear()
    for costs in (mojibake_letters._TWO, mojibake_letters._STEPS, mojibake_letters._CLOSER_STEPS):
        costs.clear()


def speed_ratio(texts: Sequence[str]) -> float:
    """How many times faster than `ftfy.fix_text`, each text seen once."""
    return seconds(ftfy.fix_text, texts) / seconds(repair, texts)


def print_hostile(size: int = 1_000_000) -> None:
    """Seconds for texts that were made to take long."""
    numbers = random.Random(0)  # noqa: S311  the same each time is what we want
    symbols = numbers.choices(sorted({symbol for e in ENCODINGS for symbol in e.symbols}), k=size)
    hostile = {
        "A tilde": "\u00c3" * size,
        "a euro": "\u00e2\u20ac" * (size // 2),
        "lead and continuation": "\u00c3\u00a9" * (size // 2),
        "lead and space": "\u00c3 " * (size // 2),
        "lone surrogates": "\ud800" * size,
        "NUL": "\0" * size,
        "random": "".join(symbols),
    }
    print(f"{'seconds for ' + str(size) + ' characters':36} {'ours':>7} {'ftfy':>7}")
    for name, text in hostile.items():
        print(f"{name:36} {seconds(repair, [text]):7.2f} {seconds(ftfy.fix_text, [text]):7.2f}")


def seconds(function: Callable[[str], str], texts: Sequence[str]) -> float:
    """The time that a function takes for all texts."""
    start = time.perf_counter()
    for text in texts:
        function(text)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
