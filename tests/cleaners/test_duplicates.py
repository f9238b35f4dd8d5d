"""Copies are found and name an original that they are like; what is not alike stays, in whatever order it comes."""

import os
import subprocess
import sys
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaners.duplicates import N_BANDS, near_duplicates, sketch, sketch_many

WORDS = [
    f"{head}{tail}" for head in "bark lime moss reed sand tarn weir".split() for tail in "er ing y ed en s ish".split()
]
CHINESE = "市长星期一为河上的新桥剪彩通车典礼比原计划晚了一年他和工人们一起步行走过大桥并向围观的居民挥手致意"
MANY_SCRIPTS = "Ąžuolas ΣΊΣΥΦΟΣ, Straße: 市长为新桥剪彩。 สะพานใหม่ हिन्दी 2024 \ud800 ė🙂"


def article(seed: int, n_words: int = 200) -> list[str]:
    return Random(seed).choices(WORDS, k=n_words)  # noqa: S311  the same each time is what we want


def edited(words: list[str], *places: int) -> list[str]:
    return [f"{word}-edited" if place in places else word for place, word in enumerate(words)]


def copies(texts: dict[str, str]) -> dict[str, str]:
    sketches = sketch_many(texts.values())
    return near_duplicates(list(texts), lambda band: sketches[:, band])


def estimated(one: str, other: str) -> float:
    return float((sketch(one).view(np.uint8) == sketch(other).view(np.uint8)).mean())


def counted(one: list[str], other: list[str]) -> float:
    first, second = ({tuple(words[place : place + 5]) for place in range(len(words) - 4)} for words in (one, other))
    return len(first & second) / len(first | second)


# A few articles, each with up to seven words edited, so that some are copies of others and some nearly so.
CORPORA = st.lists(
    st.tuples(st.integers(0, 2), st.sets(st.integers(0, 99), max_size=7)).map(
        lambda made: " ".join(edited(article(made[0], 100), *made[1]))
    ),
    min_size=2,
    max_size=12,
).map(lambda texts: {f"{number:02}": text for number, text in enumerate(texts)})


@given(CORPORA, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_documents_does_not_matter(texts, chance):
    shuffled = list(texts.items())
    chance.shuffle(shuffled)
    assert copies(dict(shuffled)) == copies(texts)


@given(CORPORA)
@settings(deadline=None)
def test_an_original_is_no_copy_and_each_copy_is_like_its_original(texts):
    found = copies(texts)
    assert not found.keys() & set(found.values())
    assert all(original < copy and estimated(texts[copy], texts[original]) >= 0.7 for copy, original in found.items())


@given(st.text(st.characters(codec=None)))
def test_any_text_has_a_sketch_and_is_as_like_itself_as_can_be(text):
    assert sketch(text).shape == (N_BANDS,)
    assert estimated(text, text) == 1


def test_an_edited_copy_names_its_original_and_another_article_stays():
    texts = {"first": article(1), "second": edited(article(1), 20, 90), "third": article(2)}
    assert copies({name: " ".join(words) for name, words in texts.items()}) == {"second": "first"}


def test_texts_that_have_half_of_their_shingles_in_common_are_no_copies():
    one, other = article(1), article(1)[:130] + article(2)[:70]
    assert 0.4 < counted(one, other) < 0.55
    assert copies({"one": " ".join(one), "other": " ".join(other)}) == {}


def test_a_copy_of_a_copy_that_is_unlike_the_original_stays():
    chain = [article(1)[start : start + 160] for start in (0, 20, 40)]
    near, far = counted(chain[0], chain[1]), counted(chain[0], chain[2])
    assert near > 0.75
    assert far < 0.62
    assert copies({f"{number}": " ".join(words) for number, words in enumerate(chain)}) == {"1": "0"}


def test_case_spaces_and_punctuation_do_not_matter_and_words_do():
    text = "Don't wait, said the mayor of Riga: 'The bridge is open.'"
    assert (sketch(text) == sketch("DON’T  WAIT\nsaid the mayor of Riga – “the bridge is open”")).all()
    assert not (sketch(text) == sketch(text.replace("open", "shut"))).all()
    assert not (sketch("the bridge") == sketch("bridge the")).all()
    assert not (sketch("thebridge") == sketch("the bridge")).all()


def test_a_mark_does_not_end_a_word():
    assert (sketch("कि") != sketch("क ि")).any()
    assert estimated("हिन्दी", "ह न द") < 0.1


@pytest.mark.parametrize("script", [CHINESE, "".join(chr(0x0E01 + place * 7 % 46) for place in range(60))])
def test_a_letter_is_a_word_where_no_spaces_stand_between_words(script):
    spaced = "，".join(script[start : start + 10] for start in range(0, len(script), 10))
    assert (sketch(script) == sketch(spaced)).all()
    assert 0.6 < estimated(script, script[:-4] + "x") < 1


@pytest.mark.parametrize(("n_words", "places"), [(30, [15]), (200, [50, 150]), (200, [20, 60, 100, 140, 180])])
def test_sketches_agree_in_the_share_of_shingles_that_texts_have_in_common(n_words, places):
    errors = []
    for seed in range(100):
        words = article(seed, n_words)
        changed = edited(words, *places)
        # The edit adds a word to the one that it marks.
        errors.append(
            estimated(" ".join(words), " ".join(changed)) - counted(words, " ".join(changed).replace("-", " ").split())
        )
    assert abs(np.mean(errors)) < 0.01
    assert np.std(errors) < 0.05


def test_texts_without_words_are_nobodys_copies():
    assert not sketch("").any()
    assert not sketch("… – !\n").any()
    assert copies({"a": "", "b": "", "c": "…"}) == {}


def test_a_corpus_without_documents_has_no_copies():
    assert copies({}) == {}


def test_short_texts_are_copies_if_their_words_are_the_same():
    assert copies({"a": "No news today.", "b": "no news today", "c": "No news", "d": "Good news today"}) == {"b": "a"}


def test_a_text_of_many_pieces_is_like_its_copy_with_a_line_above():
    long = " ".join(article(1, 60_000))
    assert len(long) > 4 * 2**16
    assert copies({"a": long, "b": f"A line above.\n{long}"}) == {"b": "a"}


def test_ten_thousand_copies_are_no_more_work_than_as_many_documents():
    sketches = sketch_many([" ".join(article(1))]).repeat(10_000, axis=0)
    ids = [f"{number:05}" for number in range(10_000)]
    assert near_duplicates(ids, lambda band: sketches[:, band]) == dict.fromkeys(ids[1:], ids[0])


@pytest.mark.parametrize("size", [1, 2, 9])
def test_bands_can_be_put_together_from_shards_of_any_size(size):
    texts = {f"{number}": " ".join(edited(article(number % 4), number)) for number in range(9)}
    every = list(texts.values())
    shards = [sketch_many(every[start : start + size]) for start in range(0, len(every), size)]
    found = near_duplicates(list(texts), lambda band: np.concatenate([shard[:, band] for shard in shards]))
    assert found == {"4": "0", "5": "1", "6": "2", "7": "3", "8": "0"}


def test_a_sketch_is_the_same_in_every_process_and_version():
    program = (
        "from hashlib import sha256; from cleaners.duplicates import sketch;"
        f"print(sha256(sketch({MANY_SCRIPTS!r}).astype('<u8').tobytes()).hexdigest())"
    )
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment, check=True
        )
        assert done.stdout.strip() == "862d69ca4a056ab68e42185133f6f51510b59cc2e0520bcd3d4e18feb6cebb60"


def test_of_very_many_copies_each_names_the_first():
    ids = [f"{number:05}" for number in range(40_000)]
    found = near_duplicates(ids, lambda band: np.full(len(ids), band + 1, np.uint64))
    assert found == dict.fromkeys(ids[1:], ids[0])
