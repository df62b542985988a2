/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/record/record.h"

#define MEMBERS                                                                            \
	"\"facility\":\"1310000003\",\"iat\":1795316400,\"id\":"                           \
	"\"0123456789abcdef0123456789abcdef\",\"kid\":\"K\",\"method\":\"pin\",\"staff\":" \
	"\"佐\\\"藤\""

static void test_a_header_is_written_in_canonical_order_and_read_back(void **state)
{
	AUTO(arena_clear) struct arena arena;
	const struct record_proof proof = {
		.kid = STR("K"),
		.id = STR("0123456789abcdef0123456789abcdef"),
		.facility = STR("1310000003"),
		.staff = STR("佐\"藤"),
		.method = STR("pin"),
		.issued_s = 1795316400,
	};
	struct record_proof read;
	struct str header;
	(void)state;
	arena_init(&arena, 1 << 16);
	assert_int_equal(record_proof_write(&arena, &proof, &header), 0);
	assert_str_equal(header, STR("{\"alg\":\"ES256\"," MEMBERS ",\"typ\":\"shikaku-proof\"}"));
	assert_int_equal(record_proof_read(&arena, header, &read), 0);
	assert_str_equal(read.kid, proof.kid);
	assert_str_equal(read.id, proof.id);
	assert_str_equal(read.facility, proof.facility);
	assert_str_equal(read.staff, proof.staff);
	assert_str_equal(read.method, proof.method);
	assert_int_equal(read.issued_s, proof.issued_s);
}

static void test_another_header_is_none_of_ours(void **state)
{
	static const struct {
		const char *header;
		int r;
	} rows[] = {
		{"{\"alg\":\"ES256\"," MEMBERS ",\"typ\":\"shikaku-proof\",\"later\":{}}", 0},
		{"{\"alg\":\"none\"," MEMBERS ",\"typ\":\"shikaku-proof\"}", RECORD_MALFORMED},
		{"{\"alg\":\"HS256\"," MEMBERS ",\"typ\":\"shikaku-proof\"}", RECORD_MALFORMED},
		{"{\"alg\":\"ES256\"," MEMBERS ",\"typ\":\"audit-head\"}", RECORD_MALFORMED},
		{"{\"alg\":\"ES256\"," MEMBERS "}", RECORD_MALFORMED},
		{"{\"alg\":\"ES256\",\"alg\":\"none\"," MEMBERS ",\"typ\":\"shikaku-proof\"}",
		 RECORD_MALFORMED},
		{"{\"alg\":\"ES256\",\"crit\":[\"b64\"]," MEMBERS ",\"typ\":\"shikaku-proof\"}",
		 RECORD_MALFORMED},
		{"{\"alg\":\"ES256\",\"typ\":\"shikaku-proof\"}", RECORD_MALFORMED},
		{"[]", RECORD_MALFORMED},
		{"", RECORD_MALFORMED},
	};
	AUTO(arena_clear) struct arena arena;
	struct record_proof read;
	(void)state;
	arena_init(&arena, 1 << 16);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(record_proof_read(&arena, str_of(rows[i].header), &read),
				 rows[i].r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_header_is_written_in_canonical_order_and_read_back),
		cmocka_unit_test(test_another_header_is_none_of_ours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
