"""The report in a browser, served on this machine only."""

import functools
import http.server
import webbrowser
from pathlib import Path

from flows import CleancopyError


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Files of one folder; says nothing of each request."""

    def log_message(self, *args: object) -> None:
        pass


def serve(folder: Path, port: int = 0, *, open_browser: bool = True) -> None:
    """Serve a corpus's report on 127.0.0.1 until interrupted.

    Args:
        folder: output folder of a run.
        port: 0 for any that is free.
        open_browser: whether to open the page in the default browser.

    Raises:
        CleancopyError: if there is no report, or the port is taken.
    """
    report = folder / "report"
    if not (report / "index.html").exists():
        raise CleancopyError(f"{folder}: no report here; name the folder of a corpus, which `cleancopy clean` writes.")
    handler = functools.partial(_Quiet, directory=report)
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise CleancopyError(f"port {port}: {error.strerror}; choose another with --port.") from error
    with server:
        address = f"http://127.0.0.1:{server.server_port}/"
        print(f"Serving the report; stop with Ctrl-C. It is at {address}", flush=True)
        if open_browser:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
