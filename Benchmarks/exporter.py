#!/usr/bin/env python3
"""What the benchmark `rules` scrapes: exporter.py HOSTS METRICS DEVICES serves /metrics/<host> on a free port of
127.0.0.1, which it prints. Every host shows METRICS counters of DEVICES series each; every series grows at a rate of its
own. Pages are made from templates, so that the exporter costs little beside what it measures."""

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOSTS, METRICS, DEVICES = (int(argument) for argument in sys.argv[1:4])
STARTED = time.time()
LINES = "".join(
    f"# TYPE m{metric} counter\n" + "".join(f'm{metric}{{dev="d{device}"}} %d\n' for device in range(DEVICES))
    for metric in range(METRICS))


def page(host):
    age = time.time() - STARTED
    values = []
    for metric in range(METRICS):
        total = int((1 + (host * 7 + metric * 13) % 97) * age)
        values.extend(range(total, total + DEVICES))
    return (LINES % tuple(values)).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        host = self.path.split("?")[0].removeprefix("/metrics/")
        if not host.isdigit() or int(host) >= HOSTS:
            return self.send_error(404)
        body = page(int(host))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
