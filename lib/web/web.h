/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP door: a bounded, whole request in; one reply out, now or later.
 *
 * An adapter (nginx, the in-process fake) reads a request, fills struct web_exchange and calls
 * app->handle on its event loop. The app answers by web_finish exactly once, on that thread before
 * it returns or on any thread later; until then the exchange and its arena are the app's. If the
 * client goes away meanwhile the adapter keeps the exchange alive until web_finish and drops the
 * reply. Nobody above this room sees an nginx type, nobody below it knows a route.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

enum {
	WEB_REQUEST_ID_BYTES = 33,    /* 32 lower-case hex digits and a NUL */
	WEB_HEADERS_MAX = 4,	      /* of a reply, beside those that the adapter adds */
	WEB_REQUEST_HEADERS_MAX = 64, /* more are refused: 431 */
};

/* Borrowed until web_finish. Absent headers are absent (ptr == NULL). */
struct web_request {
	struct str method; /* "GET" */
	struct str path;   /* as sent, undecoded, without the query; begins with '/' */
	struct str query;  /* as sent, without '?'; absent when there is none */
	struct str host;
	struct str content_type;
	struct str content_encoding;
	struct str authorization;
	struct str dpop;
	struct str idempotency_key;
	struct str if_none_match;
	struct str user_agent;
	struct str hint_mobile;	  /* Sec-CH-UA-Mobile */
	struct str hint_platform; /* Sec-CH-UA-Platform */
	struct str cookie;	  /* this and the next four: on loopback only */
	struct str origin;
	struct str fetch_site; /* Sec-Fetch-Site */
	struct str fetch_mode; /* Sec-Fetch-Mode */
	struct str transfer_encoding;
	struct str body;
	struct str peer; /* the client's address as text */
	int refused; /* ≠ 0: the adapter already refuses it with this HTTP status (its own errors)
		      */
	char request_id[WEB_REQUEST_ID_BYTES]; /* made by the adapter */
};

struct web_header {
	struct str name;
	struct str value;
};

/* Filled by the app; everything lives in the exchange's arena or is a constant. */
struct web_reply {
	int status;
	struct str content_type; /* absent: no body */
	struct str body;
	int retry_after_s; /* 0: no header */
	struct web_header headers[WEB_HEADERS_MAX];
	size_t headers_count;
};

struct web_exchange {
	struct web_request request;
	struct web_reply reply;
	struct arena arena; /* wiped by the adapter after the last byte */
	void *app_data;	    /* the app's own */
	void (*finish)(struct web_exchange *exchange); /* the adapter's */
	void *adapter_data;			       /* the adapter's own */
};

/* The reply stands ready. The exchange is the adapter's again. Callable from any thread. */
static inline void web_finish(struct web_exchange *exchange)
{
	exchange->finish(exchange);
}

/* What a program hands its adapter. */
struct web_app {
	/* In the worker process, before the first request; settings is the settings file's path. */
	int (*start)(const char *settings, void **ret_ctx);
	/* After the last request; everything is finished when it returns. Accepts what start made.
	 */
	void (*stop)(void *ctx);
	/* On the event loop: never blocks. */
	void (*handle)(void *ctx, struct web_exchange *exchange);
	/*
	 * Optional, on the event loop, once: this worker ends soon; answer at once whatever waits
	 * for something to happen. Requests still come until connections are closed.
	 */
	void (*quit)(void *ctx);
	/*
	 * Optional: write exchange->reply (without web_finish) for a request that came before start
	 * was done or that start keeps failing for. Without it the adapter answers a bare 503.
	 */
	void (*unready)(struct web_exchange *exchange);
};
