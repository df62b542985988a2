#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The control of T27: a server that does what ours must not, and puts its input into the statement.

It prints its port. GET /control?name=… and POST /control {"name": …} look a name up.
"""
import http.server
import json
import sqlite3
import urllib.parse


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def look_up(self, name):
        try:
            rows = self.server.store.execute(f"SELECT no FROM person WHERE name = '{name}'").fetchall()
        except sqlite3.Error:
            return 500, {"fault": True}
        return 200, {"found": len(rows), "numbers": rows}

    def answer(self, name):
        status, value = self.look_up(name)
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        self.answer(query.get("name", [""])[0])

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(json.loads(body).get("name", ""))

    def log_message(self, *_):
        pass


def main():
    store = sqlite3.connect(":memory:", check_same_thread=False)
    store.execute("CREATE TABLE person (no INTEGER, name TEXT)")
    store.executemany("INSERT INTO person VALUES (?, ?)", [(1, "sato"), (2, "suzuki")])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.store = store
    print(server.server_port, flush=True)
    server.serve_forever()


main()
