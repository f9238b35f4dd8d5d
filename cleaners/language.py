"""The language of a text, by the model of py3langid, in a tenth of the time.

The model is an automaton that reports which byte sequences, of up to six bytes, end at each place of a text. py3langid
walks it byte by byte, and so do we through a single text. Six bytes decide where the walk stands, so all places of
several texts are walked at the same time, each from six bytes before it.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cleaners.compiled import folders

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ENOUGH = 40  # characters
_START = 2_000  # from which pieces are sampled
_WHOLE = 600  # characters; of a longer text pieces are read
_PIECES = ((4, 30), (4, 50), (8, 75))  # number and characters; more are read while a second language is as likely
_DOUBT = 30  # in natural logarithms of likelihood
_LONGEST_FEATURE = 6  # bytes
_NOWHERE = b"\xff" * (_LONGEST_FEATURE - 1)  # stands in no UTF-8, so that every walk starts again behind it


class _Model(NamedTuple):
    languages: list[str]  #: one for each column of the weights
    start: "NDArray[np.uint32]"  #: the state after any two bytes
    row: "NDArray[np.uint32]"  #: by state: the place where its 256 next states start
    next_state: "NDArray[np.uint32]"  #: by the place of a state plus a byte
    feature: "NDArray[np.int32]"  #: by state: the one that ends there, or -1
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
    for pieces in _PIECES:
        scores = _score(_sample(text[:_START], *pieces), model)
        best = max(scores)
        if len([score for score in scores if score > best - _DOUBT]) == 1:
            break
    return model.languages[scores.index(best)]


def languages_of(texts: Sequence[str]) -> list[str | None]:
    """The language of each text, which takes a third of the time if they are several."""
    if len(texts) == 1:
        return [language(texts[0])]
    found: list[str | None] = [None] * len(texts)
    starts = {index: text[:_START] for index, text in enumerate(texts) if len(text) >= _ENOUGH}
    for pieces in _PIECES:
        if not starts:
            break
        model = _model()
        scores = _scores([_sample(text, *pieces) for text in starts.values()], model)
        best = scores.argmax(1)
        n_likely = (scores > scores.max(1, keepdims=True) - _DOUBT).sum(1)
        for index, code in zip(starts, best.tolist(), strict=True):
            found[index] = model.languages[code]
        starts = {index: text for (index, text), n in zip(starts.items(), n_likely.tolist(), strict=True) if n > 1}
    return found


def _sample(text: str, number: int, length: int) -> str:
    """Pieces from all over a text, so that no menu or quotation speaks for all of it; a short text is whole."""
    if len(text) <= _WHOLE:
        return text
    starts = [(2 * place + 1) * len(text) // (2 * number) - length // 2 for place in range(number)]
    return " ".join([text[start : start + length] for start in starts])


def _score(sample: str, model: _Model) -> list[float]:
    """How well each language explains a text, to the last bit as `_scores` has it."""
    import numpy as np

    features = _walk(_utf8(sample), model.row.data, model.next_state.data, model.feature.data)
    if not features:
        return [0.0] * len(model.languages)
    counts = Counter(sorted(features))
    logarithms = np.log1p(list(counts.values()), dtype=np.float32)
    return (np.matmul(logarithms, model.weights.take(list(counts), 0)) + model.prior).tolist()  # type: ignore[no-any-return]


def _walk(data: bytes, row: memoryview, next_state: memoryview, feature: memoryview) -> list[int]:
    """The features that stand in a text, in the order in which they end."""
    found: list[int] = []
    state: int = 0
    for index in range(len(data)):
        state = next_state[row[state] + data[index]]
        ending: int = feature[state]
        if ending >= 0:
            found.append(ending)
    return found


def _scores(samples: Sequence[str], model: _Model) -> "NDArray[np.float32]":
    """How well each language explains each text, as a logarithm."""
    import numpy as np

    scores = np.empty((len(samples), len(model.languages)), np.float32)
    texts, features, counts = _features(samples, model)
    logarithms = np.log1p(counts, dtype=np.float32)
    ends = np.searchsorted(texts, np.arange(len(samples) + 1))
    for row, start, end in zip(scores, ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        np.matmul(logarithms[start:end], model.weights.take(features[start:end], 0), out=row)
    scores[np.diff(ends) > 0] += model.prior  # but for texts in scripts that the model does not know
    return scores


def _features(samples: Sequence[str], model: _Model) -> "tuple[NDArray[np.intp], ...]":
    """Three columns: a text, in order, a feature that stands in it, and how often."""
    import numpy as np

    texts = [_utf8(sample) for sample in samples]
    symbols = np.frombuffer(_NOWHERE + _NOWHERE.join(texts), np.uint8).astype(np.intp)
    n = len(symbols) - len(_NOWHERE)
    states = model.start.take(symbols[:n] * 256 + symbols[1 : n + 1])
    for following in range(2, _LONGEST_FEATURE):
        states = model.next_state.take(model.row.take(states) + symbols[following : n + following])
    features = model.feature.take(states)  # that end at each place
    lengths = [len(text) + len(_NOWHERE) for text in texts]
    of_text = np.repeat(np.arange(len(texts)), lengths)[: len(features)]
    found, counts = np.unique((of_text * len(model.weights) + features)[features >= 0], return_counts=True)
    return (*np.divmod(found, len(model.weights)), counts)


def _utf8(sample: str) -> bytes:
    if sample.isupper():
        sample = sample.lower()
    return unicodedata.normalize("NFC", sample).encode("utf-8", "replace")


@cache
def _model() -> _Model:
    """The model of py3langid: as `unpack_model` has left it, or else unpacked now, which takes half a second."""
    import numpy as np

    for folder in folders():
        files = [Path(folder, _folder(), f"{name}.npy") for name in _Model._fields]
        if all(file.exists() for file in files):
            languages, *arrays = (np.asarray(np.load(file, mmap_mode="r")) for file in files)
            return _Model(languages.tolist(), *arrays)
    return _unpacked()


def unpack_model(folder: Path) -> None:
    """Write the model into a folder as it lies in memory, where processes share it and read what they need."""
    import numpy as np

    target = folder / _folder()
    target.mkdir()
    for name, value in _unpacked()._asdict().items():
        np.save(target / f"{name}.npy", value)


def _folder() -> str:
    return f"py3langid-{version('py3langid')}"


def _unpacked() -> _Model:
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    row = np.array(model.tk_row, np.uint32) * 256
    next_state = np.frombuffer(model.tk_nextmove, np.uint32)
    after_one = next_state[row[0] + np.arange(256)]
    return _Model(
        languages=model.nb_classes,
        start=next_state[row[after_one][:, np.newaxis] + np.arange(256)].ravel(),
        row=row,
        next_state=next_state,
        feature=np.array(model.tk_output, np.int32),
        weights=model.nb_ptc.astype(np.float32),
        prior=model.nb_pc,
    )
