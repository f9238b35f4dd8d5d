"""What the README's first screen shows is what the command does."""

import re
import subprocess
from pathlib import Path

from tests.flows.articles import CLEANCOPY

README = Path(__file__).parents[2] / "README.md"
SCRAPED, CLEAN, LEDGER = re.findall(r"^```\n(.*?)^```$", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)[:3]


def cleancopy(*arguments):
    command = [CLEANCOPY, *arguments]
    return subprocess.run(command, input=SCRAPED, capture_output=True, encoding="utf-8", check=True).stdout


def test_the_broken_article_becomes_the_clean_one():
    assert cleancopy("clean", "-") == CLEAN


def test_the_ledger_is_the_one_shown():
    assert cleancopy("diff", "-") == LEDGER
