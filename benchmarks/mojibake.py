"""How much mojibake is repaired, and how much good text is changed: Cleancopy beside ftfy.

    python benchmarks/mojibake.py [DATA.jsonl.xz] [--floors]

DATA has one record a line: clean, corrupted, kind ("name", "word", … or "clean" and "tricky", which must stay) and
lossy. Without it, $CLEANCOPY_MOJIBAKE_DATA is read, or the shared development data beside the project, or, if there is
none, the project's own cases. ftfy's labelled cases are read from `ftfy_cases.jsonl.xz` beside DATA, if it is there.

Speed is that of single texts, each seen for the first time, with what other texts have taught forgotten before each
round; both run alternately in this process, and the best of some rounds counts. With --floors the exit status is 1 if
a figure is below its floor.
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

from cleaners import mojibake_languages, mojibake_letters, mojibake_losses, mojibake_stretches
from cleaners.mojibake import repair
from cleaners.mojibake_encodings import ENCODINGS
from cleaners.mojibake_ways import ftfy_config

PROJECT = Path(__file__).parent.parent
SHARED = PROJECT.parent / "shared" / "bench" / "dev" / "mojibake.jsonl.xz"
CASES = PROJECT / "tests" / "cases" / "mojibake.jsonl"

FLOORS = {
    "name": 0.993,
    "word": 0.993,
    "half": 0.995,
    "para": 0.99,
    "whole": 0.997,
    "lossy": 0.585,
    "clean": 1.0,
    "tricky": 0.999,
}
OF_FTFY_CASES = 0.93  # ftfy has .919
FASTER_ON_CLEAN = 30  # times as fast as ftfy, in each language
FASTER_ON_DAMAGED = 1  # times as fast as ftfy, all kinds taken together
_ROUNDS = 5

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
    share_of_theirs = None
    if (cases := path.parent / "ftfy_cases.jsonl.xz").exists():
        labelled = [record | {"kind": "ftfy's own", "lossy": False} for record in read(cases)]
        share_of_theirs, n_both = exact(labelled, repair)["ftfy's own"][1], count_both(labelled)
        print(f"ftfy's own {len(labelled)} cases: ours {share_of_theirs:.4f}, both {n_both}")

    slow = print_speed(records)
    print_hostile()

    if path == CASES:  # each of which is a test
        return 0
    below = [kind for kind, floor in FLOORS.items() if kind in ours and ours[kind][1] < floor] + slow
    if share_of_theirs is not None and share_of_theirs < OF_FTFY_CASES:
        below.append("ftfy's own cases")
    if arguments.floors and below:
        print("below the floor:", ", ".join(below))
        return 1
    return 0


def print_speed(records: Sequence[Record]) -> list[str]:
    """How many times faster than `ftfy.fix_text` texts are repaired; return what is slower than it should be."""
    damaged, channels, clean = defaultdict(list), defaultdict(list), defaultdict(list)
    for record in records:
        if record["clean"] != record["corrupted"]:
            damaged["lossy" if record["lossy"] else record["kind"]].append(record["corrupted"])
            channels[record.get("channel", "") + " lossy" * record["lossy"]].append(record["corrupted"])
        elif record["kind"] == "clean":
            clean[record["lang"]].append(record["clean"])
    slow = []
    print(f"{'microseconds a text':32} {'n':>6} {'ours':>7} {'ftfy':>7} {'faster':>7}")
    for title, texts, floor in (
        ("damaged", damaged, FASTER_ON_DAMAGED),
        ("channel", channels, FASTER_ON_DAMAGED),
        ("clean", clean, FASTER_ON_CLEAN),
    ):
        of_kinds = {kind: seconds_of_both(those) for kind, those in sorted(texts.items())}
        for kind, (ours, theirs) in of_kinds.items():
            each = [total / len(texts[kind]) * 1e6 for total in (ours, theirs)]
            name = f"{title} {kind}"
            print(f"{name:32} {len(texts[kind]):6} {each[0]:7.1f} {each[1]:7.1f} {theirs / ours:7.2f}")
            if title == "clean" and theirs / ours < floor:
                slow.append(f"speed on clean {kind} ({theirs / ours:.0f})")
        if of_kinds:
            all_ours, all_theirs = (sum(side) for side in zip(*of_kinds.values(), strict=True))
            print(f"{title + ' all':55} {all_theirs / all_ours:7.2f}")
            if all_theirs / all_ours < floor:
                slow.append(f"speed on {title} texts ({all_theirs / all_ours:.2f})")
    return slow


def seconds_of_both(texts: Sequence[str]) -> tuple[float, float]:
    """The least time that we take for all texts, and that ftfy takes."""
    ours, theirs = [], []
    for _ in range(_ROUNDS):
        clear_memory()
        ours.append(seconds(repair, texts))
        theirs.append(seconds(ftfy.fix_text, texts))
    return min(ours), min(theirs)


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
    tables = (mojibake_letters._rows, mojibake_languages._rows, mojibake_languages._languages_of_words)
    for module in (mojibake_languages, mojibake_letters, mojibake_losses, mojibake_stretches):
        for memory in list(vars(module).values()):
            if hasattr(memory, "cache_clear") and memory not in tables:
                memory.cache_clear()
    for costs in (mojibake_letters._TWOS, mojibake_letters._THREES):
        costs.clear()


def print_hostile(size: int = 1_000_000) -> None:
    """Seconds for texts that were made to take long."""
    numbers = random.Random(0)  # noqa: S311  the same each time is what we want
    symbols = numbers.choices(sorted({symbol for e in ENCODINGS for symbol in e.symbols}), k=size)
    hostile = {
        "A tilde": "\u00c3" * size,
        "a euro": "\u00e2\u20ac" * (size // 2),
        "lead and continuation": "\u00c3\u00a9" * (size // 2),
        "lead and space": "\u00c3 " * (size // 2),
        "lead and U+FFFD, each in a line": "\u00c4\ufffd\n" * (size // 3),
        "lone surrogates": "\ud800" * size,
        "NUL": "\0" * size,
        "random": "".join(symbols),
    }
    print(f"{'seconds for ' + str(size) + ' characters':36} {'ours':>7} {'ftfy':>7}")
    for name, text in hostile.items():
        print(f"{name:36} {seconds(repair, [text]):7.2f} {seconds(ftfy.fix_text, [text]):7.2f}")


def seconds(function: Callable[[str], str], texts: Sequence[str]) -> float:
    """The time that a function takes for all texts."""
    start = time.process_time()
    for text in texts:
        function(text)
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
