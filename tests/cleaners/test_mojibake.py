"""Mojibake: what must stay comes first, then what must be repaired, then the promises."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners import Document, Knowledge, apply, revert
from cleaners.edits import Edit, Step
from cleaners.mojibake import repair, repair_mojibake
from cleaners.mojibake_encodings import ENCODINGS, is_suspect

LINES = (Path(__file__).parents[1] / "cases" / "mojibake.jsonl").read_text("utf-8").strip().split("\n")
CASES = [json.loads(line) for line in LINES]

FRAGMENTS = st.sampled_from(
    [
        *"ÃÂÄÅâÐÑРСГĂĹ√┬├ŸØ",
        *"—™©€œž’“”…\u00a0\u00ad\x81\x8d\x9d�? ",
        "é",
        "ß",
        "а",
        "я",
        "K",
        "ov",
        "\n",
        "\ud800",
        "\0",
        "中",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(FRAGMENTS, max_size=25).map("".join))


def edits(text):
    return tuple(repair_mojibake(Document(text), Knowledge()))


def named(cases):
    return [pytest.param(case, id=case["name"]) for case in cases]


@pytest.mark.parametrize("case", named(case for case in CASES if case["clean"] == case["corrupted"]))
def test_good_text_stays(case):
    assert edits(case["clean"]) == ()


@pytest.mark.parametrize("case", named(case for case in CASES if case["clean"] != case["corrupted"]))
def test_mojibake_is_repaired(case):
    assert repair(case["corrupted"]) == case["clean"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_repaired_needs_no_repair(case):
    assert edits(case["clean"]) == ()


def test_an_edit_is_as_small_as_the_damage_and_names_the_encoding():
    assert edits("Defense Minister DovilÄ— Sakaliene") == (Edit(22, "Ä—", "ė", "mojibake/windows-1252"),)


def test_a_line_that_ftfy_reads_is_edited_only_where_it_is_damaged():
    text = "She called it a \u00e2\u20ac\u0153new start\u00e2\u20ac? and he a \u00e2\u20ac\u0153dead end\u00e2\u20ac?"
    assert [(edit.before, edit.after) for edit in edits(text)] == [
        ("\u00e2\u20ac\u0153", "“"),
        ("\u00e2\u20ac?", "\ufffd"),
        ("\u00e2\u20ac\u0153", "“"),
        ("\u00e2\u20ac?", "\ufffd"),
    ]


def test_the_same_loss_is_repaired_each_time():
    assert repair("KopeÄek met Mr KopeÄek. " * 5) == "Kopeček met Mr Kopeček. " * 5


def test_letters_are_not_guessed_where_a_line_lost_most_of_them():
    damaged = re.sub("[\x80-\x9f]", "", "Наступившее утро застало рыбаков у реки".encode().decode("latin-1"))
    assert repair(damaged).count("\u00d1") == damaged.count("\u00d1")


def test_control_characters_that_are_windows_1252_punctuation():
    assert repair("It\x92s late\x85 he said.") == "It’s late… he said."


@pytest.mark.parametrize("damaged", ["Un cafÃ© noir.", "I donât know.", "Jaroslav KopeÄ\ufffdek met them."])
@pytest.mark.parametrize(
    "good",
    [
        "Tô Lâm is the president of Vietnam, and the mât of the ship is new.",
        "In Turkish, âlem is the world and hâlâ, with it, is the word.",
        "La verità è – disse – bella, e la vita “è” – lo so.",
        "Der Schah Abbâs ist nicht der Sohn und die Mutter.",
        "A distance of 2.5 Å was the answer to that.",
    ],
)
def test_a_good_line_stays_beside_a_damaged_one(good, damaged):
    assert repair(f"{damaged}\n{good}").endswith(f"\n{good}")


def test_one_kind_of_damage_does_not_keep_another():
    assert repair("A cafÃ© is here.\n" + "âYes, he said. " * 9).startswith("A café is here.\n“Yes, he said. “Yes")


def test_a_letter_that_became_u_fffd_is_not_guessed_in_a_text_of_a_word_or_two():
    assert repair("Slovenčina".encode().decode("cp1252", "replace")) == "Sloven\ufffdina"
    assert repair("GRÖ\ufffdE") == "GRÖ\ufffdE"
    assert repair("CAFÉ\ufffd") == "CAFÉ\ufffd"
    assert repair("Slovenčina je jazyk.".encode().decode("cp1252", "replace")) == "Slovenčina je jazyk."


def test_beside_a_lost_letter_that_stays_lost_another_lost_byte_is_lost_too():
    assert repair("KopeÄ\ufffdekÃ") == "Kope\ufffdek\ufffd"


@given(st.text("abekÄÅÃâ€ÐÑ\ufffdšž ", min_size=2, max_size=12))
def test_a_word_or_two_with_lost_letters_never_fails_and_does_not_change_twice(text):
    assert repair(repair(text)) == repair(text)


@pytest.mark.parametrize(
    "text",
    [
        "DIE GRÖ\ufffdE DER STADT IST BEKANNT.",
        "Die GRÖ\ufffdE der Stadt ist bekannt.",
        "Das CAFÉ\ufffd ist heute offen.",
        "La PEÑ\ufffdA está cerca.",
        "PEÑ\ufffd DEL AGUA ES GRANDE.",
        "Ö\ufffdterreich ist schön.",
    ],
)
def test_a_good_capital_beside_u_fffd_stays(text):
    assert repair(text) == text


def test_a_loss_with_several_plausible_readings_stays():
    assert repair("Luis Ã�ngel met them.") == "Luis Ã�ngel met them."


@given(TEXTS)
def test_edits_apply_and_revert(text):
    step = Step("repair_mojibake", edits(text))
    repaired = apply(text, step.edits)
    assert repaired == repair(text)
    assert revert(repaired, [step]) == text
    assert all(edit.rule.startswith("mojibake/") and edit.before != edit.after for edit in step.edits)


@given(TEXTS)
def test_repair_is_idempotent(text):
    repaired = repair(text)
    assert repair(repaired) == repaired


@pytest.mark.parametrize(
    "text", ["Ã" * 100_000, "â€" * 50_000, "Ã©" * 50_000, "Ä—" * 50_000, "\ud800" * 1000, "\0Ã\0" * 1000]
)
def test_hostile_text_is_repaired_without_error(text):
    repair(text)


def test_senseless_text_stays_senseless_in_bounded_time():
    symbols = [symbol for encoding in ENCODINGS for symbol in encoding.symbols]
    text = "".join(symbols[i * i * 31 % len(symbols)] for i in range(20_000))
    repaired = repair(text)
    assert repair(repaired) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "Für Änderungen in Ägypten",
        "Île-de-France",
        "Østre Landsret",
        "Århus",
        "Jusqu’à l’été",
        "Äiti",
        "Ñandú",
        "zvlášť, déšť",
        "діє",
        "Å andra sidan är båten gammal.",
        "Was steht dort, ein � oder ein ganzes Wort?",
    ],
)
def test_good_words_that_look_like_mojibake_are_not_suspected(text):
    assert not is_suspect(text)


@pytest.mark.parametrize("text", ["KopeÄek", "Äekal", "Åukasz", "Å imonytė", "SlovenÄ�ina", "fianÃ§ailles"])
def test_what_lost_a_byte_is_suspected(text):
    assert is_suspect(text)
