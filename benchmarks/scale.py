"""What a whole run costs by the size of its source: `python benchmarks/scale.py [--megabytes 1 10] [--picture FILE]`.

For each size: a source of JSONL that is made here; the run on one worker and on two, one after the other, so often that
medians can be given, also of how many times as fast two are; the same run again; a second run after a file with one new
document for a hundred has come, and one after as many have changed, three times each, of which the median counts; and
the most memory that the command and its processes had at once. `make bench` runs it beside the other benchmarks.
"""

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from itertools import count
from math import nan
from operator import truediv
from pathlib import Path

import psutil
from speed import make

CLEANCOPY = Path(sys.executable).with_name("cleancopy")
_SECOND_RUNS = 3
_HEADS = "MB,documents,1 worker s,2 workers s,times,again,1 % changed,1 % new,peak MB,judge and report".split(",")


def main() -> None:
    """Print the table, and draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument(
        "--pairs",
        type=int,
        default=3,
        help="runs on one worker and on two, of which the median counts; 0: two workers once",
    )
    parser.add_argument("--picture", type=Path, help="SVG of seconds and memory by size")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} CPUs")
    print(" ".join(f"{head:>{len(head) + 2}}" for head in _HEADS))
    rows = []
    for megabytes in options.megabytes:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measured(megabytes, options.pairs, Path(folder)))
        values = [f"{value:.3g}" if isinstance(value, float) else str(value) for value in rows[-1].values()]
        print(" ".join(f"{value:>{len(head) + 2}}" for head, value in zip(_HEADS, values, strict=True)), flush=True)
    if options.picture:
        options.picture.write_text(picture(rows), encoding="utf-8")


def measured(megabytes: int, n_pairs: int, folder: Path) -> dict[str, float]:
    """One row of the table; times of the later runs are shares of the first."""
    source = folder / "source"
    source.mkdir()
    n_documents = write(source / "old.jsonl", megabytes * 1_000_000)
    ones, twos, peaks = [], [], []
    for number in range(n_pairs or 1):
        for workers, times in ((1, ones), (2, twos))[not n_pairs :]:
            out = folder / f"out-{number}-{workers}"
            seconds, peak = run(source, out, workers)
            times.append(seconds)
            peaks.append(peak)
    two = statistics.median(twos)
    stages = _stages(out)
    again, _ = run(source, out, 2)
    write(source / "new.jsonl", megabytes * 10_000, seed=8)
    added = second_run(source, out, "added")
    (source / "new.jsonl").unlink()
    change(source / "old.jsonl")
    changed = second_run(source, out, "changed")
    return {
        "megabytes": megabytes,
        "documents": n_documents,
        "one": statistics.median(ones or [nan]),
        "two": two,
        "times": statistics.median(map(truediv, ones, twos)) if ones else nan,
        "again": again / two,
        "changed": changed / two,
        "added": added / two,
        "peak": max(peaks) / 1e6,
        "judging": (stages.get("judge", 0) + stages.get("report", 0)) / two,
    }


def write(path: Path, size: int, seed: int = 7) -> int:
    """So many bytes of articles, others for each seed; their number."""
    articles, n_bytes = make(10**9, seed), 0
    with path.open("wb") as file:
        for number in count(1):
            address = f"https://site{number % 50}.example/{number}"
            line = json.dumps({"id": f"{seed}-{number}", "url": address, "text": next(articles)}, ensure_ascii=False)
            n_bytes += file.write(line.encode() + b"\n")
            if n_bytes >= size:
                return number
    return 0


def change(path: Path) -> None:
    """Another sentence in one document of a hundred."""
    rng = random.Random(1)  # noqa: S311
    draft = path.with_suffix(".draft")
    with path.open("rb") as old, draft.open("wb") as new:
        for line in old:
            if rng.random() < 0.01:
                article = json.loads(line)
                article["text"] += "The captain of the ferry has since left the town.\n"
                line = json.dumps(article, ensure_ascii=False).encode() + b"\n"
            new.write(line)
    draft.replace(path)


def run(source: Path, out: Path, workers: int) -> tuple[float, int]:
    """Seconds of one command, and the most bytes that it and its processes had at once."""
    start = time.perf_counter()
    command = [CLEANCOPY, "clean", source, "--out", out, "--workers", str(workers)]
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, _memory(process))
        with suppress(psutil.TimeoutExpired):
            process.wait(0.5)  # to look takes a while, which the workers would lack
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"cleancopy ended with {process.returncode}")
    return seconds, peak


def second_run(source: Path, out: Path, name: str) -> float:
    """Seconds of the run that follows the first, by the median of some on copies of what that has left."""
    copies = [out.with_name(f"{name}-{number}") for number in range(_SECOND_RUNS)]
    for copy in copies:
        shutil.copytree(out, copy, copy_function=os.link)  # what a run has written stays as it is
    return statistics.median(run(source, copy, 2)[0] for copy in copies)


def _memory(process: psutil.Process) -> int:
    """Bytes, where what processes share counts once."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_full_info().pss
        except psutil.Error:
            continue
    return total


def _stages(out: Path) -> dict[str, float]:
    page = (out / "report" / "index.html").read_text("utf-8")
    pieces = [piece.partition("<")[0].split() for piece in page.split('class="stage">')[1:]]
    return {name: float(seconds) for name, seconds in pieces}


def picture(rows: list[dict[str, float]]) -> str:
    """Seconds and memory by size, both axes logarithmic, as SVG."""
    from math import log10

    def points(name: str) -> str:
        return " ".join(f"{60 + 120 * log10(row['megabytes']):.0f},{260 - 60 * log10(row[name]):.0f}" for row in rows)

    lines = "".join(
        f'<polyline points="{points(name)}" fill="none" stroke="{color}" stroke-width="2"/>'
        f'<text x="{points(name).split()[-1].split(",")[0]}" y="{points(name).split()[-1].split(",")[1]}" dx="6"'
        f' fill="{color}">{label}</text>'
        for name, color, label in (("two", "#06c", "seconds, two workers"), ("peak", "#a40", "peak MB"))
    )
    grid = "".join(
        f'<line x1="60" x2="420" y1="{260 - 60 * power}" y2="{260 - 60 * power}" stroke="#ddd"/>'
        f'<text x="50" y="{264 - 60 * power}" text-anchor="end">{10**power:,}</text>'
        for power in range(5)
    )
    for row in rows:
        size = row["megabytes"]
        grid += f'<text x="{60 + 120 * log10(size):.0f}" y="282" text-anchor="middle">{size:,} MB</text>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 300" font-family="sans-serif" font-size="12">'
        f"{grid}{lines}</svg>\n"
    )


if __name__ == "__main__":
    main()
