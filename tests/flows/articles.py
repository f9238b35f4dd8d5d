"""What the tests of this room share."""

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq

from flows.corpus import FOLDERS
from flows.pipeline import run
from flows.settings import Settings

CLEANCOPY = Path(sys.executable).with_name("cleancopy")  # the real command, as pip installed it
DAMAGES = {  # of a file
    "cut": lambda data: data[:100],
    "empty": lambda _: b"",
    "another byte": lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
}


def prose(end):
    return f"The ministers of twelve countries met in Paris on Monday to talk about the treaty that they signed {end}."


def records(path, texts, **more):
    path.write_text("".join(json.dumps({"text": text, **more}) + "\n" for text in texts))


def many(folder):
    """Documents of several kinds, some of them bad, in shards of their own once shards are small."""
    folder.mkdir()
    months = ["January", "March", "April", "May", "June", "July", "August", "October", "December"]
    records(folder / "a.jsonl", [f"{prose(f'in {month} {year}')}\nShare this" for year in range(9) for month in months])
    for month in months:
        (folder / f"{month}.txt").write_text(f"{prose(f'in {month}')} DovilÄ— spoke.\n\n{prose('then')}")
        (folder / f"{month}.html").write_text(f"<nav>Home</nav><article><p>{prose(f'late in {month}')}</article>")
    (folder / "empty.txt").touch()
    (folder / "image.txt").write_bytes(b"\x89PNG\0\0\0\0")
    return folder


def content(out):
    return {
        str(path.relative_to(out)): path.read_bytes()
        for name in (*FOLDERS, "text")
        for path in (out / name).rglob("*")
        if path.is_file()
    }


def pages(out):
    """The pages of the report, by name."""
    return {path.name: path.read_text() for path in (out / "report" / "documents").iterdir()}


def rows(out, folder):
    return [row for path in sorted((out / folder).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def run_on(folder, out, **options):
    return run(Settings((str(folder),), out, **options))


def small_run(source, out, **options):
    """A run whose shards have a few documents each."""
    return run_on(source, out, shard_bytes=1_000, **options)
