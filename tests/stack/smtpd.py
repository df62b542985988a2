#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A real SMTP server for tests, on the loopback: aiosmtpd with STARTTLS and authentication.

usage: smtpd.py FOLDER [PORT]

FOLDER holds cert.pem and key.pem (made when they are not there; cert.pem is its own CA) and takes
each mail as N.eml (its bytes, after a line with the recipients). What it does with the next mail
stands in FOLDER/mode: "ok" (also: no file), "slow" (60 s before the answer to DATA), "4xx" and
"5xx" (to DATA), "rcpt5xx", "cut" (the mail is kept, then the connection ends without an answer).
User "shikaku" and password "correct horse". The port is told on standard output. It ends with the
process that started it, however that ends: a test that fails leaves no server behind.
"""
import asyncio
import ctypes
import os
import signal
import ssl
import subprocess
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

PR_SET_PDEATHSIG = 1
USER, PASSWORD = b"shikaku", b"correct horse"


class Handler:
    def __init__(self, folder):
        self.folder = folder
        self.count = len([name for name in os.listdir(folder) if name.endswith(".eml")])

    def mode(self):
        try:
            with open(os.path.join(self.folder, "mode"), encoding="ascii") as file:
                return file.read().strip()
        except FileNotFoundError:
            return "ok"

    def keep(self, envelope):
        self.count += 1
        name = os.path.join(self.folder, f"{self.count}.eml")
        with open(name + ".new", "wb") as file:
            file.write(" ".join(envelope.rcpt_tos).encode() + b"\n" + envelope.content)
        os.rename(name + ".new", name)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode() == "rcpt5xx":
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mode = self.mode()
        if mode == "slow":
            await asyncio.sleep(60)
        if mode == "4xx":
            return "451 4.3.0 try again later"
        if mode == "5xx":
            return "554 5.6.0 refused"
        self.keep(envelope)
        if mode == "cut":
            server.transport.abort()
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == USER and data.password == PASSWORD)


class StarttlsController(Controller):
    def __init__(self, handler, context, port):
        super().__init__(handler, hostname="127.0.0.1", port=port)
        self.context = context

    def factory(self):
        return SMTP(self.handler, hostname="localhost", tls_context=self.context,
                    require_starttls=True, auth_required=True, authenticator=authenticate)


def parent_follow():
    """Before the port is told: whoever knows it has a server that ends with them."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def certificate_make(folder):
    key, cert = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    if not os.path.exists(cert):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "3650", "-subj",
                        "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                        "-keyout", key, "-out", cert],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


async def serve(folder, port):
    context = certificate_make(folder)
    controller = StarttlsController(Handler(folder), context, port)
    server = await asyncio.get_running_loop().create_server(
        controller.factory, host="127.0.0.1", port=port)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parent_follow()
    try:
        asyncio.run(serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0))
    except KeyboardInterrupt:
        pass
