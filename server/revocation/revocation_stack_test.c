/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole test world, our responder as a process and the way to it through sockets; the openssl
 * program is the witness on both sides. Takes the responder's path as its argument.
 */
#include "lib/base/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/revocation/revocation.h"
#include "sim/pki/cards.h"

enum { PEOPLE = 1, FILE_BYTES = 8192 };

struct stack {
	char dir[64];
	char script[128];
	char url[64];
	pid_t ocspd;
	struct pki_anchors *anchors;
	int64_t now_ms;
};

static const char *ocspd_path;

static struct str file_read(const struct stack *stack, const char *path, char bytes[FILE_BYTES])
{
	char full[256];
	snprintf(full, sizeof full, "%s/%s", stack->dir, path);
	int fd = open(full, O_RDONLY);
	ssize_t n = read(fd, bytes, FILE_BYTES);
	close(fd);
	assert_true(n >= 0);
	return str_bytes(bytes, (size_t)n);
}

static void file_write(const char *path, const char *mode, const char *text)
{
	FILE *file = fopen(path, mode);
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Run to its end with both outputs in a file of the folder; gives the exit status. */
static int run(const struct stack *stack, const char *output, char *const argv[])
{
	char path[256];
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status;
	snprintf(path, sizeof path, "%s/%s", stack->dir, output);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	assert_int_equal(posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void ocspd_start(struct stack *stack)
{
	char line[16] = "";
	int ends[2];
	posix_spawn_file_actions_t actions;
	char *const argv[] = {(char *)(uintptr_t)ocspd_path,
			      "--dir",
			      stack->dir,
			      "--script",
			      stack->script,
			      NULL};
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	assert_int_equal(posix_spawn(&stack->ocspd, argv[0], &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	FILE *out = fdopen(ends[0], "r");
	assert_non_null(fgets(line, sizeof line, out));
	fclose(out);
	line[strcspn(line, "\n")] = '\0';
	snprintf(stack->url, sizeof stack->url, "http://127.0.0.1:%s/", line);
}

static int stack_create(void **state)
{
	struct stack *stack = test_calloc(1, sizeof *stack);
	struct folder folder;
	struct hierarchy hierarchy = {0};
	struct keys keys = {0};
	char path[128];
	stack->now_ms = clock_now_ms(&clock_system);
	struct cards_options options = {.people = PEOPLE, .seed = 7, .now_ms = stack->now_ms};
	snprintf(stack->dir, sizeof stack->dir, "/tmp/revocation_test.XXXXXX");
	assert_non_null(mkdtemp(stack->dir));
	snprintf(stack->script, sizeof stack->script, "%s/script", stack->dir);
	assert_int_equal(keys_make(&keys, getenv("SHIKAKU_TEST_KEYS"),
				   HIERARCHY_KEYS + CARDS_KEYS + PEOPLE),
			 0);
	assert_int_equal(folder_open(&folder, stack->dir), 0);
	assert_int_equal(hierarchy_make(&hierarchy, &keys, &folder, stack->now_ms), 0);
	assert_int_equal(cards_make(&options, &hierarchy, &keys, &folder), 0);
	assert_int_equal(keys.taken, keys.count);
	keys_clear(&keys);
	hierarchy_clear(&hierarchy);
	folder_close(&folder);
	snprintf(path, sizeof path, "%s/anchors/test/auth", stack->dir);
	assert_int_equal(pki_anchors_load(path, PKI_TEST, &stack->anchors), 0);
	ocspd_start(stack);
	*state = stack;
	return 0;
}

static int entry_remove(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status, (void)type, (void)where;
	return remove(path);
}

static int stack_destroy(void **state)
{
	struct stack *stack = *state;
	int status = 0;
	kill(stack->ocspd, SIGTERM);
	assert_int_equal(waitpid(stack->ocspd, &status, 0), stack->ocspd);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	pki_anchors_destroy(stack->anchors);
	nftw(stack->dir, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
	test_free(stack);
	return 0;
}

static int card_read(const struct stack *stack, const char *name,
		     struct pki_certificate **ret_certificate)
{
	char path[64], bytes[FILE_BYTES];
	snprintf(path, sizeof path, "cards/%s/auth.der", name);
	struct str der = file_read(stack, path, bytes);
	return pki_check(stack->anchors, der, stack->now_ms, ret_certificate);
}

static struct revocation *asker_create(const struct stack *stack, int64_t timeout_ms,
				       int64_t ttl_ms)
{
	struct revocation *revocation = NULL;
	struct revocation_options options = {.ocsp_url = str_of(stack->url),
					     .timeout_ms = timeout_ms,
					     .ttl_ms = ttl_ms,
					     .clock = &clock_system};
	assert_int_equal(revocation_create(&options, &revocation), 0);
	return revocation;
}

static void test_each_card_of_the_world_is_what_its_name_says(void **state)
{
	static const struct {
		const char *name;
		int outcome;
		enum pki_standing standing;
	} cards[] = {
		{"person-1", 0, PKI_CURRENT},
		{"renewed", 0, PKI_CURRENT},
		{"revoked", 0, PKI_CURRENT},
		{"ending", 0, PKI_ENDING},
		{"expired-grace", 0, PKI_GRACE},
		{"expired-old", PKI_EXPIRED, PKI_GRACE},
		{"not-yet", PKI_NOT_YET, PKI_CURRENT},
		{"evil", PKI_UNTRUSTED, PKI_CURRENT},
		{"wrong-policy", PKI_WRONG_POLICY, PKI_CURRENT},
		{"wrong-use", PKI_WRONG_USE, PKI_CURRENT},
	};
	for (size_t i = 0; i < sizeof cards / sizeof *cards; i++) {
		struct pki_certificate *certificate = NULL;
		assert_int_equal(card_read(*state, cards[i].name, &certificate), cards[i].outcome);
		if (certificate)
			assert_int_equal(pki_certificate_facts(certificate)->standing,
					 cards[i].standing);
		pki_certificate_destroy(certificate);
	}
}

static void test_the_index_answers_through_the_socket(void **state)
{
	static const struct {
		const char *name;
		int outcome;
	} cards[] = {{"person-1", 0}, {"expired-grace", 0}, {"revoked", REVOCATION_REVOKED}};
	AUTO(revocation_destroyp) struct revocation *asker = asker_create(*state, 5000, 0);
	for (size_t i = 0; i < sizeof cards / sizeof *cards; i++) {
		struct pki_certificate *certificate = NULL;
		struct revocation_answer answer;
		assert_int_equal(card_read(*state, cards[i].name, &certificate), 0);
		assert_int_equal(revocation_check(asker, certificate, &answer), cards[i].outcome);
		assert_string_equal(answer.cause, cards[i].outcome ? "revoked" : "good");
		pki_certificate_destroy(certificate);
	}
}

static void test_a_script_bends_the_answer(void **state)
{
	const struct stack *stack = *state;
	static const struct {
		const char *words;
		int outcome;
		const char *cause;
	} rows[] = {
		{"good", 0, "good"},
		{"revoked", REVOCATION_REVOKED, "revoked"},
		{"unknown", REVOCATION_UNKNOWN, "unknown"},
		{"tryLater", REVOCATION_UNAVAILABLE, "try_later"},
		{"stale", REVOCATION_UNTRUSTED, "stale"},
		{"bad-signature", REVOCATION_UNTRUSTED, "forged"},
		{"wrong-nonce", REVOCATION_UNTRUSTED, "nonce_wrong"},
		{"other-serial", REVOCATION_UNTRUSTED, "forged"},
		{"drop", REVOCATION_UNAVAILABLE, "unreachable"},
		{"slow:60000", REVOCATION_UNAVAILABLE, "timeout"},
		{"index", 0, "good"},
	};
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	AUTO(revocation_destroyp) struct revocation *asker = asker_create(stack, 2000, -1);
	assert_int_equal(card_read(stack, "person-1", &certificate), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct revocation_answer answer;
		file_write(stack->script, "w", rows[i].words);
		assert_int_equal(revocation_check(asker, certificate, &answer), rows[i].outcome);
		assert_string_equal(answer.cause, rows[i].cause);
	}
}

static void test_a_line_more_revokes_between_two_taps(void **state)
{
	const struct stack *stack = *state;
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	AUTO(revocation_destroyp) struct revocation *asker = asker_create(stack, 5000, -1);
	struct revocation_answer answer;
	char path[128], line[200];
	assert_int_equal(card_read(stack, "renewed", &certificate), 0);
	const struct pki_facts *facts = pki_certificate_facts(certificate);
	assert_int_equal(revocation_check(asker, certificate, &answer), 0);
	snprintf(path, sizeof path, "%s/ocsp-index", stack->dir);
	snprintf(line, sizeof line, "%s %s revoked 1 20261101000000\n", facts->aki, facts->serial);
	file_write(path, "a", line);
	assert_int_equal(revocation_check(asker, certificate, &answer), REVOCATION_REVOKED);
	assert_int_equal(answer.reason, PKI_REASON_KEY_COMPROMISE);
}

static void test_nobody_listening_is_unavailable(void **state)
{
	struct stack nobody = *(struct stack *)*state;
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	struct revocation_answer answer;
	/* Port 1 of loopback: refused at once. */
	snprintf(nobody.url, sizeof nobody.url, "http://127.0.0.1:1/");
	AUTO(revocation_destroyp) struct revocation *asker = asker_create(&nobody, 2000, 0);
	assert_int_equal(card_read(*state, "person-1", &certificate), 0);
	assert_int_equal(revocation_check(asker, certificate, &answer), REVOCATION_UNAVAILABLE);
	assert_string_equal(answer.cause, "unreachable");
}

struct tap {
	struct revocation *asker;
	struct pki_certificate *certificate;
	int good;
};

static void *tap_run(void *ctx)
{
	struct tap *tap = ctx;
	for (int i = 0; i < 25; i++) {
		struct revocation_answer answer;
		tap->good += revocation_check(tap->asker, tap->certificate, &answer) == 0;
	}
	return NULL;
}

static void test_many_threads_ask_at_once(void **state)
{
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	AUTO(revocation_destroyp) struct revocation *asker = asker_create(*state, 5000, -1);
	struct tap taps[6];
	pthread_t threads[6];
	assert_int_equal(card_read(*state, "person-1", &certificate), 0);
	for (size_t i = 0; i < 6; i++) {
		taps[i] = (struct tap){asker, certificate, 0};
		assert_int_equal(pthread_create(&threads[i], NULL, tap_run, &taps[i]), 0);
	}
	for (size_t i = 0; i < 6; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(taps[i].good, 25);
	}
}

/* The openssl program asks our responder, for a root with a delegate and for one without. */
static void test_openssl_believes_our_responder(void **state)
{
	struct stack *stack = *state;
	static const struct {
		const char *root;
		const char *serial_of;
		const char *says;
	} rows[] = {{"authca3", "person-1", ": good"},
		    {"authca3", "revoked", ": revoked"},
		    {"authca2", "expired-grace", ": good"},
		    {"authca1", "person-1", ": unknown"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
		char root[128], serial[64], bytes[FILE_BYTES];
		assert_int_equal(card_read(stack, rows[i].serial_of, &certificate), 0);
		snprintf(root, sizeof root, "%s/ca/%s.pem", stack->dir, rows[i].root);
		snprintf(serial, sizeof serial, "0x%s", pki_certificate_facts(certificate)->serial);
		char *const argv[] = {"openssl", "ocsp", "-issuer", root,	"-serial", serial,
				      "-CAfile", root,	 "-url",    stack->url, "-nonce",  NULL};
		assert_int_equal(run(stack, "openssl.out", argv), 0);
		struct str said = file_read(stack, "openssl.out", bytes);
		assert_non_null(memmem(said.ptr, said.len, "Response verify OK", 18));
		assert_null(memmem(said.ptr, said.len, "WARNING", 7));
		assert_non_null(memmem(said.ptr, said.len, rows[i].says, strlen(rows[i].says)));
	}
}

/* The openssl program answers our request, from its own kind of index. */
static int openssl_answers(struct stack *stack, const struct pki_certificate *certificate,
			   const char *status, struct pki_ocsp_answer *answer)
{
	char index[128], root[128], signer[128], key[128], in[128], out[128], line[200];
	char bytes[FILE_BYTES];
	struct arena arena;
	struct str request, nonce = STR("fedcba9876543210");
	snprintf(index, sizeof index, "%s/index.txt", stack->dir);
	snprintf(root, sizeof root, "%s/ca/authca3.pem", stack->dir);
	snprintf(signer, sizeof signer, "%s/ocsp/authca3.pem", stack->dir);
	snprintf(key, sizeof key, "%s/ocsp/authca3.key", stack->dir);
	snprintf(in, sizeof in, "%s/request.der", stack->dir);
	snprintf(out, sizeof out, "%s/response.der", stack->dir);
	snprintf(line, sizeof line, "%s\t%s\tunknown\t/CN=x\n", status,
		 pki_certificate_facts(certificate)->serial);
	for (char *at = strstr(line, "\t"); *at; at++)
		*at = (char)(*at >= 'a' && *at <= 'f' && at < strstr(line, "unknown") ? *at - 32
										      : *at);
	file_write(index, "w", line);
	arena_init(&arena, 65536);
	assert_int_equal(pki_ocsp_request(&arena, certificate, nonce, &request), 0);
	FILE *file = fopen(in, "w");
	assert_int_equal(fwrite(request.ptr, 1, request.len, file), request.len);
	fclose(file);
	arena_clear(&arena);
	char *const argv[] = {"openssl",  "ocsp", "-index", index, "-CA",    root,
			      "-rsigner", signer, "-rkey",  key,   "-reqin", in,
			      "-respout", out,	  "-nmin",  "5",   NULL};
	assert_int_equal(run(stack, "openssl.out", argv), 0);
	struct str response = file_read(stack, "response.der", bytes);
	return pki_ocsp_check(certificate, response, nonce, clock_now_ms(&clock_system), answer);
}

static void test_we_believe_the_openssl_responder(void **state)
{
	struct stack *stack = *state;
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	struct pki_ocsp_answer answer;
	assert_int_equal(card_read(stack, "person-1", &certificate), 0);
	assert_int_equal(openssl_answers(stack, certificate, "V\t360101000000Z\t", &answer), 0);
	assert_int_equal(openssl_answers(stack, certificate,
					 "R\t360101000000Z\t261101000000Z,affiliationChanged",
					 &answer),
			 PKI_OCSP_REVOKED);
	assert_int_equal(answer.reason, PKI_REASON_AFFILIATION_CHANGED);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_card_of_the_world_is_what_its_name_says),
		cmocka_unit_test(test_the_index_answers_through_the_socket),
		cmocka_unit_test(test_a_script_bends_the_answer),
		cmocka_unit_test(test_a_line_more_revokes_between_two_taps),
		cmocka_unit_test(test_nobody_listening_is_unavailable),
		cmocka_unit_test(test_many_threads_ask_at_once),
		cmocka_unit_test(test_openssl_believes_our_responder),
		cmocka_unit_test(test_we_believe_the_openssl_responder),
	};
	if (argc != 2)
		return 2;
	ocspd_path = argv[1];
	return cmocka_run_group_tests(tests, stack_create, stack_destroy);
}
