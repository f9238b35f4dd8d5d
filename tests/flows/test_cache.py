"""Finished work: found again, made anew where it no longer holds, and never taken from under a reader."""

import pytest

from flows.cache import Cache


def writes(text, first=lambda: None):
    def make(folder):
        first()
        (folder / "a.txt").write_text(text)

    return make


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path)


def never(_):
    return False


def test_what_is_finished_is_not_made_again(cache):
    cache.made("work", "key", writes("first"))
    assert (cache.made("work", "key", writes("second")) / "a.txt").read_text() == "first"


def test_what_no_longer_holds_is_there_while_it_is_made_anew(cache):
    path = cache.made("work", "key", writes("old"))
    seen = []
    cache.made("work", "key", writes("new", lambda: seen.append((path / "a.txt").read_text())), never)
    assert (seen, (path / "a.txt").read_text()) == (["old"], "new")


@pytest.mark.parametrize("has_old", [False, True])
def test_of_two_attempts_the_faster_one_stays(cache, has_old):
    if has_old:
        cache.made("work", "key", writes("old"))
    slow = writes("slow", lambda: cache.made("work", "key", writes("fast"), never))
    path = cache.made("work", "key", slow, never)
    assert (path / "a.txt").read_text() == "fast"
    assert not list((cache.folder / "drafts").iterdir())
