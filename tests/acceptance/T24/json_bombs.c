/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T24 json_bombs: texts made to cost. Depth, keys, a number without end, what is no UTF-8, the same
 * name twice: each is refused within 10 ms of processor time, without growing the process by 1 MiB,
 * on less than 64 KiB of stack; and the calls answer 400 or 413. Texts that are JSON are all read.
 *
 * Two rows for each bomb: as large as it likes, and as large as a request may be. The body that
 * comes one byte a second never gets as far as a reader: it is a limit of the door, and stands in
 * the table of limits (tests/stack/limits.test.mjs).
 */
#include "server/api/service_test.h"

#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

#include "lib/base/number.h"
#include "lib/json/walk.h"
#include "tests/acceptance/T24/json_rows.h"

enum {
	CPU_US_MAX = 10000,
	GROWTH_KIB_MAX = 1024,
	STACK_BYTES_MAX = 64 * 1024,
	STACK_BYTES = 512 * 1024,
	STACK_PAINT = 0xA5,
	HUGE_COUNT = 1000000,
	WITHIN_BYTES = 64 * 1024, /* of a request */
};

/* --- planted faults: three readers that are not strict, not bounded, not flat --- */

static enum { READER_REAL, READER_LENIENT, READER_UNBOUNDED, READER_DEEP } reader;

int __real_json_read(struct str text, const struct json_limits *limits,
		     struct json_document *ret_document);
int __wrap_json_read(struct str text, const struct json_limits *limits,
		     struct json_document *ret_document);

static int read_leniently(struct str text, struct json_document *ret_document)
{
	json_t *root =
		json_loadb(text.ptr, text.len, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, NULL);
	if (!root)
		return JSON_MALFORMED;
	ret_document->root = node_close(root);
	return 0;
}

/* What a parser that calls itself for each level would do to the stack. */
static __attribute__((noinline)) void stack_use(void)
{
	volatile char levels[2 * STACK_BYTES_MAX];
	for (size_t i = 0; i < sizeof levels; i += 64)
		levels[i] = 1;
}

int __wrap_json_read(struct str text, const struct json_limits *limits,
		     struct json_document *ret_document)
{
	static const struct json_limits none = {1 << 30, JSON_DEPTH_MAX, 1 << 30};
	switch (reader) {
	case READER_LENIENT: return read_leniently(text, ret_document);
	case READER_UNBOUNDED: return __real_json_read(text, &none, ret_document);
	case READER_DEEP: stack_use(); break;
	case READER_REAL: break;
	}
	return __real_json_read(text, limits, ret_document);
}

/* --- what a text costs --- */

struct cost {
	struct str text;
	int outcome;
	int64_t cpu_us;
	long growth_kib;
	size_t stack_bytes;
};

static int64_t cpu_us(void)
{
	struct timespec at;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

/* One line of /proc/self/status, in KiB. */
static long status_kib(const char *name)
{
	char line[256];
	long kib = -1;
	FILE *file = fopen("/proc/self/status", "r");
	assert_non_null(file);
	while (kib < 0 && fgets(line, sizeof line, file))
		if (strncmp(line, name, strlen(name)) == 0) {
			struct str digits = str_of(line + strlen(name)), number;
			digits = str_trim(digits);
			str_split(&digits, ' ', &number);
			int64_t value;
			assert_int_equal(number_parse(number, 0, INT32_MAX, &value), 0);
			kib = (long)value;
		}
	fclose(file);
	return kib;
}

/* From now on VmHWM is the most since now. */
static void high_water_reset(void)
{
	FILE *file = fopen("/proc/self/clear_refs", "w");
	assert_non_null(file);
	assert_true(fputs("5", file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void *read_once(void *arg)
{
	struct cost *cost = arg;
	struct json_document document = {0};
	long before_kib = status_kib("VmRSS:");
	high_water_reset();
	int64_t begun_us = cpu_us();
	cost->outcome = json_read(cost->text, &json_limits_request, &document);
	cost->cpu_us = cpu_us() - begun_us;
	cost->growth_kib = status_kib("VmHWM:") - before_kib;
	if (cost->outcome == 0)
		json_clear(&document);
	return NULL;
}

/* On a painted stack of its own: what is no longer painted was used. */
static size_t stack_measure(void *(*run)(void *arg), void *arg)
{
	unsigned char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	assert_ptr_not_equal(stack, MAP_FAILED);
	memset(stack, STACK_PAINT, STACK_BYTES);
	pthread_attr_t attributes;
	pthread_t thread;
	pthread_attr_init(&attributes);
	assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK_BYTES), 0);
	assert_int_equal(pthread_create(&thread, &attributes, run, arg), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attributes);
	size_t clean = 0;
	while (clean < STACK_BYTES && stack[clean] == STACK_PAINT)
		clean++;
	munmap(stack, STACK_BYTES);
	return STACK_BYTES - clean;
}

static struct cost cost_of(struct str text)
{
	struct cost cost = {.text = text};
	cost.stack_bytes = stack_measure(read_once, &cost);
	return cost;
}

/* --- the bombs --- */

/* Wants head, n times piece, tail; as many as fit into bytes_max. */
struct bomb {
	const char *name;
	const char *head;
	const char *piece; /* %d becomes a running number */
	const char *tail;
	size_t bytes_max; /* 0: HUGE_COUNT pieces */
};

static const struct bomb bombs[] = {
	{"depth, arrays", "", "[", "", 0},
	{"depth, arrays, in a request", "", "[", "", WITHIN_BYTES},
	{"depth, objects", "", "{\"a\":", "", 0},
	{"depth, objects, in a request", "", "{\"a\":", "", WITHIN_BYTES},
	{"depth within a member", "{\"facility_code\":", "[", "", WITHIN_BYTES},
	{"keys with one prefix", "{", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%07d\":0,", "\"z\":0}", 0},
	{"keys, in a request", "{", "\"aaaaaaaaaaaaaaaa%07d\":0,", "\"z\":0}", WITHIN_BYTES},
	{"short keys, in a request", "{", "\"%d\":0,", "\"z\":0}", WITHIN_BYTES},
	{"one key a million times", "{", "\"a\":0,", "\"z\":0}", 0},
	{"a number of 1 MB", "{\"a\":", "7", "}", 0},
	{"a number, in a request", "{\"a\":", "7", "}", WITHIN_BYTES},
	{"an exponent, in a request", "{\"a\":1e", "7", "}", WITHIN_BYTES},
	{"a text without end", "{\"a\":\"", "\\u0041", "", WITHIN_BYTES},
	{"lone surrogates", "{\"a\":\"", "\\ud800", "\"}", WITHIN_BYTES},
	{"overlong UTF-8", "{\"a\":\"", "\xc0\xaf", "\"}", WITHIN_BYTES},
	{"blanks before nothing", "", " ", "", WITHIN_BYTES},
	{"closing brackets", "", "]", "", WITHIN_BYTES},
};

enum { BOMBS = sizeof bombs / sizeof bombs[0], PIECE_BYTES = 64 };

/* The piece with its number, if it has one; the two forms of the table. */
static size_t piece_print(const char *form, int number, char piece[PIECE_BYTES])
{
	const char *place = strchr(form, '%');
	if (!place)
		return (size_t)snprintf(piece, PIECE_BYTES, "%s", form);
	return (size_t)snprintf(piece, PIECE_BYTES, "%.*s%0*d%s", (int)(place - form), form,
				place[1] == 'd' ? 1 : 7, number, strchr(place, 'd') + 1);
}

static struct str bomb_make(const struct bomb *bomb)
{
	size_t bytes = bomb->bytes_max ? bomb->bytes_max : HUGE_COUNT * (strlen(bomb->piece) + 8);
	char *text = test_malloc(bytes + PIECE_BYTES);
	size_t len = strlen(bomb->head), tail = strlen(bomb->tail), piece_len = 0;
	bool numbered = strchr(bomb->piece, '%') != NULL;
	char piece[PIECE_BYTES];
	memcpy(text, bomb->head, len);
	for (int i = 0; i < HUGE_COUNT; i++) {
		if (i == 0 || numbered)
			piece_len = piece_print(bomb->piece, i, piece);
		if (bomb->bytes_max && len + piece_len + tail > bytes)
			break;
		memcpy(text + len, piece, piece_len);
		len += piece_len;
	}
	memcpy(text + len, bomb->tail, tail);
	return (struct str){text, len + tail};
}

struct verdict {
	size_t accepted, dear, grown, deep;
};

static void bombs_try(struct verdict *verdict)
{
	for (size_t i = 0; i < BOMBS; i++) {
		struct str text = bomb_make(&bombs[i]);
		struct cost cost = cost_of(text);
		verdict->accepted += cost.outcome <= 0;
		verdict->dear += cost.cpu_us >= CPU_US_MAX;
		verdict->grown += cost.growth_kib >= GROWTH_KIB_MAX;
		verdict->deep += cost.stack_bytes >= STACK_BYTES_MAX;
		print_message("# %s: %zu bytes, %lld us, %ld KiB, stack %zu\n", bombs[i].name,
			      text.len, (long long)cost.cpu_us, cost.growth_kib, cost.stack_bytes);
		test_free((char *)(uintptr_t)text.ptr);
	}
}

static int row_read(struct str text)
{
	struct json_document document = {0};
	int r = json_read(text, &json_limits_request, &document);
	if (r == 0)
		json_clear(&document);
	return r;
}

static size_t rows_accepted(void)
{
	size_t accepted = 0;
	for (size_t i = 0; i < json_rows_wrong_count; i++) {
		bool is_read = row_read(json_rows_wrong[i]) == 0;
		if (is_read && reader == READER_REAL)
			print_message("# read: %.*s\n", STR_ARG(json_rows_wrong[i]));
		accepted += is_read;
	}
	return accepted;
}

/* --- tests --- */

static void test_no_bomb_is_read_and_none_costs(void **state)
{
	(void)state;
	struct verdict verdict = {0};
	bombs_try(&verdict);
	assert_int_equal(verdict.accepted, 0);
	assert_int_equal(verdict.dear, 0);
	assert_int_equal(verdict.grown, 0);
	assert_int_equal(verdict.deep, 0);
}

static void test_what_is_wrong_is_refused_and_what_is_valid_read(void **state)
{
	(void)state;
	assert_int_equal(rows_accepted(), 0);
	for (size_t i = 0; i < json_rows_valid_count; i++) {
		char text[256];
		int len = snprintf(text, sizeof text, "[%.*s]", STR_ARG(json_rows_valid[i]));
		if (row_read((struct str){text, (size_t)len}) != 0)
			fail_msg("refused: %s", text);
	}
	print_message("# %zu wrong, %zu valid texts\n", json_rows_wrong_count,
		      json_rows_valid_count);
}

static void test_the_calls_answer_400_or_413(void **state)
{
	struct house *house = *state;
	for (size_t i = 0; i < BOMBS; i++) {
		struct str text = bomb_make(&bombs[i]);
		int status = house_post(house, "/v1/login", text);
		if (status != (text.len > WITHIN_BYTES ? 413 : 400))
			fail_msg("%s: %d", bombs[i].name, status);
		test_free((char *)(uintptr_t)text.ptr);
	}
	for (size_t i = 0; i < json_rows_wrong_count; i++)
		assert_int_equal(house_post(house, "/v1/login", json_rows_wrong[i]), 400);
}

/* --- controls --- */

static void test_the_rows_see_a_lenient_reader(void **state)
{
	(void)state;
	reader = READER_LENIENT;
	size_t accepted = rows_accepted();
	reader = READER_REAL;
	assert_true(accepted >= 5);
}

static void test_the_bombs_see_a_reader_without_limits(void **state)
{
	(void)state;
	struct verdict verdict = {0};
	reader = READER_UNBOUNDED;
	bombs_try(&verdict);
	reader = READER_REAL;
	assert_true(verdict.accepted >= 3);
	assert_true(verdict.dear >= 1);
	assert_true(verdict.grown >= 1);
}

static void test_the_bombs_see_a_reader_that_goes_deep(void **state)
{
	(void)state;
	struct verdict verdict = {0};
	reader = READER_DEEP;
	bombs_try(&verdict);
	reader = READER_REAL;
	assert_int_equal(verdict.deep, BOMBS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_bomb_is_read_and_none_costs),
		cmocka_unit_test(test_what_is_wrong_is_refused_and_what_is_valid_read),
		cmocka_unit_test_setup_teardown(test_the_calls_answer_400_or_413, house_open,
						house_close),
		cmocka_unit_test(test_the_rows_see_a_lenient_reader),
		cmocka_unit_test(test_the_bombs_see_a_reader_without_limits),
		cmocka_unit_test(test_the_bombs_see_a_reader_that_goes_deep),
	};
	return cmocka_run_group_tests_name("T24", tests, NULL, NULL);
}
