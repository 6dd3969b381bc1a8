"""A Watchkeeper on a temporary folder, with something to watch: endpoints that can be taken away."""

import http.server
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

START_MAX = 60  # seconds; a debug build on a busy machine
STOP_MAX = 20  # seconds


class Endpoint:
    """A small HTTP server on the loopback interface that can go away and come back on the same port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer()

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer()

        def answer(self):
            self.send_response(200)
            self.send_header("Content-Length", "3")
            self.end_headers()
            self.wfile.write(b"ok\n")

        def log_message(self, *_):
            pass

    def __init__(self):
        self.server = None
        self.port = 0
        self.start()

    def start(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), self.Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


class Installation:
    def __init__(self, binary: str):
        self.binary = binary
        self.folder = tempfile.TemporaryDirectory(prefix="watchkeeper-browser-")
        self.data = Path(self.folder.name) / "data"
        self.configuration = Path(self.folder.name) / "configuration"
        self.shop, self.pay, self.hook = Endpoint(), Endpoint(), Endpoint()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.output = []
        self.session = ""
        self.write_configuration()

    def write_configuration(self):
        values = {"SHOP": self.shop.port, "PAY": self.pay.port, "HOOK": self.hook.port}
        # A task that falls due while the test looks on.
        values["SOON"] = time.strftime("%Y-%m-%dT%H:%M", time.localtime(time.time() + 60))
        source = Path(__file__).parent / "configuration"
        for file in source.rglob("*.yaml"):
            text = file.read_text()
            for name, value in values.items():
                text = text.replace(f"@{name}@", str(value))
            target = self.configuration / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)

    def start(self) -> str:
        """- Returns: the log-in link."""
        environment = {**os.environ, "LC_ALL": "en_GB.UTF-8"}
        environment.pop("WATCHKEEPER_FAILPOINT", None)
        self.process = subprocess.Popen(
            [self.binary, "run", "--config", str(self.configuration), "--data", str(self.data),
             "--listen", f"127.0.0.1:{self.port}"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        links = []
        arrived = threading.Event()

        def read(stream):
            for line in stream:
                self.output.append(line.rstrip())
                found = re.search(r"→ (http\S+\?t=\S+)", line)
                if found:
                    links.append(found[1])
                    arrived.set()
            arrived.set()

        threading.Thread(target=read, args=(self.process.stdout,), daemon=True).start()
        arrived.wait(START_MAX)
        if not links:
            self.kill()
            raise SystemExit("watchkeeper did not start:\n" + "\n".join(self.output[-20:]))
        return links[0]

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_MAX)
            except subprocess.TimeoutExpired:
                self.kill()
        for endpoint in (self.shop, self.pay, self.hook):
            endpoint.stop()
        self.folder.cleanup()

    def json(self, path: str):
        request = urllib.request.Request(
            self.base + path, headers={"Accept": "application/json", "Cookie": f"wk_session={self.session}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def rows(self) -> list[dict]:
        return self.json("/incidents?which=all").get("rows", [])


def wait_until(condition, seconds: float, every: float = 0.1):
    """- Returns: the seconds that it took, or None when the time is up."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if condition():
            return time.monotonic() - began
        time.sleep(every)
    return None
