#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The adapter in the distribution's nginx: real sockets, real signals, an app of the test's own.

usage: web_nginx_test.py MODULE.so        writes TAP
"""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

NGINX = "/usr/sbin/nginx"
BODY_TIMEOUT_S = 0.7
REPLY_TIMEOUT_S = 2.0
PATIENCE_S = 20
DRIP_S = 0.01

CONF = """
{user}
daemon off;
worker_processes 1;
worker_shutdown_timeout 10s;
error_log stderr notice;
pid {place}/nginx.pid;
lock_file {place}/nginx.lock;
load_module {module};
events {{ worker_connections 128; }}
http {{
    shikaku_body_timeout 700ms;
    shikaku_reply_timeout 2s;
    access_log off;
    client_body_temp_path {place}/t1; proxy_temp_path {place}/t2; fastcgi_temp_path {place}/t3;
    uwsgi_temp_path {place}/t4; scgi_temp_path {place}/t5;
    client_header_timeout 1s; client_body_timeout 5s; send_timeout 30s;
    client_max_body_size 64k; client_body_buffer_size 64k;
    large_client_header_buffers 4 8k;
    reset_timedout_connection on;
    server {{
        listen 127.0.0.1:{port} ssl sndbuf=16k;
        ssl_certificate {place}/cert.pem; ssl_certificate_key {place}/key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        error_page 400 404 405 408 411 413 414 500 501 503 505 /e;
        error_page 494 =431 /e;
        error_page 497 =400 /e;
        location / {{ shikaku {place}/settings; }}
        location = /e {{ internal; shikaku {place}/settings; }}
    }}
}}
"""


def sanitizer_env(module, place):
    """A module with sanitizers in a program without: their libraries come first."""
    needed = subprocess.run(["readelf", "-d", module], capture_output=True, text=True, check=True)
    names = re.findall(r"\[(lib[au]b?san\.so[^]]*)\]", needed.stdout)
    if not names:
        return {}
    log = f"log_path={place}/sanitizer"
    suppressions = f"{place}/suppressions"
    with open(suppressions, "w", encoding="ascii") as file:
        file.write("leak:ngx_alloc\n")  # nginx's own tables, in a worker that replaced another
    return {
        "LD_PRELOAD": " ".join(names),
        "ASAN_OPTIONS": f"detect_leaks=1:abort_on_error=0:{log}",
        "UBSAN_OPTIONS": f"print_stacktrace=1:halt_on_error=1:{log}",
        "LSAN_OPTIONS": f"suppressions={suppressions}:print_suppressions=0:{log}",
    }


def port_take():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, patience_s=PATIENCE_S):
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        got = what()
        if got:
            return got
        time.sleep(0.02)
    raise AssertionError("waited too long")


class Stage:
    """One nginx with the module, in a folder of its own."""

    def __init__(self, module, settings="go"):
        self.place = tempfile.mkdtemp(prefix="shikaku-web-")
        self.module = os.path.abspath(module)
        self.write("settings", settings)
        self.certificate_make()
        self.nginx = None
        for _ in range(5):
            self.start()
            if self.listens():
                return
            self.nginx.kill()
            self.nginx.wait()
        raise AssertionError(self.log())

    def certificate_make(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-keyout", f"{self.place}/key.pem", "-out", f"{self.place}/cert.pem",
             "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
            check=True, capture_output=True)

    def write(self, name, text):
        with open(f"{self.place}/{name}", "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        self.port = port_take()
        user = "user root;" if os.geteuid() == 0 else ""
        self.write("nginx.conf", CONF.format(place=self.place, port=self.port, user=user,
                                             module=self.module))
        self.spawn(NGINX, "-p", self.place, "-e", "stderr", "-c", f"{self.place}/nginx.conf")

    def spawn(self, *command):
        env = dict(os.environ) | sanitizer_env(self.module, self.place)
        with open(f"{self.place}/error.log", "ab") as log:
            self.nginx = subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL, env=env)

    def listens(self):
        for _ in range(500):
            if self.nginx.poll() is not None:
                return False
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                time.sleep(0.02)
        return False

    def log(self):
        with open(f"{self.place}/error.log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def workers(self):
        pid = self.nginx.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]

    def context(self, version=None):
        context = ssl.create_default_context(cafile=f"{self.place}/cert.pem")
        if version:
            context.minimum_version = context.maximum_version = version
        return context

    def plain(self, rcvbuf=None):
        plain = socket.socket()
        plain.settimeout(PATIENCE_S)
        if rcvbuf:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        plain.connect(("127.0.0.1", self.port))
        return plain

    def socket(self, version=None, rcvbuf=None):
        return self.context(version).wrap_socket(self.plain(rcvbuf), server_hostname="localhost")

    def client(self, version=None):
        return http.client.HTTPSConnection("localhost", self.port, timeout=PATIENCE_S,
                                           context=self.context(version))

    def ask(self, method, target, body=None, headers=None, version=None):
        client = self.client(version)
        client.request(method, target, body, headers or {})
        reply = client.getresponse()
        reply.data = reply.read()
        client.close()
        return reply

    def raw(self, *parts):
        """Whatever comes back for these bytes, sent one after the other, until the other side
        closes. On a machine that stalls longer than a head may take the line is cut before all is
        said: then once more."""
        for _ in range(3):
            with self.socket() as s:
                try:
                    for part in parts:
                        s.sendall(part)
                        time.sleep(DRIP_S if len(parts) > 1 else 0)
                except (ssl.SSLError, ConnectionError):
                    continue
                return read_all(s)
        raise AssertionError("cut each time before anything was sent")

    def ready(self):
        until(self.is_ready)

    def is_ready(self):
        """A launcher's `nginx -t` listens for a moment too, and resets who comes then."""
        try:
            return self.ask("GET", "/v1/health").status == 200
        except OSError:
            return False

    def end(self):
        if self.nginx.poll() is None:
            self.nginx.send_signal(signal.SIGQUIT)
        code = self.nginx.wait(PATIENCE_S)
        reports = [name for name in os.listdir(self.place) if name.startswith("sanitizer")]
        for name in reports:
            with open(f"{self.place}/{name}", encoding="utf-8") as file:
                print("# " + file.read().replace("\n", "\n# "))
        log = self.log()
        shutil.rmtree(self.place)
        assert code == 0 and not reports and "runtime error" not in log, (code, reports, log)
        return log


def read_all(s):
    data = b""
    try:
        while part := s.recv(65536):
            data += part
    except (ssl.SSLError, ConnectionError):
        pass
    return data


class Call(threading.Thread):
    """A request on a thread of its own."""

    def __init__(self, stage, target, method="GET"):
        super().__init__()
        self.stage, self.target, self.method = stage, target, method
        self.reply, self.error = None, None
        self.start()

    def run(self):
        try:
            self.reply = self.stage.ask(self.method, self.target)
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def status(self):
        self.join(PATIENCE_S)
        assert self.reply, self.error
        return self.reply.status


def is_problem(reply, status):
    assert reply.status == status, (reply.status, reply.data)
    assert reply.headers["Content-Type"] == "application/problem+json", reply.headers.items()
    body = json.loads(reply.data)
    assert body["status"] == status, body
    assert body["request_id"] == reply.headers["X-Request-Id"], body


def raw_is_problem(answer, status):
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer[:300]
    assert b"Content-Type: application/problem+json" in head, head
    assert json.loads(body)["status"] == status, body


def settle():
    """Give what was just sent the time to arrive; nothing is asserted by it."""
    time.sleep(0.15)


# --- tests over one stage, in this order ---


def test_health_over_tls_1_3_and_1_2(stage):
    for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
        reply = stage.ask("GET", "/v1/health", version=version)
        assert (reply.status, reply.data) == (200, b'{"status":"ok"}')
        assert reply.headers["Content-Type"] == "application/json"


def test_the_app_sees_the_request_as_sent(stage):
    reply = stage.ask("GET", "/seen/%e8%b3%87//x?a=%20&b", headers={
        "Host": "localhost", "DPoP": "proof", "Authorization": "Bearer x"})
    words = ["GET", "/seen/%e8%b3%87//x", "a=%20&b", "localhost", "proof", "Bearer x", "127.0.0.1"]
    assert reply.data.decode().split("|") == words, reply.data


def test_every_reply_carries_its_own_id_and_the_security_headers(stage):
    ids = set()
    for target in ("/v1/health", "/v1/health", "/nowhere", "/none"):
        reply = stage.ask("GET", target)
        assert re.fullmatch("[0-9a-f]{32}", reply.headers["X-Request-Id"])
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Strict-Transport-Security"].startswith("max-age=")
        ids.add(reply.headers["X-Request-Id"])
    assert len(ids) == 4


def test_a_connection_serves_many_requests(stage):
    client = stage.client()
    for body in (b"one", b"", b"three"):
        client.request("POST", "/echo", body)
        reply = client.getresponse()
        assert (reply.status, reply.read()) == (200, body)
    client.close()


def test_a_reply_without_body(stage):
    reply = stage.ask("GET", "/none")
    assert (reply.status, reply.data) == (204, b"")


def test_head_has_no_body(stage):
    reply = stage.ask("HEAD", "/v1/health")
    assert (reply.status, reply.data) == (200, b"")


def test_a_body_of_64_kib_arrives_whole(stage):
    body = os.urandom(65536)
    reply = stage.ask("POST", "/echo", body)
    assert (reply.status, reply.data) == (200, body)


def test_a_chunked_body_arrives_whole(stage):
    parts = [os.urandom(1000), os.urandom(30000)]
    reply = stage.ask("POST", "/echo", iter(parts))
    assert (reply.status, reply.data) == (200, b"".join(parts))


def test_a_body_in_drips_within_its_time_arrives_whole(stage):
    head = (b"POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Length: 4\r\n\r\n")
    assert stage.raw(head, b"d", b"r", b"i", b"p").endswith(b"\r\n\r\ndrip")


def test_a_reply_of_1_mib_arrives_whole(stage):
    reply = stage.ask("GET", "/large?bytes=1048576")
    pattern = bytes(ord("a") + i % 23 for i in range(23))
    assert reply.data == (pattern * (1048576 // 23 + 1))[:1048576]


def test_the_app_writes_404_and_405(stage):
    is_problem(stage.ask("GET", "/nowhere"), 404)
    reply = stage.ask("GET", "/echo")
    is_problem(reply, 405)
    assert reply.headers["Allow"] == "POST"


def test_the_app_writes_what_nginx_refuses(stage):
    get = b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    post = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    rows = [
        (b"GET /v1/health HTTP/1.1\r\n\r\n", 400),
        (b"GARBAGE\r\n\r\n", 400),
        (get + b"Host: other\r\n\r\n", 400),
        (get + b"Broken : x\r\n\r\n", 400),
        (post + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400),
        (post + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (post + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
        (b"TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 405),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (get + b"X: " + b"x" * 9000 + b"\r\n\r\n", 431),
        (get.replace(b"1.1", b"3.0") + b"\r\n", 505),
        (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (b"GET /../x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (b"GET /%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (b"GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
    ]
    for request, status in rows:
        raw_is_problem(stage.raw(request), status)


def test_http_without_tls_is_refused(stage):
    with stage.plain() as s:
        s.sendall(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        raw_is_problem(read_all(s), 400)


def test_a_target_with_scheme_and_host_is_understood(stage):
    answer = stage.raw(b"GET https://localhost/seen?q=1 HTTP/1.1\r\nHost: localhost\r\n"
                       b"Connection: close\r\n\r\n")
    assert answer.endswith(b"GET|/seen|q=1|localhost|||127.0.0.1"), answer
    raw_is_problem(stage.raw(b"GET https://localhost?q=1 HTTP/1.1\r\nHost: localhost\r\n"
                             b"Connection: close\r\n\r\n"), 400)


def test_a_body_too_large_is_refused(stage):
    is_problem(stage.ask("POST", "/echo", b"x" * 65537), 413)
    raw_is_problem(stage.raw(
        b"POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Content-Length: 10000000\r\n\r\n"), 413)
    raw_is_problem(stage.raw(
        b"POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n1FFFF\r\n" + b"x" * 0x1FFFF + b"\r\n0\r\n\r\n"), 413)


def test_a_header_given_twice_is_refused(stage):
    for name in (b"Authorization", b"DPoP", b"Idempotency-Key", b"Content-Encoding"):
        raw_is_problem(stage.raw(
            b"GET /seen HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
            name + b": a\r\n" + name + b": b\r\n\r\n"), 400)


def test_too_many_headers_are_refused(stage):
    def ask(count):
        more = b"".join(b"X-%d: 1\r\n" % i for i in range(count - 2))
        return stage.raw(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                         more + b"\r\n")
    assert ask(64).startswith(b"HTTP/1.1 200 ")
    for count in (65, 500):
        raw_is_problem(ask(count), 431)


def test_who_asks_before_sending_is_told_so(stage):
    post = (b"POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n")
    with stage.socket() as s:
        s.sendall(post % 4)
        assert s.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        s.sendall(b"body")
        assert read_all(s).endswith(b"\r\n\r\nbody")
    raw_is_problem(stage.raw(post % 65537), 413)


def test_nothing_can_be_smuggled_behind_a_request(stage):
    """Whatever two readers of these bytes could disagree about is refused, and the line is cut."""
    head = b"POST /echo HTTP/1.1\r\nHost: localhost\r\n"
    inner = b"GET /seen HTTP/1.1\r\nHost: localhost\r\n\r\n"
    rows = [
        head + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(inner)),
        head + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        head + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        head + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        head + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        head + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        head + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(inner),
        head + b"Content-Length: +0\r\n\r\n",
        head + b"Content-Length: 0x0\r\n\r\n",
        head + b"Content-Length: 0 0\r\n\r\n",
        head + b"Content-Length: -1\r\n\r\n",
        head + b"Content-Length: 99999999999999999999\r\n\r\n",
        head + b"Content-Length: 0\r\n X: folded\r\n\r\n",
        head + b"X: a\rContent-Length: 0\r\n\r\n",
        head + b"X: a\x00b\r\nContent-Length: 0\r\n\r\n",
        head + b"Transfer-Encoding: chunked\r\n\r\nG\r\n",
        head + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        head + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    ]
    for row in rows:
        answer = stage.raw(row + inner)
        assert answer.count(b"HTTP/1.1 ") == 1 and b"GET|/seen" not in answer, (row, answer[:300])
        assert answer[9:10] in (b"4", b"5"), (row, answer[:100])


def test_http_0_9_is_not_answered(stage):
    assert stage.raw(b"GET /v1/health\r\n") == b""


def test_a_slow_body_is_cut_however_it_drips(stage):
    began = time.monotonic()
    with stage.socket() as s:
        s.sendall(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
        try:
            while time.monotonic() - began < PATIENCE_S:
                s.sendall(b"x")
                time.sleep(0.05)
        except (ssl.SSLError, OSError):
            pass
    assert BODY_TIMEOUT_S * 0.9 < time.monotonic() - began < BODY_TIMEOUT_S + 3


def test_a_slow_head_is_cut(stage):
    began = time.monotonic()
    with stage.socket() as s:
        s.sendall(b"GET /v1/health HT")
        answer = read_all(s)
    assert not answer.startswith(b"HTTP/1.1 200")
    assert time.monotonic() - began < 5


def test_a_slow_reader_is_cut(stage):
    with stage.socket(rcvbuf=4096) as s:
        s.sendall(b"GET /large?bytes=4194304 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        read, began = 0, time.monotonic()
        try:
            while time.monotonic() - began < PATIENCE_S and (part := s.recv(1024)):
                read += len(part)
                time.sleep(0.05)
        except (ssl.SSLError, OSError):
            pass
    assert read < 4194304
    assert time.monotonic() - began < PATIENCE_S / 2


def test_two_clients_are_served_at_the_same_time(stage):
    began = time.monotonic()
    calls = [Call(stage, "/slow?ms=1200") for _ in range(2)]
    settle()
    assert stage.ask("GET", "/v1/health").status == 200
    assert all(call.is_alive() for call in calls)
    assert [call.status() for call in calls] == [200, 200]
    assert time.monotonic() - began < 2.3


def test_a_full_lane_is_told_with_retry_after(stage):
    calls = [Call(stage, "/slow?ms=300") for _ in range(9)]
    statuses = sorted(call.status() for call in calls)
    assert statuses[:2] == [200, 200] and statuses[-1] == 503, statuses
    refused = next(call.reply for call in calls if call.reply.status == 503)
    is_problem(refused, 503)
    assert refused.headers["Retry-After"] == "7"


def test_a_parked_request_is_answered_when_woken(stage):
    call = Call(stage, "/park")
    settle()
    assert call.is_alive()
    assert stage.ask("GET", "/wake").status == 204
    assert call.status() == 200


def test_a_parked_request_is_answered_at_its_deadline(stage):
    began = time.monotonic()
    reply = stage.ask("GET", "/park")
    is_problem(reply, 503)
    assert REPLY_TIMEOUT_S * 0.9 < time.monotonic() - began < REPLY_TIMEOUT_S + 3
    assert stage.ask("GET", "/wake").status == 204  # the app's late answer is dropped


def say_goodbye(s):
    """TLS's close_notify alone: the connection stays open."""
    s.settimeout(0.2)
    try:
        s.unwrap()
    except OSError:
        pass


def test_a_client_may_go_away_while_parked(stage):
    worker = stage.workers()
    for close in (socket.socket.close, say_goodbye):
        s = stage.socket()
        s.sendall(b"GET /park HTTP/1.1\r\nHost: localhost\r\n\r\n")
        settle()
        close(s)
        settle()
        assert stage.ask("GET", "/wake").status == 204
        s.close()
    assert stage.ask("GET", "/v1/health").status == 200
    assert stage.workers() == worker


def test_a_client_may_go_away_while_the_app_works(stage):
    worker, before = stage.workers(), int(stage.ask("GET", "/late").data)
    for _ in range(3):
        s = stage.socket()
        s.sendall(b"POST /slow?ms=200 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx")
        settle()
        s.close()
    until(lambda: int(stage.ask("GET", "/late").data) == before + 3)
    assert stage.workers() == worker


def test_a_client_may_go_away_within_a_body(stage):
    worker = stage.workers()
    with stage.socket() as s:
        s.sendall(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx")
        settle()
    assert stage.ask("GET", "/v1/health").status == 200
    assert stage.workers() == worker


def test_a_pipelined_request_waits_for_the_one_before(stage):
    get = b"GET %b HTTP/1.1\r\nHost: localhost\r\n%b\r\n"
    answer = stage.raw(get % (b"/slow?ms=200", b"") + get % (b"/v1/health", b"Connection: close\r\n"))
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.index(b"slow") < answer.index(b'{"status":"ok"}')


def test_a_reload_answers_what_is_in_flight(stage):
    before = stage.workers()
    calls = [Call(stage, "/slow?ms=600"), Call(stage, "/slow?ms=600"), Call(stage, "/park")]
    settle()
    stage.nginx.send_signal(signal.SIGHUP)
    assert [call.status() for call in calls] == [200, 200, 200]
    until(lambda: stage.workers() and not set(stage.workers()) & set(before))
    stage.ready()


def test_a_killed_worker_comes_back(stage):
    before = stage.workers()
    os.kill(before[0], signal.SIGKILL)
    until(lambda: stage.workers() and stage.workers() != before)
    stage.ready()


# --- tests with a stage of their own ---


def test_quit_answers_what_is_in_flight(make_stage):
    stage = make_stage()
    stage.ready()
    calls = [Call(stage, "/slow?ms=400") for _ in range(4)] + [Call(stage, "/park")]
    settle()
    began = time.monotonic()
    stage.nginx.send_signal(signal.SIGQUIT)
    assert [call.status() for call in calls] == [200] * 5
    log = stage.end()
    assert time.monotonic() - began < 5
    assert "[alert]" not in log and "[crit]" not in log, log


def test_until_start_succeeds_requests_are_told_to_come_again(make_stage):
    stage = make_stage(settings="fail")
    reply = stage.ask("GET", "/v1/health")
    is_problem(reply, 503)
    assert reply.headers["Retry-After"] == "7"
    until(lambda: "start failed (-5)" in stage.log())
    stage.write("settings", "go")
    stage.ready()
    stage.end()


def test_a_worker_that_never_started_quits(make_stage):
    stage = make_stage(settings="fail")
    until(lambda: "start failed" in stage.log())
    stage.end()


def the_end_is_clean(stage):
    stage.end()


def run(number, test, argument):
    name = test.__name__.removeprefix("test_").replace("_", " ")
    try:
        test(argument)
        print(f"ok {number} - {name}", flush=True)
        return True
    except Exception as error:  # pylint: disable=broad-except
        print(f"not ok {number} - {name}")
        print(f"# {type(error).__name__}: {error}".replace("\n", "\n# "), flush=True)
        return False


def run_all(names, make_stage):
    """The tests that share a stage, then its end, then those that make their own; writes TAP."""
    tests = [value for name, value in names.items() if name.startswith("test_")]
    shared = [test for test in tests if test.__code__.co_varnames[0] == "stage"]
    own = [test for test in tests if test not in shared]
    print(f"1..{len(tests) + 1}")
    stage = make_stage()
    stage.ready()
    good = [run(i, test, stage) for i, test in enumerate(shared, 1)]
    good.append(run(len(shared) + 1, the_end_is_clean, stage))
    good += [run(i, test, make_stage) for i, test in enumerate(own, len(shared) + 2)]
    sys.exit(not all(good))


if __name__ == "__main__":
    run_all(globals(), lambda settings="go": Stage(sys.argv[1], settings))
