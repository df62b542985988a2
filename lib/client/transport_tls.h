/* SPDX-License-Identifier: Apache-2.0 */
/* What libcurl's own options cannot ask of a server's TLS. */
#pragma once

/*
 * libcurl's CURLOPT_SSL_CTX_FUNCTION, for OpenSSL. ctx: the server's name or address as a C string,
 * that the certificate must be for; libcurl itself looks at the name only when the handshake is
 * over. At least TLS 1.2 and 112 bits, whatever the system's openssl.cnf allows (no RSA-1024, no
 * SHA-1); a server that staples that its certificate is revoked is refused. ssl_ctx: an SSL_CTX.
 * Returns a CURLcode: CURLE_OK, CURLE_SSL_CONNECT_ERROR.
 */
int transport_tls_set(void *curl, void *ssl_ctx, void *ctx);
