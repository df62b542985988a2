/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One exchange over libcurl.
 *
 * The handle lives as long as the transport, so its connection, TLS session and name look-up are
 * used again. Every option is set for each exchange: what one request said never reaches the next.
 */
#include "lib/client/transport_curl.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <curl/curl.h>

#include "lib/client/transport_tls.h"

enum {
	REPLY_FIRST_BYTES = 16384,
	URL_BYTES_MAX = 2048,
	HOST_BYTES = 256,
	HEADER_BYTES_MAX = 8192, /* a header line of ours: a token and its name */
};

struct transport_curl {
	CURL *handle;
	char *ca_file; /* NULL: the system's */
	char *proxy;   /* NULL: the environment's */
	long connect_ms, total_ms;
};

/* What the callbacks of one exchange share. */
struct exchange {
	const struct transport_request *request;
	struct arena *arena;
	struct transport_reply reply;
	char *bytes;
	size_t len, capacity;
	bool too_large, no_memory;
};

static bool body_grow(struct exchange *exchange, size_t need)
{
	size_t capacity = exchange->capacity ? exchange->capacity : REPLY_FIRST_BYTES;
	while (capacity < need)
		capacity *= 2;
	char *bytes = arena_alloc(exchange->arena, capacity);
	if (!bytes)
		return false;
	if (exchange->len)
		memcpy(bytes, exchange->bytes, exchange->len);
	exchange->bytes = bytes;
	exchange->capacity = capacity;
	return true;
}

static size_t body_receive(char *data, size_t size, size_t count, void *ctx)
{
	struct exchange *exchange = ctx;
	size_t len = size * count;
	if (len > exchange->request->reply_bytes_max - exchange->len) {
		exchange->too_large = true;
		return 0;
	}
	/* One byte more for the NUL. */
	if (exchange->len + len + 1 > exchange->capacity &&
	    !body_grow(exchange, exchange->len + len + 1)) {
		exchange->no_memory = true;
		return 0;
	}
	if (len)
		memcpy(exchange->bytes + exchange->len, data, len);
	exchange->len += len;
	return len;
}

static size_t header_receive(char *data, size_t size, size_t count, void *ctx)
{
	struct exchange *exchange = ctx;
	struct str value = {data, size * count}, name;
	struct str *place = NULL;
	if (!str_split(&value, ':', &name) || !value.ptr)
		return size * count;
	if (str_equal_nocase(name, STR("content-type")))
		place = &exchange->reply.content_type;
	else if (str_equal_nocase(name, STR("x-request-id")))
		place = &exchange->reply.request_id;
	else if (str_equal_nocase(name, STR("retry-after")))
		place = &exchange->reply.retry_after;
	else if (str_equal_nocase(name, STR("date")))
		place = &exchange->reply.date;
	else if (str_equal_nocase(name, STR("etag")))
		place = &exchange->reply.etag;
	if (place && arena_copy(exchange->arena, str_trim(value), place) != 0) {
		exchange->no_memory = true;
		return 0;
	}
	return size * count;
}

static int stop_wanted(void *ctx, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
		       curl_off_t up)
{
	const struct exchange *exchange = ctx;
	(void)down_total;
	(void)down;
	(void)up_total;
	(void)up;
	return exchange->request->cancelled && atomic_load(exchange->request->cancelled);
}

static void header_list_destroy(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static int header_add(struct curl_slist **list, struct str name, struct str value)
{
	char line[HEADER_BYTES_MAX];
	if (value.len && memchr(value.ptr, '\n', value.len))
		return RAISE(EINVAL);
	int len = snprintf(line, sizeof line, "%.*s: %.*s", STR_ARG(name), STR_ARG(value));
	struct curl_slist *longer =
		len > 0 && (size_t)len < sizeof line ? curl_slist_append(*list, line) : NULL;
	explicit_bzero(line, sizeof line);
	if (!longer)
		return RAISE(len > 0 && (size_t)len < sizeof line ? ENOMEM : EMSGSIZE);
	*list = longer;
	return 0;
}

static int header_list(const struct transport_request *request, struct curl_slist **list)
{
	int r;
	for (size_t i = 0; i < request->headers_count; i++) {
		r = header_add(list, request->headers[i].name, request->headers[i].value);
		if (r)
			return PASS(r);
	}
	/* No waiting for "100 Continue". */
	r = header_add(list, STR("Expect"), STR(""));
	return r ? PASS(r) : 0;
}

static CURLcode tls_set(CURL *handle, void *ssl_ctx, void *ctx)
{
	return (CURLcode)transport_tls_set(handle, ssl_ctx, ctx);
}

/* The host of a URL, an IPv6 address without its brackets. */
static int host_read(const char *url, char host[HOST_BYTES])
{
	CURLU *parsed = curl_url();
	char *text = NULL;
	bool fine = parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
		    curl_url_get(parsed, CURLUPART_HOST, &text, 0) == CURLUE_OK;
	struct str name = str_of(text);
	if (fine && name.len > 1 && name.ptr[0] == '[')
		name = (struct str){name.ptr + 1, name.len - 2};
	fine = fine && str_to_c(name, host, HOST_BYTES) == 0;
	curl_free(text);
	curl_url_cleanup(parsed);
	return fine ? 0 : RAISE(EINVAL);
}

/* host: until the exchange is over. */
static CURLcode connection_set(const struct transport_curl *curl, const char *host,
			       int64_t patience_ms)
{
	CURL *h = curl->handle;
	CURLcode c = curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	c = c ? c : curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "https");
	c = c ? c : curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	c = c ? c : curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	c = c ? c : curl_easy_setopt(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	c = c ? c : curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, curl->connect_ms);
	c = c ? c : curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, curl->total_ms + (long)patience_ms);
	c = c ? c : curl_easy_setopt(h, CURLOPT_SSL_CTX_FUNCTION, tls_set);
	c = c ? c : curl_easy_setopt(h, CURLOPT_SSL_CTX_DATA, host);
	if (!c && curl->ca_file) {
		/* Only this file: the system's folder would still be looked into otherwise. */
		c = curl_easy_setopt(h, CURLOPT_CAINFO, curl->ca_file);
		c = c ? c : curl_easy_setopt(h, CURLOPT_CAPATH, NULL);
	}
	if (!c && curl->proxy)
		c = curl_easy_setopt(h, CURLOPT_PROXY, curl->proxy);
	return c;
}

static CURLcode request_set(CURL *h, const struct transport_request *request, const char *url,
			    struct curl_slist *headers)
{
	CURLcode c = curl_easy_setopt(h, CURLOPT_URL, url);
	c = c ? c : curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	if (request->body.ptr) {
		c = c ? c
		      : curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
					 (curl_off_t)request->body.len);
		c = c ? c : curl_easy_setopt(h, CURLOPT_POSTFIELDS, request->body.ptr);
	}
	char method[8];
	if (str_to_c(request->method, method, sizeof method) != 0)
		return CURLE_BAD_FUNCTION_ARGUMENT;
	return c ? c : curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, method);
}

static CURLcode callbacks_set(CURL *h, struct exchange *exchange)
{
	CURLcode c = curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, body_receive);
	c = c ? c : curl_easy_setopt(h, CURLOPT_WRITEDATA, exchange);
	c = c ? c : curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, header_receive);
	c = c ? c : curl_easy_setopt(h, CURLOPT_HEADERDATA, exchange);
	c = c ? c : curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, stop_wanted);
	c = c ? c : curl_easy_setopt(h, CURLOPT_XFERINFODATA, exchange);
	return c ? c : curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
}

/* libcurl's many ways to fail, as the six that somebody above can act on. */
static int outcome_of(CURLcode code, const struct exchange *exchange)
{
	if (exchange->no_memory || code == CURLE_OUT_OF_MEMORY)
		return RAISE(ENOMEM);
	if (exchange->too_large)
		return TRANSPORT_TOO_LARGE;
	switch ((int)code) {
	case CURLE_ABORTED_BY_CALLBACK: return TRANSPORT_CANCELLED;
	case CURLE_OPERATION_TIMEDOUT: return TRANSPORT_TIMEOUT;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT: return TRANSPORT_UNREACHABLE;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS: return TRANSPORT_TLS;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_BAD_FUNCTION_ARGUMENT: return RAISE(EINVAL);
	default: return TRANSPORT_BROKEN;
	}
}

static int reply_finish(struct transport_curl *curl, struct exchange *exchange)
{
	long status = 0;
	if (curl_easy_getinfo(curl->handle, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
		return RAISE(EIO);
	if (!exchange->bytes && !body_grow(exchange, 1))
		return RAISE(ENOMEM);
	exchange->bytes[exchange->len] = '\0';
	exchange->reply.body = (struct str){exchange->bytes, exchange->len};
	exchange->reply.status = (int)status;
	return 0;
}

static int curl_perform(void *ctx, const struct transport_request *request, struct arena *arena,
			struct transport_reply *ret_reply)
{
	struct transport_curl *curl = ctx;
	struct exchange exchange = {.request = request, .arena = arena};
	AUTO(header_list_destroy) struct curl_slist *headers = NULL;
	char url[URL_BYTES_MAX], host[HOST_BYTES];
	int r = str_to_c(request->url, url, sizeof url);
	if (!r)
		r = host_read(url, host);
	if (r)
		return PASS(r);
	r = header_list(request, &headers);
	if (r)
		return PASS(r);
	curl_easy_reset(curl->handle);
	CURLcode code = connection_set(curl, host, request->patience_ms);
	code = code ? code : request_set(curl->handle, request, url, headers);
	code = code ? code : callbacks_set(curl->handle, &exchange);
	code = code ? code : curl_easy_perform(curl->handle);
	if (code != CURLE_OK)
		return outcome_of(code, &exchange);
	r = reply_finish(curl, &exchange);
	if (r)
		return PASS(r);
	*ret_reply = exchange.reply;
	return 0;
}

int transport_curl_create(struct transport_curl **ret_curl)
{
	struct transport_curl *curl = calloc(1, sizeof *curl);
	if (!curl)
		return RAISE(ENOMEM);
	curl->handle = curl_easy_init();
	if (!curl->handle) {
		free(curl);
		return RAISE(EIO);
	}
	curl->connect_ms = 10000;
	curl->total_ms = 60000;
	*ret_curl = curl;
	return 0;
}

void transport_curl_destroy(struct transport_curl *curl)
{
	if (!curl)
		return;
	curl_easy_cleanup(curl->handle);
	free(curl->ca_file);
	free(curl->proxy);
	free(curl);
}

int transport_curl_set(struct transport_curl *curl, const struct transport_curl_options *options)
{
	assert(options->connect_ms > 0 && options->total_ms > 0);
	char *ca_file = options->ca_file ? strdup(options->ca_file) : NULL;
	char *proxy = options->proxy ? strdup(options->proxy) : NULL;
	if ((options->ca_file && !ca_file) || (options->proxy && !proxy)) {
		free(ca_file);
		free(proxy);
		return RAISE(ENOMEM);
	}
	free(curl->ca_file);
	free(curl->proxy);
	curl->ca_file = ca_file;
	curl->proxy = proxy;
	curl->connect_ms = options->connect_ms;
	curl->total_ms = options->total_ms;
	return 0;
}

struct transport transport_of_curl(struct transport_curl *curl)
{
	return (struct transport){.perform = curl_perform, .ctx = curl};
}
