"""The only room that reads and writes: sources in, a judged and published corpus out."""

import os

# Prefect reads its settings from the environment when it is imported, so they are here, before any module of this room
# can import it: quiet, and nothing sent anywhere. What the user has set stays.
for _name, _value in {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_LOGGING_LEVEL": "WARNING",
}.items():
    os.environ.setdefault(_name, _value)


class CleancopyError(Exception):
    """A run that cannot go on; the message is one sentence: where, what, what to do."""


class UnreadableDocument(Exception):  # noqa: N818  it is a finding about one document, not a failure of the run
    """A document that cannot be read; `check` is the stable id of the reason."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(reason)
        self.check = check
