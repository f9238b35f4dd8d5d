"""What the judge says, in words."""

from typing import NamedTuple


class Reason(NamedTuple):
    """Why a document or a corpus is not published."""

    check: str  #: stable id, such as "ExpectNoMojibake"
    text: str  #: one sentence with what was measured
