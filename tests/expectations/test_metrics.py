"""What is measured of a text: first what must not raise suspicion, then what must."""

import tomllib
from pathlib import Path

import pytest

from cleaners.document import Cleaned, Document, Metadata
from cleaners.edits import Edit, Step
from expectations.metrics import COLUMNS, measure

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "must_not_change.toml").read_text("utf-8"))["case"]
FAULTS = (
    "mojibake_suspects", "n_replacement_characters", "n_stray_characters", "n_untidy_places", "n_furniture_lines",
)  # fmt: skip
GOOD = """
MACHALÍ — The mayor said that the road would be open again by the end of May.
Lourenço° and Conceição ª are marked in the list, as are 21 °C, 5 µm, §4 and ½ of the rest.
The band SÄPÅ’s new record is sold at CAFÉ™, “CLICHÉ” and «IRMÃ»; the layer is 10 Å² thick.
IRMÃ… E IRMÃO; ATÉ “JÁ”, OLÁ… e amanhã… « voilà »… «où»… l’été… «café»…
Å gå på ski er gøy. Å’s sogn ligger i Lofoten. DOVILĖ ŠAKALIENĖ, Dovilė Šakalienė, žmonių, Žemaitė, į, ų.
Să învețe și FATĂ» „FATĂ” în București; Łódź, Gżegżółka, Świętość, ŁÓDŹ – Kraków; NEJBLIŽŠÍ, PŘÍŠTÍ.
Größe, STRASSE, MAß, Übermut, ÆRØ—Ærø, Ängelholm, Çeşme, İstanbul’da, DİYARBAKIR… Əliyev, gələcək.
Привет, мир! «Россия» — РФ; СССР… Їжак, Ґанок, Ђорђе, ЉУБАВ, РІЧКА І РІК; рішення суду.
Αθήνα: «Καλημέρα» — ΟΧΙ! שלום עולם, “טוב” 3×½ 5×² ×… العربية، «مرحبا»… فارسی می‌خواهد.
प्रधानमंत्री ने कहा कि क्‍या यह सच है। สวัสดีชาวโลก 羅馬人把地中海稱為“我們的海”。 東京で「会議」。 한국어 문장.
Đurđa, Nguyễn Văn Ân, TRẦN… TIẾNG VIỆT; Þór’s “ÐÓRA” og Ñandú… ¿QUÉ? ¡SÍ! ÑUÑOA—Chile
The sum √2 + √π ≥ 3 holds; the tree is ├── src and └── lib; ½ × ¾ = ⅜; 👩‍🚀 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇺🇦
By continuing to use the site you agree to the new rules, the minister told the workers at the quarry.
We use cookies as bribes, said the baker, who by using flour of her own does not agree to the new law.
Translating poetry... is what remains. Error messages of players are no news. Share this article of faith, he said.
""".strip()


def cleaned(text, *edits):
    return Cleaned(text, Metadata(), (Step("test", edits),) if edits else ())


def row_of(text):
    return measure(Document(text, "a"), cleaned(text))


def faults(text):
    row = row_of(text)
    return {name: row[name] for name in FAULTS if row[name]}


@pytest.mark.parametrize("text", [case["text"] for case in CASES], ids=[case["name"] for case in CASES])
def test_texts_that_must_not_change_raise_no_suspicion(text):
    assert faults(text.rstrip("\n") + "\n") == {}


@pytest.mark.parametrize("sentence", GOOD.splitlines())
def test_good_sentences_of_many_languages_raise_no_suspicion(sentence):
    assert faults(sentence + "\n") == {}


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize(
    "words",
    [
        "Dovilė left", "café society", "Žemaitė wrote", "Österreich gewinnt", "Élysée palace", "“quoted” words",
        "it’s here", "a pause — here", "and so on…", "it costs €5 now", "España y niño", "são Paulo", "Łódź i Świętość",
        "în București și Iași", "gələcək", "Привет, мир", "Καλημέρα κόσμε", "שלום עולם", "مرحبا بالعالم",
        "羅馬人的地中海", "東京の会議", "नमस्ते दुनिया", "สวัสดีชาวโลก", "👍 well done",
    ],
)  # fmt: skip
def test_text_decoded_as_western_european_is_suspected(words, encoding):
    decoded = "".join(bytes([byte]).decode(encoding, "replace").replace("\ufffd", chr(byte)) for byte in words.encode())
    assert row_of(decoded + "\n")["mojibake_suspects"] > 0


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("Привет", "cp1251"),
        ("“ja” и “нет”…", "cp1251"),
        ("café", "mac_roman"),
        ("it’s", "mac_roman"),
        ("café", "cp437"),
        ("žluťoučký kůň", "cp1250"),
    ],
)
def test_text_decoded_with_another_encoding_is_suspected(words, encoding):
    assert row_of(words.encode().decode(encoding, "ignore") + "\n")["mojibake_suspects"] > 0


@pytest.mark.parametrize("text", ["voilÃ it is", "the priceÂ is", "DovilÄ'jo", "polÃtica", 'cÅ"ur'])
def test_mojibake_whose_spaces_and_quotation_marks_were_normalized_is_suspected(text):
    assert row_of(text + "\n")["mojibake_suspects"] == 1


def test_each_place_counts_once():
    assert row_of("Dovil\u00c4\u2014 met Andr\u00c3\u00a9 in May.\n")["mojibake_suspects"] == 2


@pytest.mark.parametrize(
    ("text", "column", "count"),
    [
        ("Dzia\ufffd\ufffddowo\n", "n_replacement_characters", 2),
        ("half \ud83d of it\n", "n_replacement_characters", 1),
        ("a\tb\x00c\u200bd\ufeff\u00ad\n", "n_stray_characters", 5),
        ("one \ntwo\n", "n_untidy_places", 1),
        ("one\n\n\n\n\ntwo\n", "n_untidy_places", 1),
        ("\none\n", "n_untidy_places", 1),
        ("one", "n_untidy_places", 1),
        ("one\n\n", "n_untidy_places", 1),
        ("Error loading player: No playable sources found\nTranslating...\n", "n_furniture_lines", 2),
        ("By continuing to browse our site you agree to our use of cookies.\n", "n_furniture_lines", 1),
        ("Share this content:\n", "n_furniture_lines", 1),
    ],
)
def test_faults_are_counted(text, column, count):
    assert row_of(text)[column] == count


def test_a_row_has_every_column_in_its_type():
    row = row_of("One line.\n")
    assert {name: type(value) for name, value in row.items()} == COLUMNS


def test_an_empty_text_is_measured():
    row = row_of("")
    assert (row["n_letters"], row["n_characters"], row["removed_ratio"], row["is_reversible"]) == (0, 0, 0.0, True)


def test_what_was_taken_away_is_measured():
    edit = Edit(0, "Share this\n", "", "share/prompt")
    row = measure(Document("Share this\nIt rained.\n", "a"), cleaned("It rained.\n", edit))
    assert (row["removed_ratio"], row["longest_removal"], row["n_edits"]) == (0.5, 10, 1)
    assert row["is_reversible"]


def test_taking_the_longest_paragraph_away_is_noticed():
    story, text = "It rained all day in the town.\n", "It rained.\n"
    row = measure(Document(story + text, "a"), cleaned(text, Edit(0, story, "", "a/rule")))
    assert not row["is_longest_paragraph_kept"]
    assert row_of(text)["is_longest_paragraph_kept"]


def test_what_the_markup_of_a_page_takes_is_no_harm():
    menu = Edit(0, "All the news of the day from all the towns of the country\n" * 9, "", "markup/navigation")
    document = Document(f"{menu.before}{GOOD}\n", "a", furniture=(menu,))
    row = measure(document, cleaned(f"{GOOD}\n", menu))
    assert (row["removed_ratio"], row["longest_removal"], row["n_edits"]) == (0.0, 0, 1)
    assert row["is_longest_paragraph_kept"]
    assert row["is_reversible"]


def test_markup_that_takes_the_article_is_noticed():
    story = Edit(5, f"{GOOD}\n", "", "markup/comments")
    row = measure(Document(f"Home\n{GOOD}\n", "a", furniture=(story,)), cleaned("Home\n", story))
    assert row["removed_ratio"] > 0.9
    assert not row["is_longest_paragraph_kept"]


@pytest.mark.parametrize("edit", [Edit(0, "Snow", "It", "a/rule"), Edit(99, "a", "b", "a/rule")])
def test_a_ledger_that_does_not_lead_back_is_found(edit):
    assert not measure(Document("It rained.\n", "a"), cleaned("It rained.\n", edit))["is_reversible"]


def test_letters_spelled_otherwise_are_found():
    assert row_of("Cádiz\n")["is_nfc"]
    assert not row_of("Ca\u0301diz\n")["is_nfc"]


@pytest.mark.parametrize("piece", ["Ã", "à¤", "Ð¿", "РїС", " ", "\n", "we use cookies ", "By using you agree to ", "├"])
def test_a_line_of_a_million_characters_is_measured(piece):
    assert row_of(piece * (1_000_000 // len(piece)))["n_characters"] > 900_000
