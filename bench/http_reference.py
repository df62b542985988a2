#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What HTTP and TLS alone cost: CPU µs per request of a plain nginx, for bytes that somebody chose.

usage: http_reference.py [--seconds S] [--repeats N] [--trial MODULE.so]

Writes one JSON line per case: `return` of 2 KiB (the reference of count) and a static file of 200 KB
(of download); with --trial also the adapter with an app that does nothing. Benches import it:

    with Nginx.of_reference(count_bytes=900, file_bytes=200_000) as nginx:
        cost = measure(nginx.pids(), nginx.url("/return"), connections=64, seconds=2)

CPU time is that of all threads of the server's processes, from the kernel's scheduler, in ns. Server
and load generator are kept on different processors where there are two.
"""
import argparse
import dataclasses
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

NGINX = "/usr/sbin/nginx"

CONF = """
{user}
daemon off;
worker_processes 1;
error_log stderr error;
pid {place}/nginx.pid;
lock_file {place}/nginx.lock;
{load}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {place}/t1; proxy_temp_path {place}/t2; fastcgi_temp_path {place}/t3;
    uwsgi_temp_path {place}/t4; scgi_temp_path {place}/t5;
    keepalive_requests 1000000000;
    open_file_cache max=16;
    default_type application/json;
    ssl_certificate {place}/cert.pem; ssl_certificate_key {place}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384;
    ssl_session_tickets off;
    server {{
        listen 127.0.0.1:{port} ssl;
        {locations}
    }}
}}
"""


@dataclasses.dataclass
class Cost:
    cpu_us: float  # per request, all threads
    requests_per_s: float


def cpu_ns(pids):
    """Run time of every thread of these processes."""
    total = 0
    for pid in pids:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
    return total


def on_processor(number):
    """A prefix for a command line; empty where there is nothing to choose."""
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) < 2:
        return []
    return ["taskset", "-c", str(processors[number % len(processors)])]


def wrk(url, connections, seconds, headers=(), script=None):
    """(requests, requests per second) of one run; anything but 2xx is a failure."""
    command = on_processor(1) + ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    for header in headers:
        command += ["-H", header]
    command += ["-s", script] if script else []
    said = subprocess.run(command + [url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    requests = int(re.search(r"(\d+) requests in", said)[1])
    return requests, float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def measure(pids, url, connections, seconds=2, headers=(), script=None):
    """The cost of one request at url, whose server is these processes."""
    before = cpu_ns(pids)
    requests, per_s = wrk(url, connections, seconds, headers, script)
    return Cost((cpu_ns(pids) - before) / 1000 / requests, per_s)


def median(costs):
    return Cost(statistics.median(c.cpu_us for c in costs),
                statistics.median(c.requests_per_s for c in costs))


class Nginx:
    """An nginx with these locations, on a free port of loopback, until the with block ends."""

    def __init__(self, locations, load="", files=None):
        self.locations, self.load, self.files = locations, load, files or {}

    @classmethod
    def of_reference(cls, count_bytes=2048, file_bytes=200_000):
        body = "x" * count_bytes
        return cls(f'location = /return {{ return 200 "{body}"; }} '
                   "location = /file { root PLACE; }", files={"file": b"x" * file_bytes})

    @classmethod
    def of_trial(cls, module):
        return cls("location / { shikaku PLACE/settings; }",
                   f"load_module {os.path.abspath(module)};", {"settings": b"go"})

    def __enter__(self):
        self.place = tempfile.mkdtemp(prefix="shikaku-bench-")
        os.chmod(self.place, 0o755)
        for name, data in self.files.items():
            with open(f"{self.place}/{name}", "wb") as file:
                file.write(data)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-keyout", f"{self.place}/key.pem", "-out", f"{self.place}/cert.pem",
             "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True)
        self.start()
        return self

    def start(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        conf = CONF.format(place=self.place, port=self.port, load=self.load,
                           user="user root;" if os.geteuid() == 0 else "",
                           locations=self.locations.replace("PLACE", self.place))
        with open(f"{self.place}/nginx.conf", "w", encoding="utf-8") as file:
            file.write(conf)
        self.process = subprocess.Popen(
            on_processor(0) + [NGINX, "-p", self.place, "-e", "stderr", "-c",
                               f"{self.place}/nginx.conf"])
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                time.sleep(0.2)
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("nginx does not listen")

    def pids(self):
        """The workers; the master does nothing."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]

    def url(self, path):
        return f"https://127.0.0.1:{self.port}{path}"

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        shutil.rmtree(self.place)


def report(name, cost):
    print(json.dumps({"bench": name, "value": round(cost.cpu_us, 2), "unit": "CPU us/request",
                      "requests_per_s": round(cost.requests_per_s)}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--trial", metavar="MODULE.so")
    options = parser.parse_args()
    cases = [("nginx_return_2048", "/return", 64), ("nginx_file_200000", "/file", 16)]
    trials = [("trial_inline_2048", "/large?bytes=2048", 64),
              ("trial_200000", "/large?bytes=200000", 16)] if options.trial else []
    costs = {name: [] for name, _, _ in cases + trials}
    with Nginx.of_reference() as nginx:
        trial = Nginx.of_trial(options.trial).__enter__() if options.trial else None
        try:
            for _ in range(options.repeats):  # interleaved: both see the same machine
                for name, path, connections in cases + trials:
                    server = trial if name.startswith("trial") else nginx
                    costs[name].append(measure(server.pids(), server.url(path), connections,
                                               options.seconds))
        finally:
            if trial:
                trial.__exit__()
    for name, got in costs.items():
        report(name, median(got))


if __name__ == "__main__":
    main()
