"""Where the time of a run goes: `python benchmarks/where.py [--megabytes 20]`.

A run on one worker over articles that are made here, under Python's own profiler, which makes many small calls dearer
than they are, so the shares are rough; of compiled cleaners it would know nothing, so that their sources run. Great
Expectations is imported before, which every run has to do once.
"""

import os

os.environ["CLEANCOPY_PURE"] = "1"

import argparse
import cProfile
import platform
import pstats
import tempfile
from collections import Counter
from pathlib import Path

from scale import write

import expectations.validate  # noqa: F401  its import is no part of what is measured
from cleaners.pipeline import PIPELINE
from flows.pipeline import run
from flows.settings import Settings

_STAGES = {
    "read": ["read_batch"],
    "  parse records": ["read_records"],
    "  survey sites": ["survey", "merge_surveys"],
    "clean": ["clean_shard"],
    **{f"  {cleaner.__name__}": [cleaner.__name__] for cleaner in PIPELINE},
    "  tell the language": ["languages_of"],
    "  measure": ["measure"],
    "  sketch": ["sketch"],
    "judge": ["judge"],
    "  Great Expectations": ["judge_documents", "judge_corpus", "__exit__"],
    "  copies": ["_duplicates"],
    "publish": ["stage_shard", "publish"],
    "  report": ["_report"],
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source.jsonl")
        n_documents = write(source, options.megabytes * 1_000_000)
        profile = cProfile.Profile()
        outcome = profile.runcall(run, Settings((str(source),), Path(folder, "out")))
    ours: Counter[str] = Counter()  # seconds by function, with all that it calls
    for (path, _, name), (_, _, _, seconds, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        if "site-packages" not in path and any(f"/{room}/" in path for room in ("cleaners", "expectations", "flows")):
            ours[name] += seconds
    whole = ours["run"]
    print(
        f"{options.megabytes} MB, {n_documents:,} documents, {platform.machine()}, Python {platform.python_version()}"
    )
    print(f"{1e3 * whole / n_documents:.2f} ms a document under the profiler, {sum(outcome.seconds.values()):.0f} s")
    for label, names in _STAGES.items():
        seconds = sum(ours[name] for name in names)
        print(f"{label:28} {seconds / whole:6.1%} {1e6 * seconds / n_documents:8.0f} µs a document")


if __name__ == "__main__":
    main()
