"""Intake: what the files of the sources hold, as documents.

A file is one document, or each of its records is. Ids come from the field that holds them or the path below the source,
never from a counter: they are the same in every run, on every machine, however the work is cut up.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from hashlib import sha256
from math import isfinite
from typing import Any, NamedTuple
from uuid import UUID

from cleaners.document import Document, Metadata
from flows import UnreadableDocument
from flows.cache import code, key_of_bytes
from flows.decoding import decode
from flows.opening import LARGEST_DOCUMENT, TOO_LARGE, DamagedFile, kind_by_content, read_whole
from flows.records import Record, field_names, name_of, parsed, part_sizes, read_records
from flows.sources import IntakeError, Kind, SourceFile, size_and_version

# The names under which tables and dumps keep what we need, the likeliest first.
_TEXT_FIELDS = "text content body article maintext main_text article_text full_text raw_content html raw_html".split()
_ID_FIELDS = "id doc_id document_id article_id record_id _id uuid guid".split()
_URL_FIELDS = "url link canonical_url source_url page_url uri".split()
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LEAST_INEXACT = 2**53  # float that may stand for several integers
_HASH_LENGTH = 16  # hexadecimal digits in the id of a record that has none


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a record that hold its text, its id and its address."""

    text: str | None = None
    id: str | None = None
    url: str | None = None

    def options(self) -> dict[str, str | None]:
        """The same under the names of the flow's parameters."""
        return {"text_field": self.text, "id_field": self.id, "url_field": self.url}


@dataclass(frozen=True, slots=True)
class Portion:
    """A file, or a part of one that can be read apart."""

    file: SourceFile
    kind: Kind
    fields: Fields = field(default_factory=Fields)
    start: int = 0
    stop: int | None = None
    size: int = 0  #: bytes, about
    refusal: str = ""  #: why none of its records can be read


@dataclass(frozen=True, slots=True)
class Raw:
    """A document as read, with the fingerprint of its bytes; or what is known of one that cannot be read."""

    document: Document
    sha256: str = ""
    error: UnreadableDocument | None = None


class Unread(NamedTuple):
    """A document that was found, and that need not be read if what was made of the same key is still there."""

    read: Callable[[], Raw]
    size: int  #: bytes, about
    text_name: str = ""  #: name of its readable text in the corpus, if it is a file of its own
    key: bytes | None = None  #: hash of all that the document depends on, if that can be known


def portions(files: Iterable[SourceFile], wanted: Fields, most: int) -> list[Portion]:
    """The files in portions of about `most` bytes where they can be cut, with the fields that hold what we need.

    Args:
        files: files of the sources.
        wanted: the fields that the user names; the others are guessed.
        most: bytes of a portion.

    Raises:
        IntakeError: if no field is known to hold text, in a file that the user has named or in any file at all.
    """
    found: list[Portion] = []
    refused: list[IntakeError] = []
    for file in files:
        kind = file.kind or kind_by_content(file)
        if kind.is_one_document:
            found.append(Portion(file, kind, size=file.size))
            continue
        try:
            fields = _fields(file, kind, wanted)
        except IntakeError as error:
            if file.is_named:
                raise
            refused.append(error)
            found.append(Portion(file, kind, refusal=str(error)))
            continue
        parts = part_sizes(file, kind, most)
        found += [Portion(file, kind, fields, start, stop, file.size // len(parts)) for start, stop in parts]
    if refused and len(refused) == len(found):
        raise refused[0]
    return found


def _fields(file: SourceFile, kind: Kind, wanted: Fields) -> Fields:
    if kind == Kind.WARC:
        return Fields("html", "id", "url")
    names = field_names(file, kind, filter(None, (wanted.text, wanted.id, wanted.url)))
    if not names:  # empty or damaged, which whoever reads it will say
        return wanted
    folded = {name.casefold(): name for name in reversed(names)}

    def choose(field: str | None, candidates: Sequence[str]) -> str | None:
        if field and field not in names:
            known = ", ".join(names[:20])
            raise IntakeError(f"{file.source}: has no field {field!r}; its fields are {known}.")
        return field or next((folded[name] for name in candidates if name in folded), None)

    text = choose(wanted.text, _TEXT_FIELDS)
    if not text:
        known = ", ".join(names[:20])
        raise IntakeError(f"{file.source}: which field holds the text? Name it with --text-field, one of {known}.")
    return Fields(text, choose(wanted.id, _ID_FIELDS), choose(wanted.url, _URL_FIELDS))


def guess(values: Iterable[str]) -> str | None:
    """The field that holds the text, by its name."""
    return next((name for name in _TEXT_FIELDS if name in set(values)), None)


def read(portion: Portion) -> Iterator[Raw]:
    """The documents of a portion; one that cannot be read comes with the reason, and stops no other."""
    return (document.read() for document in unread(portion))


def unread(portion: Portion) -> Iterator[Unread]:
    """The documents of a portion before they are decoded, and their markup is heard."""
    file = portion.file
    if portion.kind.is_one_document:
        key = key_of_bytes(code(), file, portion.kind) if file.version else None
        yield Unread(partial(_read_file, file, portion.kind), file.size, file.text_name, key)
    elif portion.refusal:
        reason = UnreadableDocument("intake/no-text", portion.refusal)
        yield Unread(partial(_unreadable, file, f"{file.id}#rest", reason), 0)
    else:
        columns = None
        where = key_of_bytes(code(), file.id, file.source, portion.kind, portion.fields)
        is_json = portion.kind in (Kind.JSON, Kind.JSONL)
        if portion.kind == Kind.PARQUET:
            names = field_names(file, portion.kind)
            known = {portion.fields.text, portion.fields.id, portion.fields.url, *_DECLARED}
            columns = [name for name in names if name in known]
        try:
            for record in read_records(file, portion.kind, portion.start, portion.stop, columns):
                content = record.raw if is_json else repr(record.values).encode("utf-8", "surrogatepass")
                facts = where if record.is_line else where + f"{record.encoding} {record.confidence} ".encode()
                key = sha256(facts + content).digest()[:16]
                yield Unread(partial(_document, record, portion), len(content), "", key)
        except DamagedFile as error:
            yield Unread(partial(_unreadable, file, f"{file.id}#rest", error), 0)
    if portion.start == 0 and _has_changed(file):
        reason = UnreadableDocument("intake/changed", "The file changed while it was read; run again.")
        yield Unread(partial(_unreadable, file, f"{file.id}#changed", reason), 0, file.text_name)


def _unreadable(file: SourceFile, document_id: str, error: UnreadableDocument, digest: str = "") -> Raw:
    return Raw(Document("", document_id, file.source), digest, error)


def _has_changed(file: SourceFile) -> bool:
    if not file.is_local or not file.version:
        return False
    try:
        return size_and_version(file.address) != (file.size, file.version)
    except OSError:
        return True


def _read_file(file: SourceFile, kind: Kind) -> Raw:
    try:
        data = read_whole(file)
        return _decoded(data, file.id, file.source, Metadata(), is_page=kind == Kind.PAGE)
    except OSError as error:
        return _unreadable(
            file, file.id, UnreadableDocument("intake/unreadable", f"The file cannot be read: {error.strerror}.")
        )
    except UnreadableDocument as error:
        return _unreadable(file, file.id, error)


def _decoded(
    data: bytes, document_id: str, source: str, known: Metadata, *, is_page: bool, declared: str | None = None
) -> Raw:
    if is_page and not declared:
        from cleaners.markup import declared_charset  # Beautiful Soup takes longer to import than all the rest

        declared = declared_charset(data)
    text, encoding, confidence = decode(data, declared)
    known = replace(known, encoding=encoding, encoding_confidence=confidence)
    return Raw(_read(Document(text, document_id, source, known), is_page=is_page), sha256(data).hexdigest())


def _read(document: Document, *, is_page: bool) -> Document:
    """The document, or what a page shows; what its record says of it counts more than what the page says."""
    if not is_page:
        return document
    from cleaners.markup import read_page

    try:
        page = read_page(document)
    except Exception as error:
        reason = f"A fault of our own: {type(error).__name__}: {error}."
        raise UnreadableDocument("intake/failed", reason) from error
    known = {name: value for name in Metadata.__slots__ if (value := getattr(document.metadata, name))}
    return replace(page, metadata=replace(page.metadata, **known))


def read_field(document: Document, field: str) -> Document:
    """The document in a field of a record, or what its page shows, if the name or the text say that it holds one.

    Raises:
        UnreadableDocument: if the page cannot be read.
    """
    starts_as_page = document.text[:200].lstrip().lower().startswith(("<!doctype html", "<html"))
    return _read(document, is_page=starts_as_page or _holds_pages(field))


def _holds_pages(field: str) -> bool:
    return field.casefold().endswith("html")


def _document(record: Record, portion: Portion) -> Raw:
    record = parsed(record)
    file, fields, values = portion.file, portion.fields, record.values
    text_field = fields.text or "text"
    if portion.kind == Kind.WARC and "text" in values:
        text_field = "text"
    value = values.get(text_field)
    digest = sha256(record.raw or _bytes(value)).hexdigest()
    given = _id(values.get(fields.id)) if fields.id else ""
    document_id = given or f"{file.id}#{digest[:_HASH_LENGTH]}"
    error = record.error
    if not error and not isinstance(value, str | bytes):
        state = f"is {_shown(value):.40}, not text" if text_field in values else "is missing"
        error = UnreadableDocument("intake/no-text", f"The field {text_field!r} of {record.where} {state}.")
    if not error and isinstance(value, str | bytes) and len(value) > LARGEST_DOCUMENT:
        error = UnreadableDocument("intake/too-large", TOO_LARGE)
    if error:
        return _unreadable(file, document_id, error, digest)
    known = _declared(values, fields)
    try:
        if isinstance(value, bytes):
            declared = _string(values.get("charset"))
            is_page = _holds_pages(text_field)
            return _decoded(value, document_id, file.source, known, is_page=is_page, declared=declared)
        text = sound(str(value))
        known = replace(known, encoding=record.encoding, encoding_confidence=record.confidence)
        document = read_field(Document(text, document_id, file.source, known), text_field)
        return Raw(document, sha256(text.encode()).hexdigest())
    except UnreadableDocument as unreadable:
        return _unreadable(file, document_id, unreadable, digest)


def _id(value: object) -> str:
    """The id that a field holds, as people write it; nothing if it holds none, or a number that may have lost digits.

    >>> _id(7), _id(7.0), _id(7.25), _id(Decimal("7.00")), _id(b"a7"), _id(b"\\xff\\0")
    ('7', '7', '7.25', '7', 'a7', 'ff00')
    >>> _id(None), _id(True), _id(float("nan")), _id(1e20)
    ('', '', '', '')
    """
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
        return text if text.isprintable() and "\ufffd" not in text else value.hex()
    if isinstance(value, float | Decimal):
        if not isfinite(value) or (isinstance(value, float) and abs(value) >= _LEAST_INEXACT):
            return ""
        return str(int(value)) if value == int(value) else f"{value}"
    is_id = isinstance(value, str | int | UUID) and not isinstance(value, bool)
    return sound(str(value)) if is_id else ""


def _shown(value: object) -> str:
    """What is no text, as JSON has it."""
    return name_of(value) if isinstance(value, dict | list) else json.dumps(value, default=str)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def sound(text: str) -> str:
    """The text with the halves of surrogate pairs put together, and U+FFFD for one that stands alone."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _declared(values: Mapping[str, Any], fields: Fields) -> Metadata:
    """What a record says of its document, under the names of our own columns or the commonest others."""
    found: dict[str, Any] = {}
    for name, column in _DECLARED.items():
        if values.get(name) and column not in found:
            found[column] = values[name]
    if fields.url:
        found["url"] = values.get(fields.url)
    return Metadata(
        title=_string(found.get("title")),
        standfirst=_string(found.get("standfirst")),
        authors=_strings(found.get("authors")),
        published=_moment(found.get("published")),
        updated=_moment(found.get("updated")),
        url=_string(found.get("url")),
        site=_string(found.get("site")),
        language=_string(found.get("language")),
        captions=_strings(found.get("captions")),
        credits=_strings(found.get("credits")),
    )


_COLUMNS = "title standfirst authors published updated url site language captions credits"
_DECLARED = {name: name for name in _COLUMNS.split()} | {
    "author": "authors",
    "date": "published",
    "lang": "language",
}


def _string(value: object) -> str | None:
    return sound(value.strip()) or None if isinstance(value, str) else None


def _strings(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(_string, value if isinstance(value, list) else [value])))


def _moment(value: object) -> str | None:
    """ISO 8601, if that is what the value is."""
    text = value.isoformat() if isinstance(value, date) else _string(value)
    return text if text and _ISO_TIME.fullmatch(text) else None
