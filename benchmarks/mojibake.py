"""How much mojibake is repaired, and how much good text is changed: Cleancopy beside ftfy.

    python benchmarks/mojibake.py [DATA.jsonl.xz] [--floors]

DATA has one record a line: clean, corrupted, kind ("name", "word", … or "clean" and "tricky", which must stay) and
lossy. Without it, $CLEANCOPY_MOJIBAKE_DATA is read, or the shared development data beside the project, or, if there is
none, the project's own cases. With --floors the exit status is 1 if a figure is below its floor.
"""

import argparse
import json
import lzma
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ftfy

from cleaners.mojibake import ftfy_config, repair

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
        print("No development data here: the figures are those of the project's own few cases.")
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]

    ours, theirs = (exact(records, function) for function in (repair, by_ftfy))
    print(f"{'exact':8} {'n':>6} {'ours':>7} {'ftfy':>7} {'floor':>7}")
    for kind, (n, share) in ours.items():
        print(f"{kind:8} {n:6} {share:7.4f} {theirs[kind][1]:7.4f} {FLOORS.get(kind, 0):7.3f}")

    good = "\n\n".join(record["clean"] for record in records if record["kind"] == "clean" and record["lang"] == "en")
    damaged = [record["corrupted"] for record in records if record["corrupted"] != record["clean"]][::5]
    on_clean = speed_ratio([good])
    print(f"speed as a multiple of ftfy.fix_text: clean English {on_clean:.1f}, damaged {speed_ratio(damaged):.2f}")

    below = [kind for kind, floor in FLOORS.items() if kind in ours and ours[kind][1] < floor]
    if arguments.floors and (below or (path != CASES and on_clean < FASTER_ON_CLEAN)):
        print("below the floor:", ", ".join(below) or "speed on clean text")
        return 1
    return 0


def by_ftfy(text: str) -> str:
    """ftfy's repair of encodings and nothing else."""
    return ftfy.fix_and_explain(text, ftfy_config()).text


def exact(records: Sequence[Record], function: Callable[[str], str]) -> dict[str, tuple[int, float]]:
    """By kind: the number of texts, and the share that comes back exactly as it should; lossy is a kind of its own."""
    results = defaultdict(list)
    for record in records:
        results["lossy" if record["lossy"] else record["kind"]].append(function(record["corrupted"]) == record["clean"])
    return {kind: (len(hits), statistics.mean(hits)) for kind, hits in sorted(results.items())}


def speed_ratio(texts: Sequence[str], n_rounds: int = 7) -> float:
    """How many times faster than `ftfy.fix_text`: the median of paired runs in this process."""
    return statistics.median(seconds(ftfy.fix_text, texts) / seconds(repair, texts) for _ in range(n_rounds))


def seconds(function: Callable[[str], str], texts: Sequence[str]) -> float:
    """The time that a function takes for all texts."""
    start = time.perf_counter()
    for text in texts:
        function(text)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
