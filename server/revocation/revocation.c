/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of many that ask about one certificate at once, one goes to the responder and the others take its
 * answer, a failure too: at half past eight, or when the responder is down, the herd is one
 * request. Of many certificates before a responder that stays silent, one goes on asking
 * (silence.h).
 *
 * Ask, check, remember. What is not surely good or surely revoked is neither: nobody is let in
 * because a responder was down, and nobody is called revoked because of it.
 */
#include "server/revocation/revocation.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "lib/base/thread.h"
#include "lib/crypto/crypto.h"
#include "server/revocation/cache.h"
#include "server/revocation/post.h"
#include "server/revocation/silence.h"

enum {
	EXCHANGE_BYTES_MAX = 64 * 1024,
	FLIGHTS_MAX = 64, /* beyond that many certificates at once, each asks for itself */
};

/* A question that is under way. */
struct flight {
	bool used, over;
	size_t followers; /* waiting for its answer */
	unsigned char issuer_key_hash[PKI_THUMBPRINT_BYTES];
	char serial[PKI_SERIAL_BYTES];
	int outcome; /* or the fault */
	struct revocation_answer answer;
};

struct revocation {
	struct revocation_options options;
	char *url;	      /* empty: the certificate's */
	struct post *post;    /* NULL: the transport is somebody else's */
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t landed;
	struct silence silence;
	struct flight flights[FLIGHTS_MAX];
	struct cache cache;
};

static int url_copy(struct revocation *revocation, struct str url)
{
	revocation->url = strndup(url.ptr ? url.ptr : "", url.len);
	if (!revocation->url)
		return RAISE(ENOMEM);
	return !url.len || post_url_allowed(revocation->url) ? 0 : RAISE(EINVAL);
}

static int transport_open(struct revocation *revocation)
{
	struct revocation_transport *transport = &revocation->options.transport;
	if (transport->post)
		return 0;
	int r = post_create(&revocation->post);
	if (r)
		return PASS(r);
	*transport = (struct revocation_transport){post_send, revocation->post};
	return 0;
}

int revocation_create(const struct revocation_options *options, struct revocation **ret_revocation)
{
	assert(options->timeout_ms > 0 && options->timeout_ms <= INT_MAX && options->clock);
	AUTO(revocation_destroyp) struct revocation *revocation = calloc(1, sizeof *revocation);
	if (!revocation)
		return RAISE(ENOMEM);
	revocation->options = *options;
	pthread_mutex_init(&revocation->lock, NULL);
	wake_init(&revocation->landed);
	if (!options->ttl_ms)
		revocation->options.ttl_ms = REVOCATION_TTL_MS;
	int r = transport_open(revocation);
	if (r == 0)
		r = url_copy(revocation, options->ocsp_url);
	if (r < 0)
		return PASS(r);
	*ret_revocation = revocation;
	revocation = NULL;
	return 0;
}

void revocation_destroy(struct revocation *revocation)
{
	if (!revocation)
		return;
	pthread_cond_destroy(&revocation->landed);
	pthread_mutex_destroy(&revocation->lock);
	post_destroy(revocation->post);
	free(revocation->url);
	free(revocation);
}

/* Under the lock. */
static bool remembered(struct revocation *revocation, const struct pki_facts *facts,
		       int *ret_outcome, struct revocation_answer *ret_answer)
{
	int64_t mono_ms = clock_mono_ms(revocation->options.clock);
	const struct cache_entry *entry = cache_find(&revocation->cache, facts, mono_ms);
	if (!entry)
		return false;
	*ret_outcome = entry->outcome;
	*ret_answer = (struct revocation_answer){entry->revoked_ms, entry->reason, "cached"};
	return true;
}

/* For as long as we may, and not longer than the authority says. */
static void remember(struct revocation *revocation, const struct pki_facts *facts, int outcome,
		     const struct pki_ocsp_answer *answer)
{
	int64_t fresh_ms = revocation->options.ttl_ms;
	int64_t left_ms = answer->next_update_ms - clock_now_ms(revocation->options.clock);
	if (answer->next_update_ms && left_ms < fresh_ms)
		fresh_ms = left_ms;
	if (fresh_ms <= 0)
		return;
	struct cache_entry entry = {
		.outcome = outcome,
		.reason = answer->reason,
		.revoked_ms = answer->revoked_ms,
		.until_ms = clock_mono_ms(revocation->options.clock) + fresh_ms,
	};
	pthread_mutex_lock(&revocation->lock);
	cache_put(&revocation->cache, facts, &entry);
	pthread_mutex_unlock(&revocation->lock);
}

static const char *word_of(enum pki_ocsp_outcome outcome)
{
	switch (outcome) {
	case PKI_OCSP_REVOKED: return "revoked";
	case PKI_OCSP_UNKNOWN: return "unknown";
	case PKI_OCSP_TRY_LATER: return "try_later";
	case PKI_OCSP_MALFORMED: return "malformed";
	case PKI_OCSP_FORGED: return "forged";
	case PKI_OCSP_NONCE_WRONG: return "nonce_wrong";
	case PKI_OCSP_STALE: return "stale";
	case PKI_OCSP_EARLY: return "early";
	}
	return "good";
}

static enum revocation_outcome unsure_of(enum pki_ocsp_outcome outcome)
{
	switch (outcome) {
	case PKI_OCSP_UNKNOWN: return REVOCATION_UNKNOWN;
	case PKI_OCSP_TRY_LATER: return REVOCATION_UNAVAILABLE;
	case PKI_OCSP_REVOKED:
	case PKI_OCSP_MALFORMED:
	case PKI_OCSP_FORGED:
	case PKI_OCSP_NONCE_WRONG:
	case PKI_OCSP_STALE:
	case PKI_OCSP_EARLY: break;
	}
	return REVOCATION_UNTRUSTED;
}

/* 0 and REVOCATION_REVOKED are what the authority says itself. */
static int response_judge(struct revocation *revocation, const struct pki_certificate *certificate,
			  struct str response, struct str nonce,
			  struct revocation_answer *ret_answer)
{
	struct pki_ocsp_answer answer = {.reason = PKI_REASON_NONE};
	int64_t now_ms = clock_now_ms(revocation->options.clock);
	int r = pki_ocsp_check(certificate, response, nonce, now_ms, &answer);
	if (r < 0)
		return PASS(r);
	const char *cause = word_of((enum pki_ocsp_outcome)r);
	*ret_answer = (struct revocation_answer){answer.revoked_ms, answer.reason, cause};
	if (r != 0 && r != PKI_OCSP_REVOKED)
		return unsure_of((enum pki_ocsp_outcome)r);
	int outcome = r == 0 ? 0 : REVOCATION_REVOKED;
	remember(revocation, pki_certificate_facts(certificate), outcome, &answer);
	return outcome;
}

/* As the transport's post; where nobody answers, only one at a time waits for it. */
static int line_post(struct revocation *revocation, const char *url, struct str request,
		     struct arena *arena, struct str *ret_response, const char **ret_cause)
{
	const struct revocation_transport *transport = &revocation->options.transport;
	pthread_mutex_lock(&revocation->lock);
	bool allowed = silence_allows(&revocation->silence);
	if (allowed)
		silence_begin(&revocation->silence);
	pthread_mutex_unlock(&revocation->lock);
	if (!allowed) {
		*ret_cause = "silent";
		return REVOCATION_UNAVAILABLE;
	}
	int r = transport->post(transport->ctx, url, revocation->options.timeout_ms, request, arena,
				ret_response, ret_cause);
	pthread_mutex_lock(&revocation->lock);
	silence_end(&revocation->silence, r == 0 || r == REVOCATION_UNTRUSTED);
	pthread_mutex_unlock(&revocation->lock);
	return r < 0 ? PASS(r) : r;
}

static int ask(struct revocation *revocation, const struct pki_certificate *certificate,
	       const char *url, struct revocation_answer *ret_answer)
{
	AUTO(arena_clear) struct arena arena;
	unsigned char bytes[PKI_OCSP_NONCE_BYTES];
	struct str nonce = str_bytes(bytes, sizeof bytes), request, response;
	const char *cause = NULL;
	arena_init(&arena, EXCHANGE_BYTES_MAX);
	random_bytes(bytes, sizeof bytes);
	int r = pki_ocsp_request(&arena, certificate, nonce, &request);
	if (r < 0)
		return PASS(r);
	r = line_post(revocation, url, request, &arena, &response, &cause);
	if (r < 0)
		return PASS(r);
	if (r > 0) {
		*ret_answer = (struct revocation_answer){0, PKI_REASON_NONE, cause};
		return r;
	}
	r = response_judge(revocation, certificate, response, nonce, ret_answer);
	return r < 0 ? PASS(r) : r;
}

static int certificate_ask(struct revocation *revocation, const struct pki_certificate *certificate,
			   struct revocation_answer *ret_answer)
{
	const struct pki_facts *facts = pki_certificate_facts(certificate);
	const char *url = revocation->url[0] ? revocation->url : facts->ocsp_url.ptr;
	/* The certificate is its root's word, but a URL in it is still only text. */
	if (!url[0] || !post_url_allowed(url)) {
		*ret_answer = (struct revocation_answer){0, PKI_REASON_NONE, "no_url"};
		return REVOCATION_UNAVAILABLE;
	}
	int r = ask(revocation, certificate, url, ret_answer);
	return r < 0 ? PASS(r) : r;
}

/* --- flights, under the lock --- */

static struct flight *flight_find(struct revocation *revocation, const struct pki_facts *facts)
{
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		struct flight *flight = &revocation->flights[i];
		if (flight->used && !flight->over && strcmp(flight->serial, facts->serial) == 0 &&
		    memcmp(flight->issuer_key_hash, facts->issuer_key_hash,
			   sizeof flight->issuer_key_hash) == 0)
			return flight;
	}
	return NULL;
}

/* NULL: all places are taken. */
static struct flight *flight_begin(struct revocation *revocation, const struct pki_facts *facts)
{
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		struct flight *flight = &revocation->flights[i];
		if (flight->used)
			continue;
		*flight = (struct flight){.used = true};
		memcpy(flight->serial, facts->serial, sizeof flight->serial);
		memcpy(flight->issuer_key_hash, facts->issuer_key_hash,
		       sizeof flight->issuer_key_hash);
		return flight;
	}
	return NULL;
}

/* Its own patience ends it: one that asks and never comes back keeps nobody else. */
static int flight_follow(struct revocation *revocation, struct flight *flight,
			 struct revocation_answer *ret_answer)
{
	int64_t until_ms = clock_mono_ms(&clock_system) + revocation->options.timeout_ms;
	bool early = true;
	flight->followers++;
	while (!flight->over && early)
		early = wake_wait(&revocation->landed, &revocation->lock, until_ms);
	flight->followers--;
	if (!flight->over) {
		*ret_answer = (struct revocation_answer){0, PKI_REASON_NONE, "timeout"};
		return REVOCATION_UNAVAILABLE;
	}
	flight->used = flight->followers > 0;
	*ret_answer = flight->answer;
	return flight->outcome;
}

static void flight_land(struct revocation *revocation, struct flight *flight, int outcome,
			const struct revocation_answer *answer)
{
	flight->outcome = outcome;
	flight->answer = *answer;
	flight->over = true;
	flight->used = flight->followers > 0;
	pthread_cond_broadcast(&revocation->landed);
}

int revocation_check(struct revocation *revocation, const struct pki_certificate *certificate,
		     struct revocation_answer *ret_answer)
{
	const struct pki_facts *facts = pki_certificate_facts(certificate);
	bool shared = revocation->options.ttl_ms >= 0;
	struct revocation_answer answer = {.reason = PKI_REASON_NONE, .cause = "fault"};
	int r = 0;
	pthread_mutex_lock(&revocation->lock);
	bool known = remembered(revocation, facts, &r, ret_answer);
	struct flight *flight = known || !shared ? NULL : flight_find(revocation, facts);
	bool follows = flight;
	if (follows)
		r = flight_follow(revocation, flight, ret_answer);
	else if (!known && shared)
		flight = flight_begin(revocation, facts);
	pthread_mutex_unlock(&revocation->lock);
	if (known || follows)
		return r < 0 ? RAISE(-r) : r;
	r = certificate_ask(revocation, certificate, &answer);
	pthread_mutex_lock(&revocation->lock);
	if (flight)
		flight_land(revocation, flight, r, &answer);
	pthread_mutex_unlock(&revocation->lock);
	*ret_answer = answer;
	return r < 0 ? PASS(r) : r;
}
