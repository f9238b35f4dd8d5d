import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleaners import Cleaned, Document, Metadata
from expectations import metrics

FURNITURE = """
    |error loading media|No playable sources found|your browser does not support html5|Pleaſe enable JavaScript
    |This website uses cookies to improve|thİs site uses cookies on this|by continuing, you agree to cookies
    |Allow all cookies|Tranſlating...|Share this story|Your e-mail address will not be published|we use cookies and
""".split("|")
PIECES = [
    *map(str.strip, FURNITURE),
    *("\n", "\n\n\n", " \n", "\t", "\r", "\x85", "\u2028", "\x1c", "\x00", "\x7f", "\u200b", "\ufeff", "\xad"),
    *("â€™", "â‚¬", "Â©", "Ã¼", "ÄŸ", "Å›", "Ĺ›", "aÂ", "ÄÂ", "É™a", "È™", "Ð¿Ñ€", "РїСЂРё", "à¤¨à¥", "‚Äô"),
    *("ðŸ", "вЂ™", "aÄ'a", 'Ä"a', "aĹ", "├,", "√©", "├╝", "ï»¿", "\u3000", "\ufffd", "\ud83d", "\ude00"),
    *("e\u0301", "\u0340", "\u0301" * 31, "\u1100\u1161", "\u0958", "的"),
    *("Ω", "A", "ab", "é"),
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=30).map("".join)


def row(text):
    return metrics.measure(Document(text), Cleaned(text, Metadata(), ()))


@settings(max_examples=400, deadline=None)
@given(texts)
@example("")
@example("\n")
@example("a\n\nThis site uses cookies to ensure that")
def test_no_sign_hides_what_a_measure_would_count(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "_signs", lambda _: frozenset(metrics._SIGNS))
        expected = row(text)
    assert row(text) == expected
