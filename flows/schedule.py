"""Scheduled runs: the flow, served with a cron schedule, on a Prefect server of its own unless one is configured."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows import CleancopyError
from flows.clean_corpus import clean_corpus
from flows.settings import Settings
from flows.sources import is_local

_STARTUP_SECONDS = 180


def serve(settings: Settings, cron: str, timezone: str) -> None:
    """Run the flow on a schedule until interrupted; a run that is due while another is under way is left out.

    Raises:
        CleancopyError: if the schedule or its time zone is none, or the server does not start.
    """
    for source in settings.sources:
        if is_local(source) and not Path(source).exists():
            raise CleancopyError(f"{source}: no such file or folder; check the path.")
    try:
        zone = ZoneInfo(timezone).key
    except (ValueError, KeyError) as error:
        raise CleancopyError(f"--timezone {timezone}: no such time zone; try one like Europe/Vilnius.") from error
    try:
        schedule = Cron(cron, timezone=zone)
    except ValueError as error:
        raise CleancopyError(f'--cron "{cron}": no such schedule; try one like "0 5 * * *".') from error
    with _server() as site:
        print(f"Serving; stop with Ctrl-C. Prefect lists the runs at {site}", flush=True)
        clean_corpus.serve(
            name="scheduled",
            schedule=schedule,
            parameters={
                "sources": [_absolute(source) for source in settings.sources],
                "out": _absolute(settings.target),
                "rules": [_absolute(str(folder)) for folder in settings.rules],
                "quotes": settings.quotes,
                "duplicates": settings.duplicates,
                **settings.fields.options(),
            },
            global_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
            print_starting_message=False,
        )


def _absolute(place: str) -> str:
    """A path that means the same in every working folder, or an address."""
    return str(Path(place).resolve()) if is_local(place) else place


@contextmanager
def _server() -> Iterator[str]:
    """Where Prefect's pages are: those of the configured server, or of one that lives as long as this process."""
    if configured := PREFECT_API_URL.value():
        yield configured.removesuffix("/api")
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    environment = os.environ | {"PREFECT_SERVER_UI_API_URL": f"{site}/api"}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"{site}/api/health", server)
        with temporary_settings({PREFECT_API_URL: f"{site}/api"}):
            yield site
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _STARTUP_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  an address of our own on 127.0.0.1
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise CleancopyError("the Prefect server did not start; try `prefect server start` to see why.")
