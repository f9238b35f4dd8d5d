"""What is known of an article goes to fields of its own, and only what says nothing more leaves the text."""

from dataclasses import replace

import pytest

from cleaners import Document, Metadata, clean
from cleaners.credits import signature

TITLE = "Ministers meet in Paris"
STANDFIRST = "Twelve countries want to keep trawlers out of the strait, but France needs the fish."
BYLINE, DATE = "By Ann Lee", "Updated 18:25, 18-Feb-2025"
PROSE = "The ministers talked for hours on Monday, and then they went home without a treaty."


def read(*lines: str) -> tuple[Metadata, str]:
    result = clean("".join(f"{line}\n" for line in lines))
    return result.metadata, result.text


@pytest.mark.parametrize(
    "lines",
    [
        (TITLE, STANDFIRST, PROSE),
        (TITLE, PROSE, STANDFIRST, BYLINE, PROSE),
        (TITLE, BYLINE, STANDFIRST, PROSE),
        (TITLE, "The port of Calais on Monday, seen from the sea. /Jan Berg/Reuters", BYLINE, PROSE),
        (TITLE, "Paris, France", BYLINE, PROSE),
    ],
    ids=["no byline below it", "a paragraph", "below the byline", "a caption", "a place"],
)
def test_what_may_be_something_else_is_no_standfirst(lines):
    assert read(*lines)[0].standfirst is None


@pytest.mark.parametrize(
    "lines",
    [
        (TITLE, PROSE, "3 March 2024", PROSE, "4 March 2024", PROSE),
        (TITLE, PROSE, "3 March 2024", PROSE),
        (TITLE, PROSE, BYLINE),
    ],
    ids=["a timeline", "a date without a label", "a signature"],
)
def test_dates_and_names_below_a_first_paragraph_stay(lines):
    assert read(*lines)[1].splitlines() == list(lines)


@pytest.mark.parametrize("below", [(BYLINE,), (DATE,), (BYLINE, DATE), ("Ann Lee in Paris", DATE)])
@pytest.mark.parametrize("standfirst", [STANDFIRST, STANDFIRST.rstrip(".")])
def test_a_standfirst_above_a_byline_or_date_is_known_and_stays(standfirst, below):
    metadata, text = read(TITLE, standfirst, *below, PROSE)
    assert (metadata.title, metadata.standfirst) == (TITLE, standfirst)
    assert text.splitlines() == [TITLE, standfirst, PROSE]
    assert (metadata.authors or metadata.updated) is not None


def test_a_page_that_describes_itself_by_one_of_its_lines_has_it_as_standfirst():
    page = f"""<html><head><title>{TITLE}</title><meta name="description" content="{STANDFIRST}"></head>
    <body><h1>{TITLE}</h1><p>{STANDFIRST}</p><p>{PROSE}</p></body></html>"""
    result = clean(page, html=True)
    assert result.metadata.standfirst == STANDFIRST
    assert STANDFIRST in result.text
    assert clean(page.replace(f"<p>{STANDFIRST}</p>", ""), html=True).metadata.standfirst is None


def test_credits_of_captions_are_known_without_the_marks_round_them():
    metadata, _ = read(
        TITLE,
        PROSE,
        "The port of Calais on Monday. /Jan Berg/Reuters",
        "A trawler in the strait (Photo: Ann Lee)",
        "The minister on Monday. [Jan Berg/AFP]",
        "The port of Calais on Monday. /Jan Berg/Reuters",
        PROSE,
    )
    assert metadata.credits == ("Jan Berg/Reuters", "Ann Lee", "Jan Berg/AFP")


@pytest.mark.parametrize(
    "line",
    [
        "She took a picture of the bridge: it was gone.",
        "© 2025 The Harbour Post",
        "Sein Kredit war weg. Credit Suisse auch",
        "Was it real? Image and likeness are words of the Bible",
        "He was seen in the film. Fotis Kafatos wrote it",
        "Le port (photo) est fermé depuis lundi",
    ],
)
def test_words_that_labels_of_credits_use_are_no_credit(line):
    assert signature(line) == ""


@pytest.mark.parametrize(
    ("credit", "who"),
    [
        ("(fot. Jan Berg)", "Jan Berg"),
        ("| Foto: Jan Berg", "Jan Berg"),
        ("| J. Bergo nuotr.", "J. Bergo"),
        ("(Фото: ТАСС)", "ТАСС"),
        ("Фото: Ян Берг", "Ян Берг"),
        ("© AFP", "AFP"),
        ("Photo : Jan Berg", "Jan Berg"),
        ("(Fotoğraf: Jan Berg)", "Jan Berg"),
        ("| EFE", "EFE"),
        ("(AP Photo/Jan Berg)", "AP Photo/Jan Berg"),
    ],
)
def test_pictures_are_signed_in_many_languages(credit, who):
    assert signature(f"The port of Riga on Monday {credit}") == who


def test_prose_that_names_an_agency_is_no_credit():
    assert read(TITLE, PROSE, "She confirmed the report to Reuters")[0].credits == ()


def test_what_the_source_declared_comes_first():
    known = Metadata(standfirst="France needs the fish of the strait", credits=("Ann Lee",))
    metadata = clean(Document(f"{TITLE}\n{STANDFIRST}\n{BYLINE}\n{PROSE}\n", metadata=known)).metadata
    assert (metadata.standfirst, metadata.credits) == (known.standfirst, known.credits)


KNOWN = Metadata(title="Another title", authors=("Ann Lee",), published="2021-03-16")


@pytest.mark.parametrize(
    "line",
    [
        "17 March 2021",
        "What was decided in Riga on 16 March 2021, and what was not",
        "How Ann Lee went from a village school to the summit of the Andes",
        "Ann Lee met him.",
        "16 March",
        "16 March 2020 | 2021",
    ],
)
def test_a_line_that_says_more_than_what_is_known_stays(line):
    assert line in clean(Document(f"{TITLE}\n{line}\n{PROSE}\n", metadata=KNOWN)).text


def test_the_first_line_stays_as_a_title_where_no_other_is_known():
    text = f"Ann Lee: 16 March 2021\n{PROSE}\n"
    assert clean(Document(text, metadata=replace(KNOWN, title=None))).text == text


@pytest.mark.parametrize(
    "line",
    [
        "Dienstag, 16. März 2021 | Politik",
        "Von Ann Lee, Riga",
        "16/03/2021 - Ann Lee",
        "16.03.2020-16.03.2021",
    ],
)
def test_a_label_that_says_again_what_is_known_goes(line):
    assert line not in clean(Document(f"{TITLE}\n{line}\n{PROSE}\n", metadata=KNOWN)).text


def test_what_a_first_run_learnt_takes_nothing_more_in_a_second():
    once = clean(f"{TITLE}\n16.03.2021 | News\nPublished: 2021-03-16\n{PROSE}\n")
    assert clean(Document(once.text, metadata=once.metadata)).ledger == ()


@pytest.mark.parametrize(
    "line", ["Source: PAP", "Quelle: Beispiel Zeitung", "Źródło: PAP", "Fuente: EFE", "来源：新华社"]
)
def test_the_agency_that_an_article_comes_from_is_among_its_credits(line):
    metadata, text = read(TITLE, PROSE, line)
    assert line not in text
    assert metadata.credits == (line.replace("：", ":").split(":")[1].strip(),)


@pytest.mark.parametrize(
    "below",
    [
        ("Source: PAP", "Source: World Bank"),
        ("Source: close to the minister, and well informed.",),
        ("Source:",),
    ],
    ids=["of two tables", "a sentence", "a heading"],
)
def test_sources_that_are_none_of_the_article_stay(below):
    metadata, text = read(TITLE, PROSE, *below)
    assert (metadata.credits, text.splitlines()[2:]) == ((), list(below))
