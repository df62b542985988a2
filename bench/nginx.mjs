// SPDX-License-Identifier: Apache-2.0
// The reference server: the distribution's nginx alone, with the same certificate and TLS settings.
import fs from 'node:fs';
import path from 'node:path';
import { freePort, start, waitFor } from '../tests/journeys/process.mjs';
import { exchange } from '../tests/journeys/http.mjs';

/** Starts nginx with `return` of replyBytes at /return and a static file of fileBytes at /file. */
export async function startNginx(stack, { replyBytes, fileBytes }) {
  const dir = stack.file('nginx-reference');
  fs.mkdirSync(path.join(dir, 'www'), { recursive: true });
  fs.chmodSync(dir, 0o755);
  fs.writeFileSync(path.join(dir, 'www', 'file'), Buffer.alloc(fileBytes, 'x'));
  const port = await freePort();
  const conf = path.join(dir, 'nginx.conf');
  fs.writeFileSync(conf, `
${process.getuid() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${dir}/nginx.pid;
error_log ${dir}/error.log;
events { worker_connections 2048; }
http {
  access_log off;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/fastcgi;
  uwsgi_temp_path ${dir}/uwsgi; scgi_temp_path ${dir}/scgi;
  keepalive_requests 1000000;
  open_file_cache max=10;
  sendfile on;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${stack.file('pki', 'server.pem')};
    ssl_certificate_key ${stack.file('pki', 'server.key')};
    ssl_protocols TLSv1.2 TLSv1.3;
    location = /return { default_type application/json; return 200 "${'x'.repeat(replyBytes)}"; }
    location = /file { root ${dir}/www; default_type application/json; }
  }
}
`);
  const process_ = start('/usr/sbin/nginx', ['-p', dir, '-e', 'error.log', '-c', conf, '-g', 'daemon off;'], { log: stack.log('nginx-reference') });
  stack.stops.push(() => process_.stop('SIGQUIT'));
  await waitFor('the reference nginx', () =>
    exchange({ port, ca: stack.ca, path: '/return' }).then((r) => r.status === 200, () => false));
  return { port, pid: process_.child.pid };
}
