// SPDX-License-Identifier: Apache-2.0
// A bad line: a proxy (HTTP CONNECT) that passes so many bytes of the service's and then is dead to
// all (left), or so many and then waits for more to be given (allowed).
import net from 'node:net';

export class Cutter {
  constructor() {
    this.left = Infinity;
    this.allowed = Infinity;
    this.sockets = new Set();
    this.held = []; // {socket, data}: what came and is not allowed yet, in its order
    this.server = net.createServer((socket) => {
      if (this.left <= 0) return socket.destroy();
      this.keep(socket).once('data', (bytes) => this.connect(socket, bytes));
    });
  }

  keep(socket) {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
    return socket;
  }

  connect(socket, bytes) {
    const [, port] = /^CONNECT localhost:(\d+) /.exec(bytes.toString());
    const beyond = this.keep(net.connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(beyond);
    }));
    beyond.on('data', (data) => {
      this.held.push({ socket, data });
      this.flow();
    });
    beyond.on('close', () => (this.allowed > 0 ? socket.destroy() : undefined));
    socket.on('close', () => beyond.destroy());
  }

  flow() {
    while (this.held.length && this.allowed > 0) {
      const { socket, data } = this.held.shift();
      const part = data.subarray(0, this.allowed);
      if (part.length < data.length) this.held.unshift({ socket, data: data.subarray(part.length) });
      this.allowed -= part.length;
      if (!socket.destroyed) socket.write(part.subarray(0, this.left));
      this.left -= part.length;
      if (this.left <= 0) this.cut();
    }
  }

  /** Nothing more comes through until it is allowed. */
  hold() { this.allowed = 0; }
  allow(bytes) { this.allowed += bytes; this.flow(); }
  release() { this.allow(Infinity); }

  /** Dead until mend(). */
  cut() {
    this.left = 0;
    this.held = [];
    for (const one of this.sockets) one.destroy();
  }

  mend() { this.left = Infinity; this.allowed = Infinity; }

  async listen() {
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${this.server.address().port}`;
  }

  close() { for (const one of this.sockets) one.destroy(); this.server.close(); }
}
