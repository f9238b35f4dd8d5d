"""Prose below an article goes if it is about something else and stands alone; what may be the article's stays."""

from cleaners import clean
from cleaners.blocks import blocks
from cleaners.ending import end_of_article

TREATY = """The ministers of twelve countries met in Paris on Monday to talk about the treaty on fishing in the strait.
The treaty gives the countries on the strait the right to close their harbours to trawlers.
"Our harbours stay open," the French minister said.
Trawlers from the other countries land half of the fish in the French harbours, and the minister needs them.
They will meet again in Paris in the autumn, when the treaty has to be signed.
"""
ABOUT_THE_TREATY = """Open harbours
The French harbours land more fish than those of the other countries on the strait together.
Closed harbours
The treaty lets the ministers close the harbours to trawlers in the autumn.
"""
TEASERS = """A bakery for the night shift
Ovens that never cool have made one street of Lyon the favourite of nurses and taxi drivers.
12 May 2024
What snow does to violins
Instruments crack when concert halls heat the winter air, says a maker from Cremona.
3 hours ago
"""
HEADING, FURNITURE = "Related articles\n", "Share this article\nFacebook\n"
COMMENTS = """Anna Berg
I have baked at night for twenty years, and nobody ever asked me whether my oven was cold in the morning or warm.
Bread tastes best with butter, jam and honey anyway.
My violin cracked, and it was not insured.
Never mind the wood.
"""


def stays(text: str) -> bool:
    return clean(text).text == text


def test_sections_about_the_same_matter_stay_below_furniture():
    assert clean(f"{TREATY}{FURNITURE}{ABOUT_THE_TREATY}{FURNITURE}").text == TREATY + ABOUT_THE_TREATY


def test_sections_about_the_same_matter_stay_above_teasers():
    text = f"{TREATY}{FURNITURE}{ABOUT_THE_TREATY}{TEASERS}{FURNITURE}"
    assert clean(text).text == TREATY + ABOUT_THE_TREATY


def test_a_line_that_announces_a_list_is_no_heading():
    steps = TEASERS.replace("A bakery for the night shift", "It goes like this:").replace("violins\n", "violins:\n")
    assert end_of_article(blocks(f"{TREATY}{steps}{FURNITURE}"), {11: "share", 12: "share"}) == 11


def test_teasers_stay_where_no_rule_knows_what_is_round_them():
    assert stays(TREATY + TEASERS)


def test_paragraphs_that_follow_each_other_stay_whatever_they_are_about():
    other = "".join(line for line in COMMENTS.splitlines(keepends=True)[1:])
    assert other in clean(f"{TREATY}{FURNITURE}{other}{FURNITURE}").text


def test_paragraphs_between_which_advertisements_stand_follow_each_other():
    other = COMMENTS.splitlines()[1:]
    text = f"{TREATY}Related\n" + "".join(f"Advertisement\n{line}\n" for line in other) + FURNITURE
    assert all(line in clean(text).text for line in other)


def test_sections_about_the_same_matter_stay_below_a_heading():
    assert ABOUT_THE_TREATY in clean(f"{FURNITURE}{TREATY}{ABOUT_THE_TREATY}{FURNITURE}").text


def test_a_long_paragraph_stays_whatever_it_is_about():
    long = " ".join(COMMENTS.splitlines()[1:] * 3) + "\n"
    assert long in clean(f"{TREATY}{HEADING}{long}{FURNITURE}").text


def test_what_follows_a_few_paragraphs_stays():
    start = "".join(TREATY.splitlines(keepends=True)[:3])
    assert "violins" in clean(f"{start}{HEADING}{TEASERS}{FURNITURE}").text


def test_more_prose_than_the_article_has_stays():
    assert end_of_article(blocks(f"{TREATY}{HEADING}{TEASERS * 3}"), {5: "related", 6: "related"}) == 24


def test_teasers_below_a_heading_go():
    assert clean(f"{TREATY}{HEADING}{TEASERS}{FURNITURE}").text == TREATY


def test_teasers_go_below_a_heading_that_no_rule_knows_on_a_page_that_is_known_as_one():
    assert clean(f"{FURNITURE}{TREATY}Our tips\n{TEASERS}{FURNITURE}").text == TREATY


def test_teasers_go_in_a_script_without_spaces():
    article = (
        "十二个国家的部长星期一在巴黎会晤，讨论海峡渔业条约的最后草案和港口的开放问题。\n"
        "海峡渔业条约规定，沿岸国家可以对外国渔船关闭港口。\n"
        "法国部长在巴黎会晤以后表示，法国的港口将继续开放，直到海峡渔业条约在秋天签署。\n"
        "外国渔船把一半的鱼运到法国的港口，法国部长说。\n"
        "部长们秋天将再次在巴黎会晤，签署海峡渔业条约。\n"
    )
    teasers = "夜班面包店\n里昂一条街上的烤炉从不熄火，护士和出租车司机都喜欢在深夜来这里买面包吃。\n"
    assert clean(f"{article}相关新闻\n{teasers}分享到微信\n发表评论\n").text == article


def test_comments_go_even_if_they_follow_each_other():
    assert clean(f"{TREATY}2 comments\n{COMMENTS}Leave a comment\n").text == TREATY


def test_the_address_below_is_still_harvested():
    result = clean(f"{TREATY}{HEADING}{TEASERS}Source: https://news.example/treaty\n{FURNITURE}")
    assert (result.text, result.metadata.url) == (TREATY, "https://news.example/treaty")


def test_a_page_that_ends_early_is_reverted_and_stays_as_it_is_when_cleaned_again():
    text = f"{TREATY}{HEADING}{TEASERS}{FURNITURE}"
    result = clean(text)
    assert result.revert() == text
    assert clean(result.text).text == result.text
