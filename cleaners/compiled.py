"""The cleaners as machine code: the same bytes in two thirds of the time.

`python -m flows.compile` makes it for one environment. There `import cleaners` finds it from then on, as long as it was
made of the sources that are there: whoever changes one runs the sources. So does `CLEANCOPY_PURE=1`.
"""

import os
from hashlib import sha256
from importlib import import_module
from pathlib import Path

PACKAGE = "cleancopy_compiled"  # beside the other packages of the environment
SOURCES = Path(__file__).parent
# What users call keeps its docstrings and what it says of wrong types, which mypyc would take.
_FOR_USERS = {"__init__", "compiled", "document", "edits", "knowledge", "mojibake", "pipeline", "rules"}
_OF_PAGES = "markup"  # which are read by lxml


def folders() -> list[str]:
    """Where the modules lie compiled, if that was done of what they are now."""
    if os.environ.get("CLEANCOPY_PURE"):
        return []
    try:
        package = import_module(PACKAGE)
    except ImportError:
        return []
    return list(package.__path__) if getattr(package, "FINGERPRINT", None) == fingerprint() else []


def modules() -> list[Path]:
    """The sources that are compiled."""
    return [path for path in _all() if path.stem not in _FOR_USERS and not path.stem.startswith(_OF_PAGES)]


def fingerprint() -> str:
    """A hash of all sources, since what is compiled builds on what is not."""
    digest = sha256()
    for path in _all():
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _all() -> list[Path]:
    return sorted(SOURCES.glob("*.py"))
