"""A crude page is cut down to its article; a clean article with a list at its end is not touched."""

import pytest

from cleaners import Document, Metadata, clean
from cleaners.blocks import blocks
from cleaners.page import beyond_article

ARTICLE = """The ministers of twelve countries met in Paris on Monday to talk about the treaty that they had signed \
in the autumn of last year, and about what it will cost them.
They will meet again in the spring, and hope to have an answer from the other side by then, the French minister said \
after the talks, which went on until midnight.
Nobody left the room before."""
MENU = "News\nSport\nWeather\nShare this article\nFacebook"
TEASERS = "Related articles\nThe baker who became a mayor\nWhat the flood has left behind\nA bridge\nShare this article"


def test_a_list_at_the_end_of_a_clean_article_stays():
    text = f"{ARTICLE}\nThe towns:\nRiga\nTartu\nVilnius\nTurku\nGdynia\n"
    assert clean(text).text == text


def test_a_table_of_results_below_an_article_stays():
    text = f"{ARTICLE}\n" + "".join(f"Runner {n} 2:0{n}:11\n" for n in range(1, 9))
    assert clean(text).text == text


def test_what_stands_between_the_last_paragraph_and_the_furniture_stays():
    assert clean(f"{ARTICLE}\nThe towns:\nRiga\nTartu\nShare this article\nFacebook\n").text == (
        f"{ARTICLE}\nThe towns:\nRiga\nTartu\n"
    )


def test_a_poem_between_furniture_stays():
    poem = "The river runs on\nand on to the sea\nand nobody knows\nwhat became of me\n"
    assert poem in clean(f"Share this article\nFacebook\n{poem}Share this article\nFacebook\n").text


def test_menus_above_and_teasers_below_go_and_the_headline_stays():
    text = f"{MENU}\nMinisters meet in Paris about the treaty\n{ARTICLE}\n{TEASERS}\n"
    assert clean(text).text == f"Ministers meet in Paris about the treaty\n{ARTICLE}\n"


def test_byline_and_date_above_the_article_are_left_to_metadata():
    text = f"{MENU}\nMinisters meet in Paris\nBy Ann Lee\nUpdated 18:25, 18-Feb-2025\n{ARTICLE}\n{TEASERS}\n"
    result = clean(text)
    assert result.text == f"Ministers meet in Paris\n{ARTICLE}\n"
    assert (result.metadata.authors, result.metadata.updated) == (("Ann Lee",), "2025-02-18T18:25")


def test_the_declared_title_stays_wherever_it_stands_above_the_article():
    lines = f"A night in the rain of Paris\n{MENU}\nMinisters and the treaty of Paris\n{ARTICLE}\n{TEASERS}\n"
    document = Document(lines, metadata=Metadata(title="A night in the rain of Paris"))
    assert clean(document).text.startswith("A night in the rain of Paris\n")


@pytest.mark.parametrize("n", [0, 1])
def test_without_evidence_nothing_is_beyond_the_article(n):
    lines = blocks(f"{MENU}\n{ARTICLE}\n{TEASERS}\n")
    assert beyond_article(lines, set(range(n)), dict.fromkeys(range(n), "tools"), None) == set()


def test_a_page_is_reverted_and_stays_as_it_is_when_cleaned_again():
    text = f"{MENU}\nMinisters meet in Paris about the treaty\n{ARTICLE}\n{TEASERS}\n"
    result = clean(text)
    assert result.revert() == text
    assert clean(result.text).text == result.text


def test_a_menu_goes_whose_labels_mean_a_page_only_together():
    labels = "Politics\nUpriver\nBusiness\nHarbours\nTides\nLifestyle\n"
    text = f"{labels}Ministers meet in Paris about the treaty\n{ARTICLE}\n{TEASERS}\n"
    assert clean(text).text == f"Ministers meet in Paris about the treaty\n{ARTICLE}\n"


PARTS = ARTICLE.split("\n")
HEADLINE = "Baker in a village on the Rhine becomes mayor at ninety"


@pytest.mark.parametrize(
    "line",
    [
        "What the treaty will cost ministers and their countries",
        "2. Two houses by the sea that were sold for very little",
        "They asked the baker, who is ninety, what he would do.",
        "A house by the sea",
    ],
    ids=["heads the next paragraph", "numbered", "a sentence", "short"],
)
def test_what_may_be_the_articles_own_stays_below_a_label_of_links(line):
    paragraph = "The treaty will cost the ministers of both countries a lot, they say."
    text = f"{MENU}\n{PARTS[0]}\nRead more\n{line}\n{paragraph}\n{PARTS[1]}\n{TEASERS}\n"
    assert f"{line}\n" in clean(text).text


def test_headlines_below_a_label_stay_in_a_clean_article():
    text = f"{PARTS[0]}\nRead more\n{HEADLINE}\n{PARTS[1]}\n"
    assert clean(text).text == text


def test_headlines_below_a_label_go_between_the_paragraphs_of_a_page():
    text = f"{MENU}\n{PARTS[0]}\nRead more\n{HEADLINE}\n{PARTS[1]}\n{PARTS[2]}\n{TEASERS}\n"
    assert clean(text).text == f"{ARTICLE}\n"


def test_two_labels_above_an_article_are_no_menu():
    text = f"Upriver\nLifestyle\nHarbours\nMinisters meet in Paris about the treaty\n{ARTICLE}\n{TEASERS}\n"
    assert clean(text).text.startswith("Upriver\nLifestyle\nHarbours\n")


LINK = "READ MORE: Why the treaty was never read out loud"
SHORT = [
    "Riga will send two ships.",
    "The bakers of the town were asked for bread, and baked all night.",
    "Nobody knows who is to pay for it.",
    "The snow has since melted.",
]
HEAD = ["Ministers meet in Paris about the treaty", "The talks went on until midnight, and nobody left before."]


@pytest.mark.parametrize("between", [[LINK], ["Follow us on Facebook"], [LINK, "Advertisement", "Copy link"]])
@pytest.mark.parametrize("furniture", [(MENU, TEASERS), (MENU, ""), ("", TEASERS)])
def test_an_article_goes_on_in_short_paragraphs_below_furniture(between, furniture):
    above, below = furniture
    lines = clean("\n".join([above, *HEAD, *PARTS, *between, *SHORT, below])).text.split("\n")
    assert [line for line in (*HEAD, *PARTS, *SHORT) if line not in lines] == []


@pytest.mark.parametrize("between", [[LINK], ["Follow us on Facebook"]])
def test_an_article_begins_with_short_paragraphs_above_furniture(between):
    lines = clean("\n".join([MENU, *HEAD, *SHORT, *between, *PARTS, TEASERS])).text.split("\n")
    assert [line for line in (*HEAD, *SHORT, *PARTS) if line not in lines] == []


def test_a_link_between_any_two_short_paragraphs_is_no_end():
    linked = [line for n, short in enumerate(SHORT) for line in (f"{LINK}, part {n}", short)]
    lines = clean("\n".join([MENU, *HEAD, *PARTS, *linked, TEASERS])).text.split("\n")
    assert [line for line in SHORT if line not in lines] == []


def test_an_interview_goes_on_where_a_rule_takes_a_question_for_furniture():
    talk = ["Why not?", "Because I would have to say thank you.", "Who will come after you?", "My niece.", "And then?"]
    lines = clean("\n".join([MENU, *PARTS, "Share this article", *talk, TEASERS])).text.split("\n")
    assert [line for line in talk if line not in lines] == []


@pytest.mark.parametrize("below", [[], ["By Ann Lee", "Share", "Copy link", "4 min read", "Video player is loading."]])
def test_the_headline_stays_and_so_does_a_standfirst_that_says_more_of_the_article(below):
    standfirst = "In Paris ministers of twelve countries talk about the treaty and about what it will cost."
    lines = clean("\n".join([MENU, "Bread for twelve ships", standfirst, *below, *PARTS, TEASERS])).text.split("\n")
    assert lines[:2] == ["Bread for twelve ships", standfirst]


def test_a_headline_over_a_byline_stays_though_other_lines_have_more_of_the_articles_words():
    menu = "Weather\nTalks about the treaty in Paris\nSport\nShare this article\nFacebook"
    text = "\n".join([menu, "Bread for twelve ships", "By Ann Lee", *["Share", "Copy link", "Print"], *PARTS, TEASERS])
    assert "Bread for twelve ships" in clean(text).text.split("\n")
