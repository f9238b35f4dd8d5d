from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleaners import Document, Knowledge, captions

PIECES = ["a", "A", "s", "ß", "ss", "İ", "i", "1", " ", "\u00a0", "“", '"', "’", "'", ".", "…", "的", "\u0301"]
starts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=24).map(lambda pieces: "a" + "".join(pieces))


@settings(max_examples=500, deadline=None)
@given(starts, starts)
@example("as", "aß")
@example("a.a", "a…")
def test_lines_that_surely_start_otherwise_are_no_copies(line, other):
    if captions._start_apart(line, other):
        start, other_start = (captions._bare(text[: captions._START]) for text in (line, other))
        assert not start.startswith(other_start)
        assert not other_start.startswith(start)


def test_a_copy_in_capitals_with_other_quotation_marks_goes():
    prose = "The harbour master said on Monday that she would not close the port to the ships.\n"
    line = "The “old port” of Riga on Monday, seen from the river as the fog lifted\n"
    copy = 'THE "OLD PORT" of Riga on Monday, seen from the river as the fog lifted\n'
    edits = list(captions.remove_repeated_captions(Document(prose + line + copy), Knowledge()))
    assert [edit.before for edit in edits] == [copy]
