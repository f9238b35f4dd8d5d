"""The command `cleancopy`.

Nothing here imports Prefect, Great Expectations or pandas before it is needed: each takes seconds. The cleaners, which
take a tenth of one, wait for the server of the workers to be on its way.
"""

import argparse
import ast
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from errno import ENOSPC
from importlib.metadata import version
from importlib.resources import files
from itertools import accumulate
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, TextIO

from flows import CleancopyError, UnreadableDocument

if TYPE_CHECKING:
    from cleaners import Knowledge
    from flows.pipeline import Outcome
    from flows.settings import Settings

PUBLISHED, QUARANTINED, UNUSABLE, NOT_PUBLISHED, INTERRUPTED = 0, 1, 2, 3, 130
_LARGE = 20_000_000  # bytes of sources
_LONGEST_END = 100  # characters of a path that are shown at its start and its end
_MOST_SHOWN = 10  # documents in the summary; the report has them all


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy's threads would wait, busily, for matrices
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        print(end="", flush=True)
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PUBLISHED
    except KeyboardInterrupt:
        print("cleancopy: interrupted; the published corpus is as it was.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        from cleaners import RuleError

        if options.debug:
            raise
        if isinstance(error, CleancopyError | RuleError):
            message = str(error)
        elif isinstance(error, OSError) and error.filename:
            message = f"{_cut(os.fsdecode(error.filename))}: {error.strerror}; check the path."
        elif isinstance(error, OSError) and error.errno == ENOSPC:
            message = f"{error.strerror}; make room where the output goes."
        else:
            reason = f"{type(error).__name__}: {error}"
            message = f"a fault of our own ({reason}); run `cleancopy --debug …` and report it."
        print(f"cleancopy: {message}", file=sys.stderr)
        return UNUSABLE
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("cleancopy", description="Repair, strip, judge and publish scraped text.")
    parser.add_argument("--version", action="version", version=f"cleancopy {version('cleancopy')}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    command = commands.add_parser(
        "clean", help="clean, judge and publish; with - a filter from standard input to output"
    )
    command.add_argument(
        "sources", nargs="+", metavar="SOURCE", help="folder, file, pattern or address; - for standard input"
    )
    _add_run_options(command)
    command.add_argument(
        "--jsonl", action="store_true", help="standard input is JSONL; without --out, so is the output"
    )
    command.add_argument(
        "--workers", type=_positive, default=os.cpu_count() or 1, metavar="N", help="processes (as many as processors)"
    )
    command.add_argument(
        "--strict", action="store_true", help="exit with 1 if a document is in quarantine, or a record left as it was"
    )
    command.add_argument("--engine", choices=["processes", "dask"], default="processes", help="who does the work")
    command.add_argument("--address", help="scheduler of a Dask cluster, such as tcp://host:8786 (one of our own)")
    command.add_argument("--fresh", action="store_true", help="do everything again, also what earlier runs have done")
    command.add_argument("--flow", action="store_true", help="as a Prefect flow run, also without PREFECT_API_URL")
    command.set_defaults(run=_clean)

    command = commands.add_parser("diff", help="show what would change in a file, and which rule says so")
    command.add_argument("file", metavar="FILE", help="text or HTML; - for text from standard input")
    _add_knowledge_options(command)
    command.set_defaults(run=_diff)

    command = commands.add_parser("review", help="open the report of a corpus in a browser")
    command.add_argument(
        "folder", nargs="?", default="clean", metavar="DIR", help="folder or address of the corpus (clean)"
    )
    command.add_argument("--port", type=_port, default=0, help="port on 127.0.0.1 (any that is free)")
    command.add_argument("--no-browser", action="store_true", help="only serve it")
    command.set_defaults(run=_review)

    command = commands.add_parser("serve", help="run on a schedule, with a Prefect server of its own unless one is set")
    command.add_argument("sources", nargs="+", metavar="SOURCE", help="folder, file, pattern or address")
    _add_run_options(command)
    command.add_argument("--cron", required=True, help='when, such as "0 5 * * *"')
    command.add_argument("--timezone", default="UTC", help="time zone of the schedule, such as Europe/Vilnius (UTC)")
    command.set_defaults(run=_serve)

    command = commands.add_parser("restore", help="print the source text of a document again")
    command.add_argument("folder", metavar="DIR", help="folder or address of the corpus")
    command.add_argument("id", metavar="ID", help="id of the document")
    command.set_defaults(run=_restore)

    command = commands.add_parser("rules", help="the rule book: list it, test its examples, explain one rule")
    command.add_argument("action", nargs="?", choices=["list", "test", "explain"], default="list")
    command.add_argument("id", nargs="?", metavar="ID", help="rule to explain")
    _add_knowledge_options(command)
    command.set_defaults(run=_rules)
    return parser


def _add_run_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", metavar="DIR", help="folder or address of the corpus (clean)")
    for field, what in {"text": "text", "id": "id", "url": "address"}.items():
        command.add_argument(
            f"--{field}-field", metavar="NAME", help=f"field of records that holds the {what} (guessed)"
        )
    command.add_argument(
        "--duplicates", choices=["keep", "drop"], default="keep", help="copies: keep them, marked, or set them aside"
    )
    _add_knowledge_options(command)


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**16:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to {2**16 - 1}")
    return int(text)


def _add_knowledge_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--rules", action="append", default=[], metavar="DIR", help="folder with more rule files")
    command.add_argument(
        "--quotes", choices=["straight", "keep"], default="straight", help="quotation marks: straight, or as they are"
    )


def _knowledge(options: argparse.Namespace) -> "Knowledge":
    from cleaners import Knowledge
    from cleaners.rules import load

    return Knowledge(load(map(Path, options.rules)), options.quotes)


def _clean(options: argparse.Namespace) -> int:
    if options.sources == ["-"]:
        if not options.jsonl and options.out:
            raise CleancopyError("--out: a corpus is made of records; add --jsonl, or leave --out away.")
        if not options.jsonl:
            from cleaners import Document
            from cleaners.passes import edit

            text, _ = edit(Document(_standard_input()), _knowledge(options))
            _binary(sys.stdout, "output").write(text.encode("utf-8", "surrogatepass"))
            return PUBLISHED
        if not options.out:
            from flows.filter import clean_lines

            settings = _settings(options)
            source, target = _binary(sys.stdin, "input"), _binary(sys.stdout, "output")
            with os.fdopen(source.fileno(), "rb", closefd=False) as lines:
                n_left = clean_lines(lines, target, settings.knowledge(), settings.fields)
            return QUARANTINED if options.strict and n_left else PUBLISHED
    elif options.jsonl or "-" in options.sources:
        raise CleancopyError("-: standard input is the only source, or none; --jsonl goes with it.")
    if options.address and options.engine != "dask":
        raise CleancopyError("--address: is that of a Dask scheduler; say --engine dask, too.")
    if options.workers > 1 and options.engine == "processes" and _are_large(options.sources):
        from flows.engines import start_server

        start_server()  # before our own imports, which take as long again
    with _spooled(options) as settings:
        return _run(options, settings)


def _are_large(sources: Sequence[str]) -> bool:
    """Whether several processes will have something to do."""
    paths = (path for source in map(Path, sources) for path in (source, *source.rglob("*")))
    sizes = accumulate(path.stat().st_size for path in paths if path.is_file())
    return any(size > _LARGE for size in sizes)


@contextmanager
def _spooled(options: argparse.Namespace) -> "Iterator[Settings]":
    """What is to be done, with standard input in a file."""
    if not options.jsonl:
        yield _settings(options)
        return
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory(prefix="cleancopy-") as folder:
        path = Path(folder, "stdin.jsonl")
        with path.open("wb") as file:
            shutil.copyfileobj(_binary(sys.stdin, "input"), file)
        options.sources = [str(path)]
        yield _settings(options)


def _run(options: argparse.Namespace, settings: "Settings") -> int:
    from flows.execution import carry_out

    outcome = carry_out(
        settings,
        options.workers,
        is_flow=options.flow or bool(os.environ.get("PREFECT_API_URL")),
        is_dask=options.engine == "dask",
        address=options.address,
    )
    _print_outcome(outcome, settings)
    if not outcome.published:
        return NOT_PUBLISHED
    return QUARANTINED if options.strict and outcome.quarantine else PUBLISHED


def _settings(options: argparse.Namespace) -> "Settings":
    from flows.intake import Fields
    from flows.remote import places
    from flows.settings import Settings

    out, address = places(options.out or "clean")
    return Settings(
        tuple(options.sources),
        out,
        tuple(map(Path, options.rules)),
        options.quotes,
        Fields(options.text_field, options.id_field, options.url_field),
        options.duplicates,
        getattr(options, "fresh", False),
        address,
    )


def _binary(stream: TextIO | None, name: str) -> BinaryIO:
    """The bytes of a standard stream, which is None where the caller has closed it."""
    if stream is None:
        raise CleancopyError(f"standard {name}: is closed; leave it open, or direct it to a file.")
    return stream.buffer


def _standard_input() -> str:
    from flows.decoding import decode

    try:
        return decode(_binary(sys.stdin, "input").read()).text
    except UnreadableDocument as error:
        raise CleancopyError(f"standard input: {error} Convert it first, for example with iconv.") from error


def _print_outcome(outcome: "Outcome", settings: "Settings") -> None:
    counts = outcome.counts
    if outcome.published:
        news = "" if outcome.changed else ", as before"
        print(f"Published {counts['published']} of {counts['documents']} documents in {settings.target}{news}.")
    else:
        print(f"Nothing was published: {' '.join(reason.text for reason in outcome.failures)}")
    if counts["duplicates"]:
        print(f"Duplicates: {counts['duplicates']}, each with the id of its original.")
    for number, (document_id, reasons) in enumerate(outcome.quarantine.items()):
        if number == _MOST_SHOWN:
            print(f"… and {len(outcome.quarantine) - number} more in quarantine.")
            break
        print(f"Quarantine: {_shown(document_id)}: {' '.join(reason.text for reason in reasons)}")
    for fields in outcome.fields:
        named = {"text": fields.text, "id": fields.id, "address": fields.url}
        guessed = ", ".join(f"{what} from {name!r}" for what, name in named.items() if name)
        print(f"Records: {guessed}; other fields with --text-field, --id-field and --url-field.")
    if outcome.left_alone:
        names = [_shown(PurePosixPath(address).name) for address in outcome.left_alone[:_MOST_SHOWN]]
        if len(outcome.left_alone) > _MOST_SHOWN:
            names.append(f"and {len(outcome.left_alone) - _MOST_SHOWN} more")
        print(f"Left alone, not documents: {', '.join(names)}")
    print(f"Report: {outcome.report}")


def _cut(path: str) -> str:
    """A path without its middle if it is very long."""
    return path if len(path) <= 2 * _LONGEST_END else f"{path[:_LONGEST_END]}…{path[-_LONGEST_END:]}"


def _shown(name: str) -> str:
    """A name as it is safe to print."""
    return name if name.isprintable() else ascii(name)


def _diff(options: argparse.Namespace) -> int:
    from rich.console import Console

    from cleaners import Document
    from cleaners.passes import edit
    from flows.diff import lines

    _binary(sys.stdout, "output")
    console = Console(highlight=False, soft_wrap=True)
    if options.file == "-":
        document = Document(_standard_input())
    else:
        from flows.intake import Fields, portions, read
        from flows.sources import find

        if Path(options.file).is_dir():
            raise CleancopyError(f"{options.file}: is a folder; name one file.")
        (portion, *_) = portions(find([options.file])[0], Fields(), sys.maxsize)
        if not portion.kind.is_one_document:
            raise CleancopyError(f"{options.file}: has many documents; name a file that is one.")
        (raw, *_) = read(portion)
        if raw.error:
            raise CleancopyError(f"{options.file}: {raw.error}")
        document = raw.document
    _, ledger = edit(document, _knowledge(options))
    for line in lines(document.text, ledger, marked=not console.is_terminal):
        console.print(line)
    return PUBLISHED


def _folder(corpus: str) -> Path:
    """The folder of a corpus, which is fetched if it lies elsewhere."""
    from flows.remote import download, places

    folder, address = places(corpus)
    return download(address) if address else folder


def _review(options: argparse.Namespace) -> int:
    from flows.review import serve

    serve(_folder(options.folder), options.port, open_browser=not options.no_browser)
    return PUBLISHED


def _serve(options: argparse.Namespace) -> int:
    from flows.schedule import serve

    serve(_settings(options), options.cron, options.timezone)
    return PUBLISHED


def _restore(options: argparse.Namespace) -> int:
    from flows.restore import restore

    _binary(sys.stdout, "output").write(restore(_folder(options.folder), options.id).encode())
    return PUBLISHED


def _rules(options: argparse.Namespace) -> int:
    from cleaners.boilerplate import failing_examples
    from cleaners.passes import PIPELINE

    _binary(sys.stdout, "output")
    knowledge = _knowledge(options)
    if options.id and options.action != "explain":
        raise CleancopyError(f"rules {options.action}: takes no id; `cleancopy rules explain {options.id}` does.")
    if options.action == "explain":
        if not options.id:
            raise CleancopyError("rules explain: names no rule; `cleancopy rules list` names them all.")
        family = options.id.partition("/")[0]
        if cleaner := next((cleaner for cleaner in PIPELINE if family in cleaner.__module__), None):
            source = files("cleaners").joinpath(f"{cleaner.__module__.partition('.')[2]}.py").read_text("utf-8")
            print(f"{options.id} is code, not a rule of the book: {ast.get_docstring(ast.parse(source))}")
            return PUBLISHED
        try:
            rule = knowledge.rules[options.id]
        except KeyError:
            raise CleancopyError(f"{options.id}: no such rule; `cleancopy rules list` names them all.") from None
        print(f"{rule.id}\n  {rule.why}\n  where    {rule.where}\n  pattern  {rule.pattern}")
        print(
            *(f"  removes  {text!r}" for text in rule.removes),
            *(f"  leaves   {text!r}" for text in rule.leaves),
            sep="\n",
        )
        return PUBLISHED
    if options.action == "test":
        failures = [(rule, text) for rule in knowledge.rules for text in failing_examples(rule, knowledge)]
        for rule, text in failures:
            print(f"{rule.id}: {'leaves, or leaves to another rule,' if text in rule.removes else 'removes'} {text!r}")
        n_examples = sum(len(rule.removes) + len(rule.leaves) for rule in knowledge.rules)
        print(f"{len(list(knowledge.rules))} rules, {n_examples} examples, {len(failures)} fail.")
        return UNUSABLE if failures else PUBLISHED
    for rule in knowledge.rules:
        print(f"{rule.id:40} {rule.where:20} {rule.why}")
    return PUBLISHED
