"""Files of every format become documents."""

import json
import re
from decimal import Decimal

import pytest

from flows import intake
from flows.intake import Fields
from flows.sources import IntakeError
from tests.flows.articles import prose
from tests.flows.formats import ARTICLES, PACKERS, PAGE, SOURCES, documents, errors, jsonl, parquet_bytes, texts, warc


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("name", [name for name in SOURCES if name != "a.parquet"])
def test_records_of_every_format_are_the_same_documents(tmp_path, name, packing):
    (tmp_path / f"{name}{packing}").write_bytes(PACKERS[packing](SOURCES[name]))
    found = documents(tmp_path)
    assert [(raw.document.id, raw.document.text, raw.document.metadata.url) for raw in found] == [
        tuple(article.values()) for article in ARTICLES
    ]


@pytest.mark.parametrize("packing", PACKERS)
def test_a_table_gives_the_same_documents(tmp_path, packing):
    (tmp_path / f"a.parquet{packing}").write_bytes(PACKERS[packing](parquet_bytes(row_group_size=1)))
    found = documents(tmp_path)
    assert [(raw.document.id, raw.document.text, raw.document.metadata.url) for raw in found] == [
        tuple(article.values()) for article in ARTICLES
    ]


@pytest.mark.parametrize("packing", [".gz", ".zst", ".bz2"])
def test_a_packed_table_that_is_too_large_has_a_reason_and_leaves_nothing_behind(tmp_path, monkeypatch, packing):
    monkeypatch.setattr("flows.opening._LARGEST_TABLE", 3 * 2**20)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"bomb.parquet{packing}").write_bytes(PACKERS[packing](b"PAR1" + bytes(2**23) + b"PAR1"))
    reason = "Unpacked it has more than 3 MiB, the most for packed Parquet; unpack it yourself."
    assert errors(tmp_path) == [("intake/too-large", reason)]
    assert [path.name for path in tmp_path.iterdir()] == [f"bomb.parquet{packing}"]


@pytest.mark.parametrize("packing", PACKERS)
def test_a_text_and_a_page_may_be_packed(tmp_path, packing):
    (tmp_path / f"one.txt{packing}").write_bytes(PACKERS[packing]("café".encode()))
    (tmp_path / f"two.html{packing}").write_bytes(PACKERS[packing](PAGE.encode()))
    one, two = documents(tmp_path)
    assert (one.document.id, one.document.text) == (f"one.txt{packing}", "café")
    assert two.document.text.endswith(f"{prose('im Mai')}\nZwei.\n")
    assert (two.document.metadata.title, two.document.metadata.language) == ("Titel", "de")


@pytest.mark.parametrize("packed", [False, True])
def test_a_crawl_gives_its_pages_and_the_texts_made_of_them(tmp_path, packed):
    data = warc(
        ("response", "text/html; charset=windows-1252", PAGE.replace("Zwei", "Brücke").encode("cp1252")),
        ("response", "image/png", b"\x89PNG"),
        ("conversion", "text/plain", prose("in May").encode()),
        packed=packed,
    )
    (tmp_path / f"a.warc{'.gz' * packed}").write_bytes(data)
    page, text = documents(tmp_path)
    assert page.document.text.endswith("Brücke.\n")
    assert page.document.metadata.encoding == "cp1252"
    assert page.document.metadata.url == "https://news.example/0"
    assert page.document.id == "urn:uuid:0"
    assert text.document.text == prose("in May")


def test_the_charset_that_a_page_declares_is_obeyed(tmp_path):
    (tmp_path / "one.html").write_bytes(f"<meta charset=iso-8859-2>{PAGE}Gdańsk".encode("iso8859-2"))
    (raw,) = documents(tmp_path)
    assert "Gdańsk" in raw.document.text
    assert (raw.document.metadata.encoding, raw.document.metadata.encoding_confidence) == ("iso8859-2", 1.0)


def test_a_file_whose_name_says_nothing_is_known_by_its_content(tmp_path):
    for name, data in {"lines": jsonl(), "array": json.dumps(ARTICLES).encode(), "table": parquet_bytes()}.items():
        (tmp_path / name).write_bytes(data)
        assert texts(tmp_path / name) == [article["text"] for article in ARTICLES], name
    (tmp_path / "page").write_text(f"<!DOCTYPE html>{PAGE}")
    assert documents(tmp_path / "page")[0].document.metadata.title == "Titel"
    (tmp_path / "text").write_text("<3 is a heart")
    assert texts(tmp_path / "text") == ["<3 is a heart"]


def test_fields_are_guessed_by_their_names_or_named_by_the_user(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(jsonl([{"uid": 7, "Body": "by guess", "summary": "by name", "Link": "https://a.example"}]))
    (raw,) = documents(path)
    assert (raw.document.text, raw.document.metadata.url) == ("by guess", "https://a.example")
    (raw,) = documents(path, fields=Fields(text="summary", id="uid"))
    assert (raw.document.text, raw.document.id) == ("by name", "7")


def test_fields_that_are_missing_are_asked_for_in_one_sentence(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(jsonl([{"uid": 7, "summary": "text"}]))
    with pytest.raises(
        IntakeError, match=r"which field holds the text\? Name it with --text-field, one of uid, summary\.$"
    ):
        documents(tmp_path / "a.jsonl")
    with pytest.raises(IntakeError, match=r"has no field 'lead'; its fields are uid, summary\.$"):
        documents(tmp_path / "a.jsonl", fields=Fields(text="lead"))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("package.json", b'{"name": "site", "version": "1.0"}'),
        ("numbers.csv", b"year,count\n1999,3\n"),
        ("lines.jsonl", jsonl([{"uid": 7}])),
        ("table.parquet", parquet_bytes([{"uid": 7}])),
    ],
)
def test_a_file_without_text_in_a_folder_stops_no_other(tmp_path, name, data):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(data)
    with pytest.raises(
        IntakeError, match=rf"in/{name}: which field holds the text\? Name it with --text-field, one of "
    ):
        documents(tmp_path / "in")
    (tmp_path / "in" / "good.jsonl").write_bytes(jsonl())
    ((check, reason),) = errors(tmp_path / "in")
    assert check == "intake/no-text"
    assert reason.startswith(f"in/{name}: which field holds the text? Name it with --text-field, one of ")
    assert sorted(filter(None, texts(tmp_path / "in"))) == sorted(article["text"] for article in ARTICLES)
    with pytest.raises(IntakeError, match="which field holds the text"):
        documents(tmp_path / "in", tmp_path / "in" / name)


def test_a_file_without_the_named_field_stops_no_other(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(jsonl([{"words": "one"}]))
    (tmp_path / "b.jsonl").write_bytes(jsonl([{"text": "two"}]))
    assert texts(tmp_path, fields=Fields(text="words")) == ["one", ""]
    ((_, reason),) = errors(tmp_path, fields=Fields(text="words"))
    assert reason.endswith("/b.jsonl: has no field 'words'; its fields are text.")


def test_a_named_field_may_be_missing_from_ever_so_many_records(tmp_path):
    stubs = [{"id": f"a{number}"} for number in range(1_100)]
    (tmp_path / "a.jsonl").write_bytes(jsonl([*stubs, {"id": "b", "words": "one"}]))
    assert texts(tmp_path / "a.jsonl", fields=Fields(text="words")) == [""] * len(stubs) + ["one"]
    assert len(errors(tmp_path / "a.jsonl", fields=Fields(text="words"))) == len(stubs)


def test_what_a_record_says_of_itself_is_metadata(tmp_path):
    article = {
        **ARTICLES[0],
        "title": "Talks",
        "author": "Ann Lee",
        "date": "2025-02-18",
        "lang": "en",
        "updated": "soon",
    }
    (tmp_path / "a.jsonl").write_bytes(jsonl([article]))
    known = documents(tmp_path)[0].document.metadata
    assert (known.title, known.authors, known.published, known.language) == ("Talks", ("Ann Lee",), "2025-02-18", "en")
    assert known.updated is None


def test_a_record_may_hold_a_page(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(jsonl([{"html": PAGE}, {"html": f"<!doctype html>{PAGE}"}]))
    assert [raw.document.metadata.title for raw in documents(tmp_path)] == ["Titel", "Titel"]


def test_ids_do_not_depend_on_how_the_work_is_cut_up_or_on_the_order_of_records(tmp_path):
    articles = [{"text": prose(f"in May {year}") * (year % 7)} for year in range(1900, 2000)]
    (tmp_path / "a.jsonl").write_bytes(jsonl(articles))
    whole = [(raw.document.id, raw.document.text) for raw in documents(tmp_path)]
    for most in (1, 97, 1000, 5000, 65536):
        assert [(raw.document.id, raw.document.text) for raw in documents(tmp_path, most=most)] == whole
    (tmp_path / "a.jsonl").write_bytes(jsonl(articles[::-1]))
    assert [(raw.document.id, raw.document.text) for raw in documents(tmp_path)] == whole[::-1]
    assert all(re.fullmatch(r"a\.jsonl#[0-9a-f]{16}", document_id) for document_id, _ in whole)


@pytest.mark.parametrize("number", [7, -(2**63), 2**64 - 1, 2**64, 10**24 + 1, -(10**24) - 1])
def test_an_id_that_is_a_number_keeps_all_its_digits(tmp_path, number):
    (tmp_path / "a.jsonl").write_bytes(jsonl([{"id": number, "text": prose("in May")}]))
    assert [raw.document.id for raw in documents(tmp_path)] == [str(number)]


@pytest.mark.parametrize(
    ("given", "document_id"),
    [
        (7.0, "7"),
        (-7.25, "-7.25"),
        (Decimal("12345678901234567890.00"), "12345678901234567890"),
        (Decimal("7.50"), "7.50"),
        ("café".encode(), "café"),
        (bytes.fromhex("65f0a1b2c3d4e5f6a7b8c9d0"), "65f0a1b2c3d4e5f6a7b8c9d0"),
    ],
)
def test_an_id_that_is_no_text_is_the_text_that_people_write_for_it(tmp_path, given, document_id):
    (tmp_path / "a.parquet").write_bytes(parquet_bytes([{"id": given, "text": prose("in May")}]))
    assert [raw.document.id for raw in documents(tmp_path)] == [document_id]


@pytest.mark.parametrize("given", [None, True, "", [7], float("nan"), float("inf"), 2.0**53])
def test_what_is_no_id_or_may_have_lost_digits_gives_way_to_a_hash(tmp_path, given):
    (tmp_path / "a.parquet").write_bytes(parquet_bytes([{"id": given, "text": prose("in May")}]))
    assert [raw.document.id.partition("#")[0] for raw in documents(tmp_path)] == ["a.parquet"]


def test_a_table_is_read_in_parts_and_only_the_columns_needed(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(intake, "read_records", lambda *args: asked.append(args) or iter(()))
    (tmp_path / "a.parquet").write_bytes(parquet_bytes(row_group_size=1))
    documents(tmp_path, most=1)
    assert [(start, stop) for _, _, start, stop, _ in asked] == [(0, 1), (1, 2), (2, 3)]
    assert asked[0][-1] == ["id", "text", "url"]
    monkeypatch.undo()
    assert texts(tmp_path, most=1) == [article["text"] for article in ARTICLES]


@pytest.mark.parametrize("name", ["array.jsonl", "array.ndjson", "pretty.jsonl"])
def test_what_is_called_jsonl_and_is_not_is_never_cut_up(tmp_path, name):
    (tmp_path / name).write_bytes(SOURCES[name])
    assert texts(tmp_path, most=50) == [article["text"] for article in ARTICLES]


def test_a_first_line_that_is_damaged_does_not_make_jsonl_something_else(tmp_path):
    for line in [b"[", b"{", b"[1, 2]", b'{"text":', b'[["text"]]']:
        (tmp_path / "a.jsonl").write_bytes(line + b"\n" + jsonl())
        assert len(errors(tmp_path)) == 1, line
        assert [text for text in texts(tmp_path) if text] == [article["text"] for article in ARTICLES]


def test_a_pattern_gives_the_files_that_match_it(tmp_path):
    for name in ["a/one.txt", "a/two.html", "b/three.txt", "b/c/four.txt"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert [raw.document.id for raw in documents(tmp_path / "**" / "*.txt")] == [
        "a/one.txt",
        "b/c/four.txt",
        "b/three.txt",
    ]
    with pytest.raises(IntakeError, match="no documents here"):
        documents(tmp_path / "*.nothing")


# Hostile input: a reason for each, and no more time and memory than its bounds allow.
