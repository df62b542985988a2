/* SPDX-License-Identifier: Apache-2.0 */
/* The transport over libcurl: TLS 1.2 and newer, one connection kept alive, one thread at a time.
 */
#pragma once

#include "lib/client/transport.h"

struct transport_curl;

struct transport_curl_options {
	const char *ca_file; /* PEM; NULL: the system's certificates */
	const char *proxy;   /* NULL: as the environment says; "": none */
	int32_t connect_ms;
	int32_t total_ms;
};

/* Faults: -ENOMEM, -EIO. */
MUST_CHECK int transport_curl_create(struct transport_curl **ret_curl);
void transport_curl_destroy(struct transport_curl *curl); /* accepts NULL */
DEFINE_AUTO_POINTER(struct transport_curl, transport_curl_destroy)

/*
 * From the next exchange on. Texts are copied. A kept connection made under another CA file or
 * proxy is not used again. Fault: -ENOMEM, then nothing has changed.
 */
MUST_CHECK int transport_curl_set(struct transport_curl *curl,
				  const struct transport_curl_options *options);

/* The socket; valid until transport_curl_destroy. */
struct transport transport_of_curl(struct transport_curl *curl);
