/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T35 sdk_tls_client, on Linux: a vendor's program logs in through the library at a server that is
 * not the service, or has a certificate it should not have. No handshake completes, no byte of the
 * password leaves, and the code and the sentences tell the desk what to do.
 *
 * The library trusts the file it was given (shk_client_set_ca_file) and nothing of the system's;
 * the system's store, played here by another CA, counts only where no file was given. A server that
 * turns bad after a good first contact is refused like one that was bad from the first; an http
 * redirect is not followed. What is stapled is believed when it says "revoked" and is signed.
 *
 * Controls: with verification switched off, and with the floor of TLS taken away, the same body
 * must find that handshakes completed and the password arrived.
 *
 * later: Windows (WinHTTP).
 */
#include "lib/base/test.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "include/shikaku/shikaku.h"
#include "lib/client/transport_tls.h"
#include "tests/acceptance/T35/fake.h"

#define PASSWORD "correct-horse-battery-35"
#define LOGIN_ID "WA3500035"

/* --- the planted faults --- */

static struct {
	bool unverified;    /* neither chain nor name is looked at */
	bool floorless;	    /* any version, any strength, no staple */
	const char *system; /* the system's store; NULL: this machine's */
} plant;

CURLcode __real_curl_easy_setopt(CURL *curl, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *curl, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
	va_list args;
	va_start(args, option);
	void *value = va_arg(args, void *); /* all that is set here is one register wide */
	va_end(args);
	if (option == CURLOPT_URL && plant.unverified) {
		__real_curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
		__real_curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	return __real_curl_easy_setopt(curl, option, value);
}

void __real_curl_easy_reset(CURL *curl);
void __wrap_curl_easy_reset(CURL *curl);
void __wrap_curl_easy_reset(CURL *curl)
{
	__real_curl_easy_reset(curl);
	if (plant.system)
		__real_curl_easy_setopt(curl, CURLOPT_CAINFO, plant.system);
}

int __real_transport_tls_set(void *curl, void *ssl_ctx, void *ctx);
int __wrap_transport_tls_set(void *curl, void *ssl_ctx, void *ctx);
int __wrap_transport_tls_set(void *curl, void *ssl_ctx, void *ctx)
{
	if (!plant.floorless)
		return __real_transport_tls_set(curl, ssl_ctx, ctx);
	SSL_CTX_set_security_level(ssl_ctx, 0);
	SSL_CTX_set_min_proto_version(ssl_ctx, TLS1_VERSION);
	return 0;
}

/* --- who is there --- */

struct cast {
	struct paper operator_ca, other_ca, bounded_ca, old_ca;
	char folder[64], pinned[96], system[96];
	struct fake fake;
};

/* issuer NULL: a root. */
static void ca_make(const char *name, const struct paper *issuer, const char *constraints,
		    const char *digest, struct paper *ret_ca)
{
	const struct paper_plan plan = {.name = name,
					.from_days = -400,
					.until_days = 400,
					.is_ca = true,
					.digest = digest,
					.constraints = constraints};
	paper_make(&plan, issuer, ret_ca);
}

static int cast_open(void **state)
{
	struct cast *cast = test_calloc(1, sizeof *cast);
	ca_make("root", NULL, NULL, NULL, &cast->operator_ca);
	ca_make("root", NULL, NULL, NULL, &cast->other_ca); /* of the same name */
	ca_make("bounded", &cast->operator_ca, "critical,permitted;DNS:other.example", NULL,
		&cast->bounded_ca);
	ca_make("old", &cast->operator_ca, NULL, "SHA1", &cast->old_ca);
	snprintf(cast->folder, sizeof cast->folder, "/tmp/shikaku-tls-XXXXXX");
	assert_non_null(mkdtemp(cast->folder));
	snprintf(cast->pinned, sizeof cast->pinned, "%s/operator.pem", cast->folder);
	snprintf(cast->system, sizeof cast->system, "%s/system.pem", cast->folder);
	paper_write(&cast->operator_ca, cast->pinned);
	paper_write(&cast->other_ca, cast->system);
	plant.system = cast->system;
	fake_open(&cast->fake);
	*state = cast;
	return 0;
}

static int cast_close(void **state)
{
	struct cast *cast = *state;
	fake_close(&cast->fake);
	unlink(cast->pinned);
	unlink(cast->system);
	rmdir(cast->folder);
	paper_clear(&cast->operator_ca);
	paper_clear(&cast->other_ca);
	paper_clear(&cast->bounded_ca);
	paper_clear(&cast->old_ca);
	test_free(cast);
	return 0;
}

/* --- the bad cases --- */

enum signer { BY_OPERATOR, BY_OTHER, BY_BOUNDED, BY_OLD, BY_LEAF, BY_ITSELF };

/* What keeps the password in; either being gone is enough to lose it. */
enum guard {
	GUARD_VERIFYING = 1, /* chain, name and time are looked at */
	GUARD_FLOOR = 2,     /* what TLS must at least be, and the staple */
	GUARD_BOTH = 3,
	GUARD_TLS = 4, /* nothing is said without it */
};

static const struct row {
	const char *what;
	enum guard guard;
	enum signer signer;
	const char *host; /* NULL: localhost */
	struct paper_plan paper;
	enum fake_staple staple;
	int version_most;
} rows[] = {
	{"expired", GUARD_VERIFYING, .paper = {.from_days = -90, .until_days = -1}},
	{"not yet valid", GUARD_VERIFYING, .paper = {.from_days = 2, .until_days = 90}},
	{"another name", GUARD_VERIFYING, .paper = {.alt = "DNS:other.example"}},
	{"an address for a name", GUARD_VERIFYING, .paper = {.alt = "IP:127.0.0.1"}},
	{"a name that begins like it", GUARD_VERIFYING, .paper = {.alt = "DNS:localhost.other.jp"}},
	{"wildcard for all", GUARD_VERIFYING, .paper = {.alt = "DNS:*"}},
	{"wildcard of a whole domain", GUARD_VERIFYING, .host = "clinic.localhost",
	 .paper = {.alt = "DNS:*.localhost"}},
	{"wildcard two labels deep", GUARD_VERIFYING, .host = "a.clinic.localhost",
	 .paper = {.alt = "DNS:*.localhost"}},
	{"wildcard in the middle", GUARD_VERIFYING, .host = "a.clinic.localhost",
	 .paper = {.alt = "DNS:a.*.localhost"}},
	{"self-signed", GUARD_VERIFYING, .signer = BY_ITSELF},
	{"a CA of the system's store", GUARD_VERIFYING, .signer = BY_OTHER},
	{"signed by another server", GUARD_VERIFYING, .signer = BY_LEAF},
	{"outside its CA's names", GUARD_VERIFYING, .signer = BY_BOUNDED},
	{"stapled as revoked", GUARD_BOTH, .staple = FAKE_STAPLE_REVOKED},
	{"SHA-1", GUARD_BOTH, .paper = {.digest = "SHA1"}},
	{"a CA by SHA-1", GUARD_BOTH, .signer = BY_OLD},
	{"RSA-1024", GUARD_BOTH, .paper = {.rsa_bits = 1024}},
	{"TLS 1.1", GUARD_FLOOR, .version_most = TLS1_1_VERSION},
	{"TLS 1.0", GUARD_FLOOR, .version_most = TLS1_VERSION},
	{.what = "no TLS", .guard = GUARD_TLS},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static const struct row good = {.what = "good"};

struct server {
	struct paper leaf, between;
};

static struct paper_plan leaf_plan(const struct row *row)
{
	struct paper_plan plan = row->paper;
	plan.name = "localhost";
	if (!plan.alt)
		plan.alt = "DNS:localhost,DNS:clinic.localhost,DNS:a.clinic.localhost";
	if (!plan.until_days) {
		plan.from_days = -1;
		plan.until_days = 90;
	}
	return plan;
}

/* The server of a row takes the fake's place. */
static void server_open(struct server *server, struct cast *cast, const struct row *row)
{
	const struct paper_plan between = {.name = "server", .from_days = -1, .until_days = 90};
	const struct paper *const signers[] = {
		[BY_OPERATOR] = &cast->operator_ca, [BY_OTHER] = &cast->other_ca,
		[BY_BOUNDED] = &cast->bounded_ca,   [BY_OLD] = &cast->old_ca,
		[BY_LEAF] = &server->between,	    [BY_ITSELF] = NULL,
	};
	const struct paper *signer = signers[row->signer];
	struct paper_plan plan = leaf_plan(row);
	fake_clear(&cast->fake);
	*server = (struct server){0};
	if (row->signer == BY_LEAF)
		paper_make(&between, &cast->operator_ca, &server->between);
	paper_make(&plan, signer, &server->leaf);
	bool shows = row->signer == BY_BOUNDED || row->signer == BY_OLD || row->signer == BY_LEAF;
	cast->fake.plan = (struct fake_plan){
		.leaf = server->leaf,
		.between = shows ? signer : NULL,
		.issuer = signer,
		.staple = row->staple,
		.version_most = row->version_most,
		.is_plain = row->guard == GUARD_TLS,
	};
}

static void server_close(struct server *server, struct cast *cast)
{
	fake_clear(&cast->fake);
	paper_clear(&server->leaf);
	paper_clear(&server->between);
}

/* --- the clinic --- */

static shk_client *clinic_open(const struct cast *cast, const char *host, const char *ca_file)
{
	shk_client *client;
	char url[64];
	snprintf(url, sizeof url, "https://%s:%u", host ? host : "localhost", cast->fake.port);
	assert_int_equal(shk_client_create(&client), SHK_OK);
	assert_int_equal(shk_client_set_service(client, url), SHK_OK);
	assert_int_equal(shk_client_set_ca_file(client, ca_file), SHK_OK);
	assert_int_equal(shk_client_set_proxy(client, ""), SHK_OK);
	assert_int_equal(shk_client_set_timeouts(client, 20000, 20000), SHK_OK);
	assert_int_equal(shk_client_set_product(client, "試験", "レセ", "1"), SHK_OK);
	assert_int_equal(shk_client_set_device_folder(client, NULL), SHK_OK);
	return client;
}

static int32_t log_in(shk_client *client)
{
	return shk_login(client, "1310000003", LOGIN_ID, PASSWORD);
}

static bool holds(const unsigned char *bytes, size_t len, const char *text)
{
	return memmem(bytes, len, text, strlen(text)) != NULL;
}

/* What the server has of the password, in clear or inside TLS. */
static bool was_told(struct fake *fake)
{
	pthread_mutex_lock(&fake->lock);
	bool told = holds(fake->inside, fake->read_inside, PASSWORD) ||
		    holds(fake->inside, fake->read_inside, LOGIN_ID) ||
		    holds(fake->heard, fake->heard_count, PASSWORD) ||
		    holds(fake->heard, fake->heard_count, LOGIN_ID);
	pthread_mutex_unlock(&fake->lock);
	return told;
}

/* The desk is told to stop, in its own words. */
static const char *words_wrong(const shk_client *client, int32_t code)
{
	if (code != SHK_ERR_TLS || shk_error_code(client) != SHK_ERR_TLS)
		return "the code";
	if (strcmp(shk_error_problem(client), "tls_refused") != 0)
		return "the problem";
	if (!strstr(shk_error_text(client), "通信をやめました"))
		return "the sentence";
	if (!strstr(shk_error_action(client), "日付と時刻") ||
	    !strstr(shk_error_action(client), "操作を続けず"))
		return "what to do next";
	return NULL;
}

/* NULL: refused as it must be. */
static const char *refusal_wrong(struct cast *cast, shk_client *client)
{
	int32_t code = log_in(client);
	struct fake *fake = &cast->fake;
	pthread_mutex_lock(&fake->lock);
	int contacts = fake->contacts, handshakes = fake->handshakes;
	size_t inside = fake->read_inside;
	pthread_mutex_unlock(&fake->lock);
	if (!contacts)
		return "nobody was asked";
	if (was_told(fake))
		return "the password was sent";
	if (handshakes || inside)
		return "a handshake completed";
	return words_wrong(client, code);
}

static const char *row_wrong(struct cast *cast, const struct row *row)
{
	struct server server;
	server_open(&server, cast, row);
	shk_client *client = clinic_open(cast, row->host, cast->pinned);
	const char *wrong = refusal_wrong(cast, client);
	shk_client_destroy(client);
	server_close(&server, cast);
	return wrong;
}

/* --- the tests --- */

static void test_the_right_server_is_told_the_password(void **state)
{
	struct cast *cast = *state;
	static const struct row right[] = {
		{.what = "good"},
		{"a wildcard as it should be", .host = "a.clinic.localhost",
		 .paper = {.alt = "DNS:*.clinic.localhost"}},
		{"TLS 1.2", .version_most = TLS1_2_VERSION},
		{"RSA-2048", .paper = {.rsa_bits = 2048}},
		{"stapled as good", .staple = FAKE_STAPLE_GOOD},
		{"a staple nobody can read", .staple = FAKE_STAPLE_RUBBISH},
	};
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		struct server server;
		server_open(&server, cast, &right[i]);
		shk_client *client = clinic_open(cast, right[i].host, cast->pinned);
		int32_t code = log_in(client);
		if (code != SHK_ERR_CREDENTIALS)
			print_message("# %s: %d %s\n", right[i].what, code, shk_error_text(client));
		assert_int_equal(code, SHK_ERR_CREDENTIALS); /* its answer, over TLS */
		assert_int_equal(cast->fake.handshakes, 1);
		assert_true(was_told(&cast->fake));
		/* But on the wire nobody reads it. */
		assert_false(holds(cast->fake.heard, cast->fake.heard_count, PASSWORD));
		shk_client_destroy(client);
		server_close(&server, cast);
	}
}

static void test_a_server_that_is_not_the_service_hears_nothing(void **state)
{
	size_t wrong = 0;
	for (size_t i = 0; i < ROWS; i++) {
		const char *what = row_wrong(*state, &rows[i]);
		if (what)
			print_message("# %s: %s\n", rows[i].what, what);
		wrong += what != NULL;
	}
	assert_int_equal(wrong, 0);
}

/* Nothing that was agreed on with the right server is of use to another one in its place. */
static void test_a_server_that_turns_bad_after_a_good_contact_hears_nothing(void **state)
{
	struct cast *cast = *state;
	for (size_t i = 0; i < ROWS; i++) {
		struct server right, bad;
		struct row first = good;
		first.host = rows[i].host;
		server_open(&right, cast, &first);
		shk_client *client = clinic_open(cast, rows[i].host, cast->pinned);
		assert_int_equal(log_in(client), SHK_ERR_CREDENTIALS);
		assert_int_equal(cast->fake.handshakes, 1);
		server_open(&bad, cast, &rows[i]);
		const char *what = refusal_wrong(cast, client);
		if (what)
			print_message("# %s: %s\n", rows[i].what, what);
		assert_null(what);
		shk_client_destroy(client);
		server_close(&right, cast);
		server_close(&bad, cast);
	}
}

/* Without a file the system's store counts; with one it does not: that is what the row shows. */
static void test_the_systems_store_counts_only_without_a_file(void **state)
{
	struct cast *cast = *state;
	static const struct row row = {.what = "of the system's store", .signer = BY_OTHER};
	struct server server;
	server_open(&server, cast, &row);
	shk_client *client = clinic_open(cast, NULL, NULL);
	assert_int_equal(log_in(client), SHK_ERR_CREDENTIALS);
	shk_client_destroy(client);
	client = clinic_open(cast, NULL, cast->pinned);
	fake_clear(&cast->fake);
	assert_null(refusal_wrong(cast, client));
	shk_client_destroy(client);
	client = clinic_open(cast, NULL, "/nonexistent/ca.pem");
	fake_clear(&cast->fake);
	assert_int_equal(log_in(client), SHK_ERR_TLS);
	assert_false(was_told(&cast->fake));
	shk_client_destroy(client);
	server_close(&server, cast);
}

static volatile sig_atomic_t pipes;

static void pipe_note(int number)
{
	(void)number;
	pipes++;
}

/* A vendor's program has no handler for SIGPIPE: a server that hangs up must not end it. */
static void test_a_server_that_hangs_up_does_not_end_the_program(void **state)
{
	struct cast *cast = *state;
	const struct sigaction noted = {.sa_handler = pipe_note};
	struct sigaction before;
	struct server server;
	sigaction(SIGPIPE, &noted, &before);
	pipes = 0;
	server_open(&server, cast, &good);
	cast->fake.plan.is_rude = true;
	for (int i = 0; i < 5; i++) {
		shk_client *client = clinic_open(cast, NULL, cast->pinned);
		for (int logins = 0; logins <= i % 2; logins++) {
			assert_int_equal(log_in(client), SHK_ERR_CREDENTIALS);
			fake_hang_up(&cast->fake);
		}
		shk_client_destroy(client);
	}
	sigaction(SIGPIPE, &before, NULL);
	server_close(&server, cast);
	assert_int_equal(pipes, 0);
}

/* The controls: exactly the rows that the missing piece guards are found. */
static void rows_found(struct cast *cast, enum guard gone)
{
	for (size_t i = 0; i < ROWS; i++) {
		const char *what = row_wrong(cast, &rows[i]);
		bool found = what && strcmp(what, "the password was sent") == 0;
		if (found != ((rows[i].guard & gone) != 0)) {
			print_message("# %s: %s\n", rows[i].what, what ? what : "refused");
			fail();
		}
	}
}

static int plant_clear(void **state)
{
	(void)state;
	plant.unverified = plant.floorless = false;
	return 0;
}

static void test_without_verification_the_password_is_found_to_leave(void **state)
{
	plant.unverified = true;
	rows_found(*state, GUARD_VERIFYING);
}

static void test_without_its_floor_the_password_is_found_to_leave(void **state)
{
	plant.floorless = true;
	rows_found(*state, GUARD_FLOOR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_right_server_is_told_the_password),
		cmocka_unit_test(test_a_server_that_is_not_the_service_hears_nothing),
		cmocka_unit_test(test_a_server_that_turns_bad_after_a_good_contact_hears_nothing),
		cmocka_unit_test(test_the_systems_store_counts_only_without_a_file),
		cmocka_unit_test(test_a_server_that_hangs_up_does_not_end_the_program),
		cmocka_unit_test_teardown(test_without_verification_the_password_is_found_to_leave,
					  plant_clear),
		cmocka_unit_test_teardown(test_without_its_floor_the_password_is_found_to_leave,
					  plant_clear),
	};
	print_message("# later: the same on Windows (WinHTTP)\n");
	return cmocka_run_group_tests_name("T35", tests, cast_open, cast_close);
}
