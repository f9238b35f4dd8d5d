import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import UnreadableDocument
from flows.decoding import decode

GERMAN = "Der Bürgermeister öffnete die Brücke am Montag, und die Schüler überquerten sie grölend. "
RUSSIAN = "Министры двенадцати стран встретились в понедельник в Париже, чтобы обсудить договор. "


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_utf8_is_read_as_it_stands(text):
    assert decode(text.encode()).text == text


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"\xef\xbb\xbfcaf\xc3\xa9", "\ufeffcafé", "utf-8"),
        ("\ufeffcafé".encode("utf-16-le"), "\ufeffcafé", "utf-16-le"),
        ("\ufeffcafé".encode("utf-16-be"), "\ufeffcafé", "utf-16-be"),
        ("\ufeffcafé".encode("utf-32-le"), "\ufeffcafé", "utf-32-le"),
    ],
)
def test_a_byte_order_mark_counts_and_stays_for_the_ledger(data, text, encoding):
    assert decode(data, declared="koi8-r") == (text, encoding, 1.0)


def test_line_ends_and_nothing_at_all_are_read_as_they_stand():
    assert decode(b"one\r\ntwo\r").text == "one\r\ntwo\r"
    assert decode(b"") == ("", "utf-8", 1.0)


def test_what_the_source_declares_comes_before_guessing():
    assert decode("Gdańsk".encode("iso8859-2"), "ISO-8859-2") == ("Gdańsk", "iso8859-2", 1.0)
    assert decode("日本".encode("shift_jis"), "Shift_JIS").text == "日本"
    assert decode("日本".encode("iso2022_jp"), "iso-2022-jp").text == "日本"


def test_latin1_means_windows_1252_as_in_every_browser():
    assert decode(b"\x93yes\x94", "iso-8859-1").text == "“yes”"


def test_utf8_that_is_declared_as_an_encoding_of_8_bits_is_utf8():
    assert decode("Brücke".encode(), "latin1") == ("Brücke", "utf-8", 1.0)


@pytest.mark.parametrize("declared", ["nonsense", "base64", "punycode", "", "utf-8", "x" * 1000, "\0"])
def test_a_declaration_that_does_not_fit_is_passed_over(declared):
    assert decode((GERMAN * 3).encode("cp1252"), declared).text == GERMAN * 3


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(GERMAN, "cp1252"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), ("部長会議が開かれた。" * 5, "shift_jis")],
)
def test_an_undeclared_encoding_is_detected_and_says_how_sure_that_is(text, encoding):
    found = decode((text * 3).encode(encoding))
    assert found.text == text * 3
    assert 0 < found.confidence < 1


def test_utf16_without_a_mark_is_recognized_by_its_zeros():
    assert decode(GERMAN.encode("utf-16-le")) == (GERMAN, "utf-16-le", 0.9)
    assert decode("plain words".encode("utf-16-be")) == ("plain words", "utf-16-be", 0.9)


def test_japanese_in_7_bits_is_recognized_by_its_escapes():
    text = "部長会議が開かれた。\nGood news."
    assert decode(text.encode("iso2022_jp")) == (text, "iso2022_jp", 1.0)
    assert decode(b"\x1b$5 is a price, \x1b[1mbold\x1b[0m in a terminal").encoding == "utf-8"


def test_a_few_bad_bytes_in_utf8_are_marked_and_change_nothing_else():
    data = (RUSSIAN * 3).encode()
    found = decode(data[:100] + b"\xff" + data[100:])
    assert found.text.replace("\ufffd", "") == RUSSIAN * 3
    assert found.text.count("\ufffd") == 1
    assert 0.9 < found.confidence < 1


LITHUANIAN = "Žmonės ėjo per tiltą ir kalbėjo apie orą, kuris buvo šaltas. "


@pytest.mark.parametrize("bad", [b"\xff\xfe\x80 zz", b"\xed\xa0\x80", b"\xc5"])
def test_utf8_stays_utf8_if_its_letters_outnumber_the_bytes_that_are_not(bad):
    found = decode(LITHUANIAN.encode() * 4 + bad)
    assert (found.text[: len(LITHUANIAN) * 4], found.encoding) == (LITHUANIAN * 4, "utf-8")
    assert "\ufffd" in found.text


def test_half_of_a_surrogate_pair_in_utf8_becomes_a_replacement_character():
    assert decode(b"A lone \xed\xa0\x80 surrogate").text == "A lone \ufffd surrogate"


@pytest.mark.parametrize("text", [GERMAN, "Größe: Ä, Ö, Ü. " * 3, "“Ÿes” – ‘nö’…"])
def test_windows_1252_is_not_taken_for_damaged_utf8(text):
    assert decode(text.encode("cp1252")).encoding != "utf-8"


def test_a_zero_byte_in_a_text_is_a_character_that_the_ledger_removes():
    assert decode(f"{GERMAN}\0{GERMAN}".encode()).text == f"{GERMAN}\0{GERMAN}"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00", bytes(range(256)) * 4, b"\x7fELF" + bytes(100)])
def test_what_is_not_text_is_said_to_be_so(data):
    with pytest.raises(UnreadableDocument, match="It is not text"):
        decode(data)


@pytest.mark.parametrize(
    ("data", "declared"), [(b"+2AA-", "utf-7"), (b"\\ud800", "unicode_escape"), (b"a" * 70, "idna")]
)
def test_a_declared_codec_that_gives_no_text_is_passed_over(data, declared):
    assert decode(data, declared) == (data.decode(), "utf-8", 1.0)


@given(st.binary(max_size=200))
def test_no_bytes_do_worse_than_to_be_refused(data):
    try:
        found = decode(data)
    except UnreadableDocument:
        return
    assert isinstance(found.text, str)
    assert 0 <= found.confidence <= 1
