"""The language of a text, by the model of py3langid, in a tenth of the time.

The model is an automaton that reports which byte sequences, of up to six bytes, end at each place of a text. py3langid
walks it byte by byte in Python. Six bytes decide where the walk stands, so here all places of a text are walked at the
same time, each from six bytes before it.
"""

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ENOUGH = 40  # characters
_START = 2_000  # from which pieces are sampled
_WHOLE = 600  # characters; of a longer text pieces are read
_FEW_PIECES = (4, 50)  # number and characters, which suffice unless a second language is nearly as likely
_PIECES = (8, 75)
_DOUBT = 30  # in natural logarithms of likelihood
_LONGEST_FEATURE = 6  # bytes
_NOWHERE = b"\xff"  # stands in no UTF-8, so that every walk starts again behind it


class _Model(NamedTuple):
    languages: list[str]  #: one for each column of the weights
    after_two: "NDArray[np.uint32]"  #: the state after any two bytes, as the place where its 256 next states start
    next_state: "NDArray[np.uint32]"  #: by the place of a state plus a byte, likewise
    next_feature: "NDArray[np.int32]"  #: that ends in the next state, or -1
    weights: "NDArray[np.float32]"  #: of features for languages
    prior: "NDArray[np.float32]"


def language(text: str) -> str | None:
    """ISO 639-1 code, None for a text too short to tell.

    >>> language("The ministers of twelve countries met on Monday."), language("Hello!")
    ('en', None)
    """
    if len(text) < _ENOUGH:
        return None
    model = _model()
    text = text[:_START]
    scores = _scores(_sample(text, _FEW_PIECES), model)
    best = int(scores.argmax())
    if (scores > scores[best] - _DOUBT).sum() > 1:
        best = int(_scores(_sample(text, _PIECES), model).argmax())
    return model.languages[best]


def _sample(text: str, pieces: tuple[int, int]) -> str:
    """Pieces from all over a text, so that neither a menu nor a quotation speaks for all of it; a short text is whole.

    Args:
        text: the start of a document.
        pieces: their number and their length.
    """
    number, length = pieces
    if len(text) <= _WHOLE:
        return text
    starts = [place * (len(text) - length) // (number - 1) for place in range(number)]
    return " ".join([text[start : start + length] for start in starts])


def _scores(sample: str, model: _Model) -> "NDArray[np.float32]":
    """How well each language explains a text, as a logarithm."""
    import numpy as np

    features = _features(sample, model)
    if not len(features):  # such as a text in a script that the model does not know
        return np.zeros(len(model.languages), np.float32)
    found, counts = np.unique(features, return_counts=True)
    scores: NDArray[np.float32] = np.log1p(counts.astype(np.float32)) @ model.weights.take(found, 0) + model.prior
    return scores


def _features(sample: str, model: _Model) -> "NDArray[np.int32]":
    """The features that stand in a text, one for each place where one ends."""
    import numpy as np

    if sample.isupper():
        sample = sample.lower()
    data = _NOWHERE * (_LONGEST_FEATURE - 1) + unicodedata.normalize("NFC", sample).encode("utf-8", "replace")
    symbols = np.frombuffer(data, np.uint8).astype(np.intp)
    n = len(symbols) - (_LONGEST_FEATURE - 1)
    states = model.after_two[symbols[:n] * 256 + symbols[1 : n + 1]]
    for following in range(2, _LONGEST_FEATURE - 1):
        states = model.next_state[states + symbols[following : n + following]]
    features: NDArray[np.int32] = model.next_feature[states + symbols[-n:]]
    return features[features >= 0]


@cache
def _model() -> _Model:
    """The model of py3langid, which takes half a second to load."""
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    row = np.array(model.tk_row, np.uint32) * 256
    next_state = np.frombuffer(model.tk_nextmove, np.uint32)
    next_row = row[next_state]
    after_one = next_row[row[0] + np.arange(256)]
    return _Model(
        languages=model.nb_classes,
        after_two=next_row[after_one[:, np.newaxis] + np.arange(256)].ravel(),
        next_state=next_row,
        next_feature=np.array(model.tk_output, np.int32)[next_state],
        weights=model.nb_ptc.astype(np.float32),
        prior=model.nb_pc,
    )
