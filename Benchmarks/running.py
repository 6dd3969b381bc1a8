"""A watchkeeper that a benchmark starts on a scratch folder and stops by its own process id."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = os.environ.get("WATCHKEEPER_BINARY", os.path.join(ROOT, ".build/release/watchkeeper"))


class UnixConnection(http.client.HTTPConnection):
    """HTTP over the control socket, where the file's mode is the authentication."""

    def __init__(self, path):
        super().__init__("localhost", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Program:
    """`with Program() as program:`; `probes` and `rules` are texts of files that are put in the configuration."""

    def __init__(self, probes=None, rules=None):
        self.folder = tempfile.mkdtemp(prefix="watchkeeper-bench-")
        arguments = [BINARY, "run", "--data", self.folder + "/data", "--listen", "127.0.0.1:0"]
        configured = {kind: text for kind, text in {"probes": probes, "rules": rules}.items() if text is not None}
        for kind, text in configured.items():
            self.configure(kind, text)
        if configured:
            arguments += ["--config", self.folder + "/configuration"]
        self.output = open(self.folder + "/output", "w+")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT,
            env=dict(os.environ, LC_ALL="C"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.output.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def configure(self, kind, text):
        """Writes the file of that kind; a running program takes it with SIGHUP."""
        os.makedirs(f"{self.folder}/configuration/{kind}", exist_ok=True)
        with open(f"{self.folder}/configuration/{kind}/bench.yaml", "w") as file:
            file.write(text)

    @property
    def age(self):
        """Seconds since the process was started."""
        return time.monotonic() - self.started

    def said(self):
        with open(self.folder + "/output") as file:
            return file.read()

    def wait(self, what, question, seconds=30):
        """Asks until the answer is truthy; returns it and the age at which it came."""
        while True:
            asked = self.age
            try:
                answer = question()
            except (OSError, http.client.HTTPException):
                answer = None
            if answer:
                return answer, self.age
            if self.process.poll() is not None or asked > seconds:
                state = f"status {self.process.poll()}" if self.process.poll() is not None else f"{seconds} s"
                raise SystemExit(f"no {what} ({state}); the program said:\n{self.said()}")
            time.sleep(0.005)

    def link(self):
        """The one-time login link, once it is printed."""
        return self.wait("login link", lambda: re.search(r"http://\S+", self.said()))[0].group(0)

    def port(self):
        return urllib.parse.urlsplit(self.link()).port

    def get(self, path, headers=None):
        """Over the console's port: status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port(), timeout=10)
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.status, response.headers, body

    def session(self):
        """The headers of a browser that has followed the login link."""
        link = urllib.parse.urlsplit(self.link())
        status, headers, _ = self.get(f"{link.path}?{link.query}")
        if status != 303:
            raise SystemExit(f"the login link was answered with status {status}")
        return {"Cookie": headers["Set-Cookie"].split(";")[0]}

    def ask(self, path, parameters):
        """The result of a call of Prometheus' API, over the control socket."""
        connection = UnixConnection(self.folder + "/data/control.sock")
        connection.request("GET", f"{path}?{urllib.parse.urlencode(parameters)}")
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer["data"]["result"] if answer["status"] == "success" else []

    def query(self, expression):
        """The samples of an instant query."""
        return self.ask("/api/v1/query", {"query": expression})

    def reload(self):
        """The running program takes its configuration anew."""
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        """SIGTERM; returns the exit status and the seconds that stopping took."""
        before = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        return status, time.monotonic() - before


def processor_seconds(pid):
    """Processor time of a whole process, ended threads included, to the nanosecond (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


def memory(pid):
    """KiB by name (`VmRSS`, `RssAnon`, …) from /proc/PID/status."""
    with open(f"/proc/{pid}/status") as file:
        rows = [line.split() for line in file]
    return {row[0].rstrip(":"): int(row[1]) for row in rows if len(row) == 3 and row[2] == "kB"}


def progress(text):
    """For whoever waits; the report is on standard output."""
    print(text, file=sys.stderr, flush=True)


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def head(*cells):
    row(*cells)
    row(*("---" for _ in cells))
