import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners.edits import Edit, EditError, Step, apply, compose, inverse, locate, revert, smallest, trace

TEXT = st.text(max_size=40)


@st.composite
def ledgers(draw):
    """A source text, a ledger of up to four steps of arbitrary edits, and the text they lead to."""
    source = text = draw(TEXT)
    steps = []
    for number in range(draw(st.integers(0, 4))):
        edits, position = [], 0
        for gap, length, after in draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.text(max_size=3)))):
            start = position + gap
            if start > len(text):
                break
            edits.append(Edit(start, text[start : start + length], after, f"rule/{number}"))
            position = edits[-1].end
        steps.append(Step(f"cleaner {number}", tuple(edits)))
        text = apply(text, edits)
    return source, tuple(steps), text


def test_an_edit_that_does_not_fit_is_refused():
    with pytest.raises(EditError, match="expects 'x' and finds 'b'"):
        apply("abc", [Edit(1, "x", "", "rule/one")])


def test_an_edit_behind_the_end_of_the_text_is_refused():
    with pytest.raises(EditError, match="expects '' and finds ''"):
        apply("abc", [Edit(4, "", "x", "rule/one")])
    with pytest.raises(EditError, match="expects '' and finds ''"):
        revert("abc", [Step("one", (Edit(4, "x", "", "rule/one"),))])


def test_edits_that_overlap_are_refused():
    with pytest.raises(EditError, match="overlaps"):
        apply("abcd", [Edit(0, "abc", "", "rule/one"), Edit(2, "c", "", "rule/two")])


def test_edits_out_of_order_are_refused():
    with pytest.raises(EditError, match="at 0 overlaps, or should come before, the edit that ends at 3; give edits in"):
        apply("abcd", [Edit(2, "c", "", "rule/one"), Edit(0, "a", "", "rule/two")])


@pytest.mark.parametrize("lead", [trace, locate])
def test_offsets_are_not_looked_up_in_a_ledger_that_is_not_composed(lead):
    with pytest.raises(TypeError, match="take the changes that `compose` makes of a ledger, not the ledger"):
        lead((Step("one", (Edit(0, "a", "", "rule/one"),)),), 3)


@given(ledgers())
def test_reverting_any_ledger_gives_back_the_source(case):
    source, ledger, text = case
    assert revert(text, ledger) == source
    for step in ledger:
        assert apply(apply(source, step.edits), inverse(step.edits)) == source
        source = apply(source, step.edits)


@given(ledgers())
def test_the_composed_changes_lead_from_source_to_clean_text(case):
    source, ledger, text = case
    pieces, position = [], 0
    for change in compose(source, ledger):
        assert change.source_start >= position
        assert source.startswith(change.before, change.source_start)
        pieces.append(source[position : change.source_start])
        assert sum(map(len, pieces)) == change.clean_start
        pieces.append(change.after)
        position = change.source_start + len(change.before)
    assert "".join(pieces) + source[position:] == text


@given(ledgers())
def test_text_that_no_change_touched_is_traced_to_itself_and_back(case):
    source, ledger, text = case
    changes = compose(source, ledger)
    written = {o for change in changes for o in range(change.clean_start, change.clean_start + len(change.after))}
    for offset in set(range(len(text))) - written:
        origin = trace(changes, offset)
        assert source[origin] == text[offset]
        assert locate(changes, origin) == offset


@given(TEXT, TEXT)
def test_the_smallest_edit_does_the_same_as_the_whole(before, after):
    edit = smallest(0, before, after, "rule/one")
    assert apply(before, [edit]) == after
    assert not (edit.before and edit.after and edit.before[0] == edit.after[0])
    assert not (edit.before and edit.after and edit.before[-1] == edit.after[-1])
