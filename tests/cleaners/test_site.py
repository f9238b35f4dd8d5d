"""What a site repeats goes without a rule; what an article repeats, or a reader needs, stays."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from cleaners import Document, Edit, Knowledge, Metadata, clean
from cleaners.site import SiteLines, in_ranges, merge, survey

TOWNS = ["Riga", "Tartu", "Vilnius", "Turku", "Gdynia"]
FOOTER = "The Courier of the Coast has been printed in this town since the year of the great flood."


def page(town: str, *, above: str = "", between: str = "", below: str = "", site: str = "courier.example") -> Document:
    lines = [
        above,
        f"{town} elects a mayor",
        f"The people of {town} elected a mayor on Sunday, and the count went on until the morning.",
        between,
        f"Nobody in {town} had expected the baker to win, least of all the baker, as he said.",
        below,
    ]
    text = "".join(f"{line}\n" for line in lines if line)
    return Document(text, f"{town}.txt", metadata=Metadata(url=f"https://{site}/{town}"))


def texts(documents: list[Document]) -> list[str]:
    site_lines = merge([survey(documents)])
    return [clean(document, Knowledge(site_lines=site_lines)).text for document in documents]


def unchanged(documents: list[Document]) -> bool:
    return texts(documents) == [document.text for document in documents]


def test_what_repeats_inside_one_document_only_stays():
    chorus = "And the river runs on to the sea\n" * 5
    assert unchanged([Document(page(TOWNS[0]).text + chorus, "song.txt"), *map(page, TOWNS[1:])])


def test_what_two_documents_share_stays():
    assert unchanged([page(TOWNS[0], below=FOOTER), page(TOWNS[1], below=FOOTER), *map(page, TOWNS[2:])])


def test_what_documents_of_different_sites_share_stays():
    assert unchanged([page(town, below=FOOTER, site=f"{town}.example") for town in TOWNS])


def test_versions_of_one_article_count_once():
    article = page("Riga", below=FOOTER)
    assert unchanged(
        [Document(f"Version {n}\n{article.text}", f"{n}.txt", metadata=article.metadata) for n in range(5)]
    )


def test_a_heading_that_stands_in_every_article_stays():
    assert unchanged([page(town, between="What happens next") for town in TOWNS])


def test_dates_that_differ_in_digits_only_are_not_one_line():
    assert unchanged([page(town, above=f"{n} February 2025") for n, town in enumerate(TOWNS, 1)])


@pytest.mark.parametrize("place", ["between", "below"])
def test_sentences_that_differ_in_a_number_only_are_not_one_line(place):
    sentence = "The storm cut the power of {} houses, and the repair will take days."
    assert unchanged([page(town, **{place: sentence.format(n * 100)}) for n, town in enumerate(TOWNS, 1)])


def test_background_that_some_articles_tell_stays():
    documents = [page(town, between=FOOTER) for town in TOWNS[:4]]
    assert unchanged(documents + [page(f"{town} on the {water}") for town in TOWNS for water in ("sea", "lake")])


def test_a_line_above_the_article_stays_as_its_title():
    column = [Document(page(town).text.replace(f"{town} elects", "A town elects"), f"{town}.txt") for town in TOWNS]
    assert unchanged(column)


@pytest.mark.parametrize("place", ["above", "below"])
def test_what_three_of_five_pages_have_at_their_edge_goes(place):
    documents = [page(town, **{place: "Write to the desk"}) for town in TOWNS[:3]] + list(map(page, TOWNS[3:]))
    assert texts(documents) == [page(town).text for town in TOWNS]


def test_a_long_line_goes_between_paragraphs_too():
    assert texts([page(town, between=FOOTER) for town in TOWNS]) == [page(town).text for town in TOWNS]


def test_counts_do_not_make_other_lines_of_one():
    documents = [page(town, below=f"{n} readers are here now") for n, town in enumerate(TOWNS)]
    assert texts(documents) == [page(town).text for town in TOWNS]


def test_without_an_address_the_folder_is_the_site():
    documents = [Document(page(town, below=FOOTER).text, f"coast/{town}.txt", f"coast/{town}.txt") for town in TOWNS]
    assert texts(documents) == [page(town).text for town in TOWNS]


def test_every_line_that_goes_is_in_the_ledger_and_comes_back():
    documents = [page(town, below=FOOTER) for town in TOWNS]
    result = clean(documents[0], Knowledge(site_lines=merge([survey(documents)])))
    assert [edit.rule for step in result.ledger for edit in step.edits] == ["site/repeated-line"]
    assert result.revert() == documents[0].text


def test_shards_and_their_order_do_not_matter():
    documents = [page(town, above="Menu of the day", below=FOOTER) for town in TOWNS]
    whole = merge([survey(documents)])
    for seed in range(5):
        shuffled = Random(seed).sample(documents, len(documents))  # noqa: S311  the same each time
        assert merge(survey(shuffled[n : n + 2]) for n in range(0, len(shuffled), 2)) == whole


def test_more_lines_than_are_gone_through_at_once_are_counted_all_the_same():
    rng = np.random.default_rng(1)
    seldom, repeated = rng.integers(0, 2**64, 700_000, np.uint64), rng.integers(0, 2**64, 500, np.uint64)
    articles = [*rng.integers(1, 4, len(seldom), np.uint64), *np.repeat(np.uint64([1, 2, 3]), len(repeated)), 1, 2, 3]
    any_line = np.full(len(articles), 7, np.uint64)
    keys = np.concatenate([seldom, np.tile(repeated, 3), any_line[:3]])
    rows = rng.permutation(np.stack([keys, np.array(articles, np.uint64), np.zeros_like(keys), any_line], axis=1))
    assert merge(map(in_ranges, np.array_split(rows, 5))).anywhere == set(repeated.tolist())


def test_what_the_markup_of_a_page_marks_is_not_counted():
    def marked(town):
        document = page(town, below=FOOTER)
        start = document.text.index(FOOTER)
        return replace(document, furniture=(Edit(start, document.text[start:], "", "markup/footer"),))

    assert not merge([survey(map(marked, TOWNS))])
    assert merge([survey([page(town, below=FOOTER) for town in TOWNS])])


def test_what_is_known_of_each_line_is_told_by_its_key():
    lines = SiteLines(frozenset({3, 4, 2**63}), at_edge=frozenset({2**63}), usual=frozenset({3, 2**63}))
    keys = np.array([2**63, 3, 0, 2**64 - 1, 4, 3], np.uint64)
    assert lines.marks(keys).tolist() == [7, 5, 0, 0, 1, 5]
    assert SiteLines().marks(keys).tolist() == [0] * len(keys)
