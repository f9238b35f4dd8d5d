"""Great Expectations is imported beside the work, without what none of our suites needs."""

import subprocess
import sys

IMPORT = "import sys; from flows.pipeline import _import_judge; _import_judge();"


def _run(code):
    return subprocess.run([sys.executable, "-c", IMPORT + code], capture_output=True, encoding="utf-8", check=True)


def test_what_no_suite_needs_is_not_imported():
    assert _run("print('scipy.stats.distributions' in sys.modules)").stdout == "False\n"


def test_sql_is_not_imported_for_the_judge_and_still_can_be():
    assert _run("print('sqlalchemy' in sys.modules); import sqlalchemy; print(sqlalchemy.__name__)").stdout == (
        "False\nsqlalchemy\n"
    )


def test_what_is_imported_already_is_not_hidden():
    code = "import sqlalchemy; " + IMPORT + "print(sys.modules['sqlalchemy'] is sqlalchemy)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8").stdout == "True\n"


def test_what_no_suite_needs_is_there_when_somebody_wants_it():
    assert _run("from scipy import stats; print(round(stats.norm.cdf(0), 1))").stdout == "0.5\n"
    assert _run("import scipy.stats; print(scipy.stats.__spec__.name)").stdout == "scipy.stats\n"
    assert _run("import altair; print(hasattr(altair, 'nothing_of_the_kind'), altair.Chart.__name__)").stdout == (
        "False Chart\n"
    )
