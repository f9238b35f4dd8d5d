"""The report in a real browser: `make browser-test`, which needs Chromium."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from cleaners.document import Metadata
from cleaners.edits import Edit, Step
from expectations.report import ReviewedDocument, Run, document_page, index_page, totals

HOSTILE = "<script>document.title = 'taken over'</script><img src=https://example.org/x onerror=\"document.title = 1\">"
EDITS = (Edit(0, "I agree\n", "", "cookie-banner/button"), Edit(12, "’", "'", "characters/quotation-mark"))
SOURCE = f"I agree\nThat’s the news.\n{HOSTILE}\n"
DOCUMENTS = [
    ReviewedDocument(
        id=name,
        source=f"seeds/{name}.txt",
        verdict="published",
        reasons=(),
        duplicate_of=None,
        source_text=SOURCE,
        clean_text=SOURCE.removeprefix("I agree\n").replace("’", "'"),
        metadata=Metadata(title=HOSTILE),
        ledger=(Step("boilerplate", EDITS[: n + 1]),),
    )
    for n, name in enumerate(["first", HOSTILE])
]
RUN = Run(("seeds",), "clean", "2025-02-18T18:25:07+00:00", 3.2, {"clean": 1.5}, "0.1.0", "9f" * 32, True, ())
FRONT = index_page(RUN, totals(DOCUMENTS), "data-docs/index.html")


class Seen(NamedTuple):
    dom: str
    console: str


@pytest.fixture
def browse(tmp_path: Path):
    """Opens a page from the file system as a person would, and gives back what became of it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("The browser tests need Chromium: install it, for example with `apt-get install chromium`.")

    def open_page(html: str) -> Seen:
        page = tmp_path / "page.html"
        page.write_text(html, "utf-8")
        quiet = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
        switches = [*quiet.split(), "--disable-component-update", "--disable-sync", "--enable-logging=stderr"]
        outcome = subprocess.run(
            [chromium, *switches, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()],
            capture_output=True,
            check=True,
            encoding="utf-8",
            timeout=60,
        )
        return Seen(outcome.stdout, "\n".join(line for line in outcome.stderr.splitlines() if "CONSOLE" in line))

    return open_page


def acting(html: str, script: str) -> str:
    """The page with a visitor's script at its end; the page's own policy would not let it run."""
    open_to_all = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    return open_to_all.replace("</body>", f"<script>{script}</script></body>")


@pytest.mark.parametrize("html", [FRONT, *map(document_page, DOCUMENTS)], ids=["index", "plain", "hostile"])
def test_a_page_opens_without_a_word_on_the_console_and_its_script_runs(browse, html: str) -> None:
    seen = browse(html)
    assert seen.console == ""
    assert re.search(r'<p class="filter" data-filters="[a-z-]+">', seen.dom)  # no longer hidden
    assert "<title>taken over" not in seen.dom
    assert "<img" not in seen.dom


def test_the_policy_stops_what_the_escaping_would_miss(browse) -> None:
    seen = browse(FRONT.replace("</main>", HOSTILE + "</main>"))
    assert "<title>taken over" not in seen.dom
    assert seen.console.count("Content Security Policy") >= 2  # the script and the picture


def test_the_filter_hides_the_documents_that_do_not_match(browse) -> None:
    script = """
        const input = document.querySelector('[data-filters="document-list"] input');
        input.value = "FIRST published";
        input.dispatchEvent(new Event("input"));
    """
    dom = browse(acting(FRONT, script)).dom
    listed = dom[dom.index('id="document-list"') : dom.index('id="rules"')]
    assert listed.count('<tr hidden="">') == 1
    assert ">1 of 2</output>" in dom


def test_a_click_on_a_heading_sorts(browse) -> None:
    dom = browse(acting(FRONT, "document.querySelector('#document-list th.n button').click();")).dom
    listed = dom[dom.index('id="document-list"') : dom.index('id="rules"')]
    assert 'aria-sort="descending"' in listed
    assert listed.index("document.title") < listed.index("<bdi>first</bdi>")


def test_a_mark_with_the_focus_lights_its_other_side(browse) -> None:
    dom = browse(acting(document_page(DOCUMENTS[1]), "document.querySelector('del a').focus();")).dom
    number = re.search(r'<del id="b(\d+)"', dom)
    assert number
    assert re.search(rf'<ins id="a{number[1]}" class="twin"', dom)
