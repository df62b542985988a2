/* SPDX-License-Identifier: Apache-2.0 */
#include "server/revocation/post.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>

DEFINE_AUTO_POINTER(CURLU, curl_url_cleanup)

enum { HTTP_OK = 200 };

struct headers {
	struct curl_slist *list;
};

static void headers_clear(struct headers *headers)
{
	curl_slist_free_all(headers->list);
	headers->list = NULL;
}

static bool header_add(struct headers *headers, const char *line)
{
	struct curl_slist *longer = curl_slist_append(headers->list, line);
	if (longer)
		headers->list = longer;
	return longer;
}

struct received {
	char *bytes; /* room for PKI_OCSP_RESPONSE_BYTES_MAX */
	size_t len;
};

/* Returning less than was given makes libcurl end with CURLE_WRITE_ERROR. */
static size_t receive(char *bytes, size_t size, size_t count, void *ctx)
{
	struct received *received = ctx;
	size_t more = size * count;
	if (more > PKI_OCSP_RESPONSE_BYTES_MAX - received->len)
		return 0;
	memcpy(received->bytes + received->len, bytes, more);
	received->len += more;
	return more;
}

static bool part_is_absent(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool absent = curl_url_get(url, part, &text, 0) != CURLUE_OK;
	curl_free(text);
	return absent;
}

bool post_url_allowed(const char *url)
{
	AUTO(curl_url_cleanupp) CURLU *parsed = curl_url();
	char *scheme = NULL;
	if (!parsed || curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		return false;
	bool allowed = strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0;
	curl_free(scheme);
	return allowed && part_is_absent(parsed, CURLUPART_USER) &&
	       part_is_absent(parsed, CURLUPART_PASSWORD);
}

static bool options_set(CURL *curl, const char *url, int64_t timeout_ms, struct str request,
			struct received *received)
{
	return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request.len) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.ptr) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, received) == CURLE_OK;
}

static const char *cause_of(CURLcode code)
{
	if (code == CURLE_OPERATION_TIMEDOUT)
		return "timeout";
	if (code == CURLE_WRITE_ERROR)
		return "too_large";
	return "unreachable";
}

/* --- handles: a handle keeps the connection it had --- */

struct post {
	pthread_mutex_t lock; /* of what follows */
	CURL *idle[POST_IDLE_MAX];
	size_t idle_count;
};

int post_create(struct post **ret_post)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return RAISE(EIO);
	struct post *post = calloc(1, sizeof *post);
	if (!post)
		return RAISE(ENOMEM);
	pthread_mutex_init(&post->lock, NULL);
	*ret_post = post;
	return 0;
}

void post_destroy(struct post *post)
{
	if (!post)
		return;
	for (size_t i = 0; i < post->idle_count; i++)
		curl_easy_cleanup(post->idle[i]);
	pthread_mutex_destroy(&post->lock);
	free(post);
}

/* The one used last, whose connection is the likeliest to be open still. NULL: no memory. */
static CURL *handle_take(struct post *post)
{
	pthread_mutex_lock(&post->lock);
	CURL *curl = post->idle_count ? post->idle[--post->idle_count] : NULL;
	pthread_mutex_unlock(&post->lock);
	return curl ? curl : curl_easy_init();
}

static void handle_give(struct post *post, CURL *curl)
{
	curl_easy_reset(curl); /* what was asked is gone, the connection stays */
	pthread_mutex_lock(&post->lock);
	bool kept = post->idle_count < POST_IDLE_MAX;
	if (kept)
		post->idle[post->idle_count++] = curl;
	pthread_mutex_unlock(&post->lock);
	if (!kept)
		curl_easy_cleanup(curl);
}

/* --- one question --- */

static int exchange(CURL *curl, const char *url, int64_t timeout_ms, struct str request,
		    struct received *received, const char **ret_cause)
{
	AUTO(headers_clear) struct headers headers = {0};
	long status = 0;
	if (!header_add(&headers, "Content-Type: application/ocsp-request") ||
	    !header_add(&headers, "Accept: application/ocsp-response") ||
	    !options_set(curl, url, timeout_ms, request, received) ||
	    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.list) != CURLE_OK)
		return RAISE(ENOMEM);
	CURLcode code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK && status == HTTP_OK)
		return 0;
	*ret_cause = code == CURLE_OK ? "http_status" : cause_of(code);
	return code == CURLE_WRITE_ERROR ? REVOCATION_UNTRUSTED : REVOCATION_UNAVAILABLE;
}

int post_send(void *ctx, const char *url, int64_t timeout_ms, struct str request,
	      struct arena *arena, struct str *ret_response, const char **ret_cause)
{
	struct post *post = ctx;
	struct received received = {.bytes = arena_alloc(arena, PKI_OCSP_RESPONSE_BYTES_MAX)};
	CURL *curl = received.bytes ? handle_take(post) : NULL;
	if (!curl)
		return RAISE(ENOMEM);
	int r = exchange(curl, url, timeout_ms, request, &received, ret_cause);
	handle_give(post, curl);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_response = str_bytes(received.bytes, received.len);
	return 0;
}
