"""The command as a person or a script meets it: what it prints, what it writes, how it exits."""

import json
import os
import re
import subprocess
import urllib.request
from contextlib import chdir
from pathlib import Path

import pytest

from tests.flows.articles import CLEANCOPY, prose

ARTICLE = f"“Ministers” meet\n\n{prose('in May')}\n\nShare this article"


def cleancopy(*arguments, text=None, **options):
    options = {"capture_output": True, "encoding": "utf-8", "check": False} | options
    return subprocess.run([CLEANCOPY, *map(str, arguments)], input=text, **options)


def test_clean_publishes_and_says_so_in_a_few_lines(folder, tmp_path):
    done = cleancopy("clean", folder, "--out", tmp_path / "clean")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"Published 3 of 3 documents in {tmp_path}/clean.\nReport: {tmp_path}/clean/report/index.html\n"
    )
    again = cleancopy("clean", folder, "--out", tmp_path / "clean")
    assert again.stdout.startswith(f"Published 3 of 3 documents in {tmp_path}/clean, as before.\n")


def test_a_document_in_quarantine_is_named_and_fails_only_if_strict(folder, tmp_path):
    (folder / "empty.txt").write_text("")
    (folder / "photo.png").write_text("not a document")
    done = cleancopy("clean", folder, "--out", tmp_path / "clean")
    assert done.returncode == 0
    assert "Published 3 of 4 documents" in done.stdout
    assert "\nQuarantine: empty.txt: " in done.stdout
    assert "\nLeft alone, not documents: photo.png\n" in done.stdout
    assert cleancopy("clean", folder, "--out", tmp_path / "clean", "--strict").returncode == 1


def test_a_corpus_that_fails_is_not_published(tmp_path):
    (tmp_path / "empty.txt").write_text("")
    done = cleancopy("clean", tmp_path / "empty.txt", "--out", tmp_path / "clean")
    assert done.returncode == 3
    assert done.stdout.startswith("Nothing was published: ")
    assert not (tmp_path / "clean" / "manifest.json").exists()


def test_the_filter_writes_the_clean_text_and_nothing_else():
    done = cleancopy("clean", "-", text=ARTICLE)
    assert (done.returncode, done.stdout, done.stderr) == (0, f'"Ministers" meet\n\n{prose("in May")}\n', "")
    assert cleancopy("clean", "-", "--quotes", "keep", text=ARTICLE).stdout.startswith("“Ministers” meet")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["clean", "nowhere"], "nowhere: no such file or folder; check the path."),
        (
            ["clean", "."],
            ".: no documents here; name a file, or a folder with files that end in .csv, .htm, .html, .json, .jsonl, "
            ".md, .ndjson, .parquet, .tsv, .txt, .warc, .wet, .xhtml.",
        ),
        (["diff", "nowhere"], "nowhere: no such file or folder; check the path."),
        (
            ["review", "nowhere"],
            "nowhere: no report here; name the folder of a corpus, which `cleancopy clean` writes.",
        ),
        (["restore", "nowhere", "1"], "nowhere: no corpus here; name the folder that `cleancopy clean --out` wrote."),
        (["rules", "explain", "no/rule"], "no/rule: no such rule; `cleancopy rules list` names them all."),
        (["rules", "test", "a/b"], "rules test: takes no id; `cleancopy rules explain a/b` does."),
        (["rules", "explain"], "rules explain: names no rule; `cleancopy rules list` names them all."),
        (
            ["clean", ".", "--address", "tcp://127.0.0.1:1"],
            "--address: is that of a Dask scheduler; say --engine dask, too.",
        ),
        (
            ["clean", "a.txt", "--engine", "dask", "--address", "tcp://127.0.0.1:1"],
            "tcp://127.0.0.1:1: no Dask scheduler answers; check the address.",
        ),
        (["clean", "-", "."], "-: standard input is the only source, or none; --jsonl goes with it."),
        (["clean", "-", "--out", "x"], "--out: a corpus is made of records; add --jsonl, or leave --out away."),
        (["clean", ".", "--jsonl"], "-: standard input is the only source, or none; --jsonl goes with it."),
        (["diff", "."], ".: is a folder; name one file."),
        (["clean", ""], "an empty path: no such file or folder; check the path."),
        (["rules", "--rules", "nowhere"], "nowhere: no rule files (*.toml) here; name a folder that has some."),
        (
            ["serve", ".", "--cron", "often"],
            '--cron "often": no such schedule; try one like "0 5 * * *".',
        ),
        (["serve", "nowhere", "--cron", "0 5 * * *"], "nowhere: no such file or folder; check the path."),
        (
            ["serve", ".", "--cron", "0 5 * * *", "--timezone", "Nowhere/Land"],
            "--timezone Nowhere/Land: no such time zone; try one like Europe/Vilnius.",
        ),
    ],
)
def test_bad_usage_is_one_sentence_and_status_2(tmp_path, arguments, message):
    done = cleancopy(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"cleancopy: {message}\n"


def test_a_port_that_there_is_not_is_bad_usage():
    done = cleancopy("review", "clean", "--port", "99999")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("argument --port: '99999' is not a number from 0 to 65535\n")


def test_a_full_disk_behind_standard_output_is_said_in_one_sentence():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [CLEANCOPY, "clean", "-"], input=b"text", stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (
        2,
        b"cleancopy: No space left on device; make room where the output goes.\n",
    )


def test_a_filter_that_is_strict_says_by_its_status_that_it_left_a_record_as_it_was():
    given = '{"text": "a"}\n[]\n'
    assert cleancopy("clean", "-", "--jsonl", text=given).returncode == 0
    done = cleancopy("clean", "-", "--jsonl", "--strict", text=given)
    assert (done.returncode, done.stdout.splitlines()[1]) == (1, "[]")


@pytest.mark.parametrize(
    ("arguments", "closed", "name"),
    [
        (["clean", "-"], "<&-", "input"),
        (["clean", "-", "--jsonl"], "<&-", "input"),
        (["clean", "-", "--jsonl", "--out", "x"], "<&-", "input"),
        (["diff", "-"], "<&-", "input"),
        (["diff", "-"], ">&-", "output"),
        (["rules", "list"], ">&-", "output"),
        (["clean", "-"], ">&-", "output"),
    ],
)
def test_a_standard_stream_that_is_closed_is_one_sentence_and_status_2(tmp_path, arguments, closed, name):
    command = ["sh", "-c", f'exec "$0" "$@" {closed}', CLEANCOPY, *arguments]
    done = subprocess.run(command, input="text", capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"cleancopy: standard {name}: is closed; leave it open, or direct it to a file.\n"


def test_a_run_needs_nobody_to_hear_that_it_has_published(folder, tmp_path):
    command = ["sh", "-c", 'exec "$0" "$@" >&-', CLEANCOPY, "clean", folder, "--out", tmp_path / "clean"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["clean", "diff", "review", "restore"])
def test_a_path_that_is_too_long_is_one_sentence_and_status_2(tmp_path, command):
    done = cleancopy(command, "/".join(["a" * 200] * 30), *(["x"] if command == "restore" else []), cwd=tmp_path)
    assert done.returncode == 2
    assert re.fullmatch(r"cleancopy: a{100}….{100}: File name too long; check the path\.\n", done.stderr)


def test_a_folder_that_lies_too_deep_is_one_sentence_and_status_2(folder, tmp_path):
    """Deeper than a path can say, so that it is made a step at a time."""
    with chdir(folder):
        for _ in range(25):
            Path("b" * 200).mkdir()
            os.chdir("b" * 200)
    done = cleancopy("clean", folder, "--out", tmp_path / "clean")
    assert done.returncode == 2
    assert re.fullmatch(r"cleancopy: .+: File name too long; check the path\.\n", done.stderr)


def test_the_filter_reads_what_is_not_utf8():
    assert cleancopy("clean", "-", text=b"caf\xe9", encoding=None).stdout == "café\n".encode()


def test_the_filter_cleans_the_records_of_jsonl_and_says_which_it_could_not():
    lines = ['{"n": 1, "text": "Dovil\u00c4\u2014 left"}', "[1]", '{"body": "a\\u00a0b"}', '{"n": 2}']
    done = cleancopy("clean", "-", "--jsonl", text="\n".join(lines))
    assert done.stdout.splitlines() == ['{"n": 1, "text": "Dovilė left\\n"}', "[1]", '{"body": "a b\\n"}', '{"n": 2}']
    assert done.stderr.splitlines() == [
        "cleancopy: the record at byte 36 is an array, not an object with fields.",
        "cleancopy: the record at byte 61 has no text in a field that I know; name it with --text-field.",
    ]
    done = cleancopy("clean", "-", "--jsonl", "--text-field", "n", text='{"n": " x"}')
    assert done.stdout == '{"n": " x\\n"}\n'


def test_records_from_standard_input_become_a_corpus(tmp_path):
    line = json.dumps({"uid": "7", "article": prose("in May")})
    done = cleancopy("clean", "-", "--jsonl", "--id-field", "uid", "--out", tmp_path / "clean", text=line)
    assert done.stdout.splitlines()[:2] == [
        f"Published 1 of 1 documents in {tmp_path}/clean.",
        "Records: text from 'article', id from 'uid'; other fields with --text-field, --id-field and --url-field.",
    ]
    assert cleancopy("restore", tmp_path / "clean", "7").stdout == prose("in May")


def test_input_that_is_not_text_is_one_sentence_and_status_2():
    done = cleancopy("clean", "-", text=b"\x89PNG\r\n\x1a\n\0\0", encoding=None)
    assert done.returncode == 2
    assert done.stderr == (
        b"cleancopy: standard input: It is not text: byte 6 is 0x1a, and there are more of the kind. "
        b"Convert it first, for example with iconv.\n"
    )


def test_a_traceback_is_shown_on_demand(tmp_path):
    assert "Traceback" in cleancopy("--debug", "clean", "nowhere", cwd=tmp_path).stderr


def test_diff_shows_each_change_with_its_rule_and_writes_nothing(tmp_path):
    (tmp_path / "one.txt").write_text(ARTICLE, "utf-8")
    done = cleancopy("diff", "one.txt", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == '1: [-“-]{+"+}Ministers[-”-]{+"+} meet  characters/quotation-mark'
    assert "share/prompt" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["one.txt"]


def test_restore_gives_back_the_source_text(folder, tmp_path):
    (folder / "0.txt").write_text(ARTICLE, "utf-8")
    cleancopy("clean", folder, "--out", tmp_path / "clean")
    assert cleancopy("restore", tmp_path / "clean", "0.txt").stdout == ARTICLE


def test_the_rule_book_lists_tests_and_explains_itself():
    assert "cookie-banner/button" in cleancopy("rules").stdout
    tested = cleancopy("rules", "test")
    assert tested.returncode == 0
    assert tested.stdout.endswith(" examples, 0 fail.\n")
    assert "near:cookie-banner" in cleancopy("rules", "explain", "cookie-banner/button").stdout
    assert "wrong encoding" in cleancopy("rules", "explain", "mojibake/windows-1252").stdout


def test_rules_of_the_user_s_own_are_obeyed(tmp_path):
    (tmp_path / "own.toml").write_text(
        """
        [[rule]]
        id = "own/sponsor"
        pattern = "^brought to you by"
        where = "anywhere"
        why = "The sponsor's line."
        removes = ["Brought to you by Example"]
        leaves = ["It was brought to you by mistake."]
        """
    )
    text = f"{prose('in May')}\nBrought to you by Example\n"
    assert cleancopy("clean", "-", "--rules", tmp_path, text=text).stdout == f"{prose('in May')}\n"


def test_review_serves_the_report_on_this_machine_only(folder, tmp_path):
    cleancopy("clean", folder, "--out", tmp_path / "clean")
    command = [CLEANCOPY, "review", tmp_path / "clean", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as server:
        try:
            address = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())[0]
            with urllib.request.urlopen(address) as page:  # noqa: S310  the address of our own server
                assert "0.txt" in page.read().decode()
        finally:
            server.terminate()


@pytest.mark.parametrize("arguments", [["--help"], ["clean", "-"]])
def test_help_and_filter_start_without_the_frameworks(arguments):
    code = (
        "import sys, atexit\n"
        "heavy = ('prefect', 'great_expectations', 'pandas', 'pyarrow')\n"
        "atexit.register(lambda: print([name for name in heavy if name in sys.modules], file=sys.stderr))\n"
        f"from flows.cli import main; sys.exit(main({arguments!r}))"
    )
    done = subprocess.run(
        [CLEANCOPY.with_name("python"), "-c", code], input="text", capture_output=True, encoding="utf-8", check=True
    )
    assert done.stderr == "[]\n"
