#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""shikakud from its settings to a served request, with the adapter's trial app as its module.

usage: launcher_test.py SHIKAKUD MODULE.so        writes TAP; needs lib/web in PYTHONPATH
"""
import os
import signal
import ssl
import subprocess
import sys
import tempfile

from web_nginx_test import Stage, port_take, raw_is_problem, run_all, settle, until


def private(path, flags):
    return os.open(path, flags, 0o600)


SETTINGS = """
[service]
listen = 127.0.0.1:{port}
origin = https://localhost:{port}
certificate = {place}/cert.pem
certificate_key = {place}/key.pem
state_dir = {place}
module = {module}
environment = test
[store]
target = {place}/store.db
[keys]
dir = {place}/keys
[anchors]
dir = {place}/anchors
[limits]
connections_per_address_max = 40
"""


class Service(Stage):
    """shikakud instead of nginx; the nginx it becomes has the same pid."""

    def start(self):
        os.makedirs(f"{self.place}/keys", mode=0o700, exist_ok=True)
        os.makedirs(f"{self.place}/anchors/test/auth", exist_ok=True)
        self.port = port_take()
        self.write("settings", self.settings())
        self.spawn(sys.argv[1], "--config", f"{self.place}/settings")

    def settings(self):
        return SETTINGS.format(place=self.place, port=self.port, module=self.module)

    def launch(self, *more, text=None):
        """Run shikakud on a settings file beside the real one, which must not start."""
        self.write("other", text if text is not None else self.settings())
        done = subprocess.run([sys.argv[1], "--config", f"{self.place}/other", *more], text=True,
                              capture_output=True, timeout=60, check=False)
        return done.returncode, done.stderr


def test_the_service_answers(stage):
    assert stage.ask("GET", "/v1/health").status == 200
    assert stage.ask("POST", "/echo", b"x" * 65536).status == 200


def test_the_store_is_there_and_only_ours(stage):
    assert os.stat(f"{stage.place}/store.db").st_mode & 0o077 == 0
    assert os.stat(f"{stage.place}/run/nginx.conf").st_mode & 0o077 == 0


def test_the_launcher_became_nginx(stage):
    with open(f"/proc/{stage.nginx.pid}/cmdline", "rb") as file:
        assert b"nginx: master process /usr/sbin/nginx" in file.read()
    assert len(stage.workers()) == 1


def test_only_the_names_of_the_settings_are_served(stage):
    get = b"GET /v1/health HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n"
    for name in (b"localhost", b"127.0.0.1", b"localhost:1"):
        assert stage.raw(get % name).startswith(b"HTTP/1.1 200 ")
    for name in (b"other.example", b"localhost.other.example", b"10.0.0.1"):
        raw_is_problem(stage.raw(get % name), 400)


def ciphers_accepted(stage, version, ciphers):
    context = stage.context(version)
    context.set_ciphers(ciphers)
    try:
        with context.wrap_socket(stage.plain(), server_hostname="localhost") as s:
            return s.cipher()[0]
    except (ssl.SSLError, ConnectionError):
        return None


def test_tls_1_2_takes_forward_secrecy_with_aead_only(stage):
    version = ssl.TLSVersion.TLSv1_2
    for good in ("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"):
        assert ciphers_accepted(stage, version, good) == good
    for bad in ("ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA", "AES256-GCM-SHA384"):
        assert ciphers_accepted(stage, version, bad) is None, bad


def test_tls_1_1_is_refused(stage):
    assert ciphers_accepted(stage, ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0") is None


def test_one_address_cannot_take_everything(stage):
    held = [stage.socket() for _ in range(40)]
    post = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\n\r\n"
    for s in held:
        s.sendall(post)  # and no body: each is a request under way
    settle()
    raw_is_problem(stage.raw(post + b"x"), 503)
    held.pop().close()
    settle()
    assert stage.raw(post + b"x").startswith(b"HTTP/1.1 200 ")
    for s in held:
        s.close()


def test_check_accepts_good_settings_and_starts_nothing(stage):
    code, said = stage.launch("--check")
    assert (code, said) == (0, "")


def test_check_tells_every_mistake(stage):
    code, said = stage.launch("--check", text=stage.settings() + "hash_thread = 1\n")
    lines = said.splitlines()
    assert code == 1 and len(lines) == 2, said
    place = f"{stage.place}/other:18: [limits] hash_thread: "
    assert lines == [place + "そのような設定はありません。", place + "there is no such setting."]


def test_a_key_that_others_can_read_stops_the_start(stage):
    os.chmod(f"{stage.place}/key.pem", 0o644)
    code, said = stage.launch()
    os.chmod(f"{stage.place}/key.pem", 0o600)
    assert code == 1 and "[service] certificate_key: " in said, said


def test_a_key_of_another_certificate_stops_the_start(stage):
    with tempfile.NamedTemporaryFile(dir=stage.place) as key:
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out",
                        key.name], check=True, capture_output=True)
        os.mkdir(f"{stage.place}/state", mode=0o700)
        text = stage.settings().replace(f"{stage.place}/key.pem", key.name)
        code, said = stage.launch(text=text.replace(f"state_dir = {stage.place}",
                                                    f"state_dir = {stage.place}/state"))
    assert code == 1 and "nginx refuses this configuration" in said, said


def test_a_list_of_passwords_that_is_not_there_stops_the_start(stage):
    code, said = stage.launch(text=stage.settings() + "[passwords]\nlist = /nowhere\n")
    lines = said.splitlines()
    assert code == 1 and len(lines) == 2, said
    place = f"{stage.place}/other: [passwords] list: "
    assert lines == [place + "このファイルを読めません。", place + "the file cannot be read."]


def test_a_module_that_is_not_there_stops_the_start(stage):
    code, said = stage.launch(text=stage.settings().replace(stage.module, "/nowhere.so"))
    assert code == 1 and "モジュールを読めません" in said, said


def test_a_store_that_cannot_be_opened_stops_the_start(stage):
    text = stage.settings().replace("/store.db", "/nowhere/store.db")
    code, said = stage.launch(text=text)
    assert code == 1 and "the store cannot be made ready" in said, said
    assert " error launch_failed fault=" in said, said


def test_wrong_arguments_are_told(stage):
    for arguments in ([], ["--config"], ["--config", "x", "y"], ["--other"]):
        done = subprocess.run([sys.argv[1], *arguments], capture_output=True, text=True,
                              check=False, timeout=60)
        assert done.returncode == 2 and "usage: shikakud" in done.stderr, done.stderr
    assert stage.ask("GET", "/v1/health").status == 200


def reload(stage, text=None):
    """--reload on the service's own settings file, as it is or as text says."""
    if text is not None:
        stage.write("settings", text)
    done = subprocess.run([sys.argv[1], "--config", f"{stage.place}/settings", "--reload"],
                          text=True, capture_output=True, timeout=60, check=False)
    stage.write("settings", stage.settings())
    return done.returncode, done.stderr


def test_reload_brings_a_new_worker_under_the_same_master(stage):
    before = stage.workers()
    code, said = reload(stage)
    assert code == 0 and " info reload pid=" in said, said
    until(lambda: stage.workers() and not set(stage.workers()) & set(before))
    assert stage.ask("GET", "/v1/health").status == 200


def test_reload_of_what_nginx_refuses_changes_nothing(stage):
    before = stage.workers()
    with open(f"{stage.place}/run/nginx.conf", encoding="utf-8") as file:
        conf = file.read()
    os.rename(f"{stage.place}/key.pem", f"{stage.place}/aside.pem")
    with open(f"{stage.place}/key.pem", "w", encoding="ascii", opener=private) as file:
        file.write("no key\n")
    code, said = reload(stage)
    os.rename(f"{stage.place}/aside.pem", f"{stage.place}/key.pem")
    assert code == 1 and "nginx refuses this configuration" in said, said
    with open(f"{stage.place}/run/nginx.conf", encoding="utf-8") as file:
        assert file.read() == conf
    assert stage.workers() == before
    code, said = reload(stage, stage.settings() + "hash_thread = 1\n")
    assert code == 1 and "there is no such setting" in said, said


def test_reload_without_a_service_is_told(stage):
    os.mkdir(f"{stage.place}/idle", mode=0o700)
    text = stage.settings().replace(f"state_dir = {stage.place}", f"state_dir = {stage.place}/idle")
    code, said = stage.launch("--reload", text=text)
    assert code == 1 and "no service is running" in said, said
    # Nor is a number that has become another program's.
    with open(f"{stage.place}/idle/run/nginx.pid", "w", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    code, said = stage.launch("--reload", text=text)
    assert code == 1 and "no service is running" in said, said


def test_quit_ends_the_service_without_a_complaint(make_stage):
    stage = make_stage()
    stage.ready()
    stage.nginx.send_signal(signal.SIGQUIT)
    log = stage.end()
    assert " info launch listen=" in log, log
    assert "[alert]" not in log and "[warn]" not in log, log


if __name__ == "__main__":
    run_all(globals(), lambda: Service(sys.argv[2]))
