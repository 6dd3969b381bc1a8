"""Programs of others that a benchmark starts beside this one."""

import contextlib
import shutil
import socket
import subprocess


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def started(name, *arguments):
    path = shutil.which(name)
    if path is None:
        raise SystemExit(f"{name} is not installed – apt-get install --no-install-recommends {name}")
    process = subprocess.Popen(
        [path, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)
