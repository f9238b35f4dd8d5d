import os
import subprocess
import sys
from pathlib import Path

import pytest

from cleaners import compiled
from flows.compile import main

CASES = Path(__file__).parents[1] / "cases"
LEDGERS = """
import sys, tomllib
from pathlib import Path
from cleaners import clean, signs
from cleaners.mojibake import repair
texts = [value for path in sorted(Path(sys.argv[1]).glob("*.toml")) for case in tomllib.loads(path.read_text())["case"]
         for value in case.values() if isinstance(value, str)]
assert len(texts) > 100
print([(clean(text), repair(text)) for text in texts])
print(signs.__file__, file=sys.stderr)
"""


LITERALS = """
from cleaners.prefilter import literals
from cleaners.rules import builtin
print([(rule.pattern, sorted(literals(rule.pattern) or ())) for rule in builtin()])
"""


def output(program: str, **environment: str) -> tuple[str, str]:
    command = [sys.executable, "-c", program, str(CASES)]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


def test_compiled_and_as_they_are_the_cleaners_write_the_same_ledgers():
    (as_it_comes, _), (pure, sources) = output(LEDGERS), output(LEDGERS, CLEANCOPY_PURE="1")
    assert as_it_comes == pure
    assert sources.strip().endswith("signs.py")


def test_what_is_kept_of_the_patterns_is_what_they_say():
    assert output(LITERALS) == output(LITERALS, CLEANCOPY_PURE="1")


def test_no_compiled_module_has_a_cached_property_which_mypyc_computes_anew_each_time():
    assert [path.name for path in compiled.modules() if "cached_property" in path.read_text("utf-8")] == []


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package that says of which sources it was made."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(compiled, "PACKAGE", "compiled_elsewhere")
    monkeypatch.delenv("CLEANCOPY_PURE", raising=False)
    folder = tmp_path / "compiled_elsewhere"
    folder.mkdir()

    def says(fingerprint: str) -> str:
        (folder / "__init__.py").write_text(f"FINGERPRINT = {fingerprint!r}")
        return str(folder)

    yield says
    sys.modules.pop("compiled_elsewhere", None)


def test_what_was_compiled_of_other_sources_is_not_used(package):
    package("of other sources")
    assert compiled.folders() == []


def test_what_was_compiled_in_part_is_not_used(package, tmp_path):
    package("")
    (tmp_path / "compiled_elsewhere" / "__init__.py").unlink()
    assert compiled.folders() == []


def test_what_was_compiled_of_these_sources_is_used_unless_somebody_says_otherwise(package, monkeypatch):
    folder = package(compiled.fingerprint())
    assert compiled.folders() == [folder]
    monkeypatch.setenv("CLEANCOPY_PURE", "1")
    assert compiled.folders() == []


def test_where_nothing_can_be_compiled_that_is_said_and_nothing_changes(monkeypatch):
    monkeypatch.setattr("flows.compile._SETUP", "raise SystemExit('no compiler here')")
    before = compiled.folders()
    with pytest.raises(SystemExit, match=r"no compiler here(.|\n)*run as they are; it takes a C compiler"):
        main()
    assert compiled.folders() == before
