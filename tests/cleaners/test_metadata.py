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


@pytest.mark.parametrize(
    "line",
    [
        "4 marca 2025 roku doszło do wypadku.",
        "Am 4. März 2025 wurde gewählt",
        "Le 3 mars 2025, le pont a été fermé",
        "2025 m. kovo 4 d. uostamas buvo uždarytas",
        "El 4 de marzo de 2025 cerró el puerto",
        "Den 4 mars 2025 stängdes hamnen",
        "В марте 2025 года порт закрыли",
        "2025年3月4日に港が閉鎖された",
        "4 listopada 2025",
        "31 lutego 2025",
        "03/04/2025",
        "4 mars 2025 – 6 mars 2025",
        "Mars 2025",
        "Opublikowano 2025",
        "Автор: людина, яка бачила міст",
        "Autor: der Minister selbst",
        "Auteur: Molière",
        "Text: Was im Hafen geschah",
        "De Nederlandsche Bank",
        "Di Nuovo Insieme",
        "作者：他说他不知道为什么",
        "Die Hafenbrücke: Ann Lee",
    ],
)
def test_a_line_that_is_the_articles_own_stays(line):
    assert read(TITLE, line, PROSE)[1].splitlines() == [TITLE, line, PROSE]


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("4 marca 2025", "2025-03-04"),
        ("Opublikowano: 4 listopada 2025, godz. 08:15", "2025-11-04T08:15"),
        ("Publié le 1er août 2025 à 14h05", "2025-08-01T14:05"),
        ("Veröffentlicht am 4. März 2025, 10:12 Uhr", "2025-03-04T10:12"),
        ("Dienstag, 04.03.2025", "2025-03-04"),
        ("2025 m. kovo 4 d.", "2025-03-04"),
        ("Publicado el 4 de marzo de 2025", "2025-03-04"),
        ("Publicado em 04/03/2025 às 10h30", "2025-03-04T10:30"),
        ("Publicerad 4 mars 2025 kl. 10.15", "2025-03-04T10:15"),
        ("Опубликовано 4 марта 2025 г. в 10:12", "2025-03-04T10:12"),
        ("Субота, 4 жовтня 2025 року, 10:12", "2025-10-04T10:12"),
        ("2025. március 4., 10:12", "2025-03-04T10:12"),
        ("Julkaistu 4. maaliskuuta 2025 klo 10.15", "2025-03-04T10:15"),
        ("Publikováno 4. 3. 2025 v 10:12", "2025-03-04T10:12"),
        ("2025. gada 4. martā", "2025-03-04"),
        ("Δημοσίευση: 4 Μαρτίου 2025", "2025-03-04"),
        ("YAYINLANMA: 4 KASIM 2025 10:12", "2025-11-04T10:12"),
        ("发布时间：2025年3月4日 10:12", "2025-03-04T10:12"),
        ("2025年3月4日（火） 10時12分", "2025-03-04T10:12"),
        ("입력 2025년 3월 4일 오후 3:05", "2025-03-04T15:05"),
    ],
)
def test_dates_are_read_in_many_languages(line, published):
    metadata, text = read(TITLE, line, PROSE)
    assert (metadata.published, text.splitlines()) == (published, [TITLE, PROSE])


@pytest.mark.parametrize(
    "line",
    ["Mis à jour le 3 mars 2025", "Stand: 03.03.2025", "Güncelleme: 3 Mart 2025", "Aggiornato il 3 marzo 2025"],
)
def test_a_date_says_in_many_languages_that_an_article_was_updated(line):
    metadata, text = read(TITLE, STANDFIRST, line, PROSE)
    assert (metadata.updated, metadata.standfirst) == ("2025-03-03", STANDFIRST)
    assert line not in text


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Автор: Іван Франко", ("Іван Франко",)),
        ("Autorzy: Anna Nowak i Jan Berg", ("Anna Nowak", "Jan Berg")),
        ("Text: Ann Lee", ("Ann Lee",)),
        ("Tekst av Ann Lee og Jan Berg", ("Ann Lee", "Jan Berg")),
        ("作者：李明", ("李明",)),
    ],
)
def test_authors_are_named_in_many_languages(line, names):
    metadata, text = read(TITLE, line, PROSE)
    assert (metadata.authors, text.splitlines()) == (names, [TITLE, PROSE])


def test_a_word_that_also_begins_other_lines_names_an_author_beside_a_date():
    metadata, text = read(TITLE, "Di Maria Rossi", "Pubblicato il 4 marzo 2025", PROSE)
    assert (metadata.authors, text.splitlines()) == (("Maria Rossi",), [TITLE, PROSE])


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
