// SPDX-License-Identifier: Apache-2.0
// One HTTPS exchange as raw as a test wants it: odd methods, bodies that are no JSON, no body.
import https from 'node:https';

/** Gives {status, headers, body (Buffer), json() }. */
export function exchange({ port, ca, method = 'GET', path = '/', headers = {}, body, tls = {}, timeout_ms = 15000 }) {
  return new Promise((done, fail) => {
    const request = https.request({ host: '127.0.0.1', servername: 'localhost', port, ca, method, path, headers, agent: false, ...tls });
    request.setTimeout(timeout_ms, () => request.destroy(new Error(`no answer in ${timeout_ms} ms`)));
    request.on('error', fail);
    request.on('response', (response) => {
      const parts = [];
      response.on('data', (d) => parts.push(d));
      response.on('error', fail);
      response.on('end', () => {
        const bytes = Buffer.concat(parts);
        done({ status: response.statusCode, headers: response.headers, body: bytes, json: () => JSON.parse(bytes.toString()) });
      });
    });
    request.end(body);
  });
}
