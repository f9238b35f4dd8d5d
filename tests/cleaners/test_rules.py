"""A rule file that cannot be used stops the load with one sentence that names file, line and rule."""

import pytest

from cleaners import Knowledge, RuleError, clean
from cleaners.rules import load

GOOD = """# Weather boxes.

[[rule]]
id      = "weather/box"
pattern = '''^weather in [a-z]+: \\d+ degrees$'''
where   = "edge"
why     = "A box beside the article."
removes = ["Weather in Riga: 21 degrees"]
leaves  = ["Weather in Riga: what the farmers fear"]
"""


@pytest.fixture
def folder(tmp_path):
    def write(text):
        (tmp_path / "mine.toml").write_text(text, "utf-8")
        return tmp_path

    return write


def test_a_good_rule_file_is_added_to_the_book(folder):
    knowledge = Knowledge(load([folder(GOOD)]))
    prose = "The ministers of twelve countries met on Monday to talk about the treaty that they had signed.\n"
    assert clean(f"Weather in Riga: 21 degrees\n{prose}", knowledge).text == prose


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (GOOD.replace('"edge"', "edge"), r"mine.toml: not valid TOML: .*line 6"),
        (
            GOOD.replace('why     = "A box beside the article."', ""),
            r"mine.toml, line 3: rule weather/box: needs 'why'",
        ),
        (GOOD.replace('id      = "weather/box"', ""), r"mine.toml, line 3: rule without an id: needs 'id'"),
        (GOOD.replace('["Weather in Riga: what the farmers fear"]', "[]"), r"line 3: rule weather/box: needs 'leaves'"),
        (GOOD.replace('["Weather in Riga: what the farmers fear"]', "[7]"), r"'leaves' holds what is not a text"),
        (GOOD + GOOD, r"mine.toml, line 12: rule weather/box: has this id already at .*mine.toml, line 3"),
        (
            GOOD.replace("weather/box", "share/prompt"),
            r"line 3: rule share/prompt: has this id already at .*share.toml",
        ),
        (GOOD.replace("weather/box", "weather"), r"line 3: rule weather: an id has the form family/name"),
        (GOOD.replace("edge", "top"), r"line 3: rule weather/box: 'where' is edge, anywhere or near:"),
        (GOOD.replace("edge", "near:rain"), r"line 3: rule weather/box: where = 'near:rain' names no rule or family"),
        (GOOD.replace("where  ", "place = 1\nwhere  "), r"line 3: rule weather/box: does not know the field 'place'"),
        (GOOD.replace("[a-z]+", "[a-z+"), r"line 3: rule weather/box: the pattern does not compile: missing \]"),
        (GOOD.replace("[a-z]+", r"([a-z])\1"), r"line 3: rule weather/box: the pattern needs back-references"),
        (GOOD.replace("[a-z]+", "(?=r)[a-z]+"), r"line 3: rule weather/box: the pattern needs back-references"),
        (
            GOOD.replace("21 degrees", "fine"),
            r"line 3: rule weather/box: leaves what it should remove: 'Weather in Riga",
        ),
        (GOOD.replace("what the farmers fear", "9 degrees"), r"line 3: rule weather/box: removes what it should leave"),
        ("rule = 1", r"mine.toml: has no \[\[rule\]\] entries"),
    ],
)
def test_a_bad_rule_file_stops_the_load(folder, broken, message):
    with pytest.raises(RuleError, match=message) as error:
        load([folder(broken)])
    assert "\n" not in str(error.value)


def test_a_line_beside_furniture_goes_between_paragraphs_too():
    above = "The ministers of twelve countries met on Monday to talk about the treaty that they had signed.\n"
    below = "They will meet again in the autumn, and hope to have an answer from the other side by then.\n"
    assert clean(f"{above}Share this article\n{below}").text == f"{above}Share this article\n{below}"
    error = "Error loading player: No playable sources found"
    assert clean(f"{above}{error}\nShare this article\n{below}").text == above + below


TIP = "Whoever knows more about this or about something else that we should look at may write to our tip line at any \
time of the day or night, and need not give a name or an address."
TIPS = f"""# Of any words in front.

[[rule]]
id      = "contact/tips"
pattern = '''^[^.]+ write to our tip line\\b'''
where   = "edge"
why     = "An appeal that stands anywhere."
removes = ["{TIP}"]
leaves  = ["Readers wrote to our tip line, the editor said"]
"""
ABOVE = """The ministers of twelve countries met in Paris on Monday to talk about the treaty that they had signed \
in the autumn of last year, and about what it will cost them.
They will meet again in the spring, and hope to have an answer from the other side by then, the French minister said.
"""
BELOW = "Nobody left the room before midnight, although most of what had to be said had been said by the afternoon.\n"


def test_a_paragraph_between_paragraphs_is_no_edge(folder):
    text = f"{ABOVE}{TIP}\n{BELOW}"
    assert clean(text, Knowledge(load([folder(TIPS)]))).text == text


def test_paragraphs_go_as_far_as_they_stand_beside_furniture(folder):
    text = f"{ABOVE}Share this article\n" + "".join(f"{n} {TIP}\n" for n in range(5)) + BELOW
    assert clean(text, Knowledge(load([folder(TIPS)]))).text == ABOVE + BELOW


def test_a_rule_that_acts_anywhere_takes_a_paragraph_between_paragraphs(folder):
    knowledge = Knowledge(load([folder(TIPS.replace('"edge"', '"anywhere"'))]))
    assert clean(f"{ABOVE}{TIP}\n{BELOW}", knowledge).text == ABOVE + BELOW
