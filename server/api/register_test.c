/* SPDX-License-Identifier: Apache-2.0 */
/* What an insurers' batch changes at the desk: the next confirmation, and none that was before. */
#include "lib/db/testing.h"
#include "server/api/service_test.h"
#include "server/register/batch.h"

#define HERE   "1310000003"
#define PERIOD "from=20261101000000&to=20261130235959"

static void batch_run(struct house *house, const char *id, const char *row)
{
	struct batch batch;
	struct str header = house_print(house, "{\"shikaku_register\":1,\"batch\":\"%s\"}", id);
	assert_int_equal(batch_open(&batch, house->service->keys, house->db, &house->arena, header),
			 0);
	assert_int_equal(db_begin(house->db), 0);
	assert_int_equal(batch_row(&batch, house->db, &house->arena, str_of(row), false,
				   house->time.now_ms),
			 0);
	assert_int_equal(batch_save(&batch, house->db, &house->arena, true, house->time.now_ms), 0);
	assert_int_equal(db_commit(house->db), 0);
	assert_int_equal(batch.refused, 0);
}

static void confirm_later(struct house *house)
{
	house->time.now_ms += 60000;
	house_confirm(house, &house->here, 1);
}

static const struct json *body_of(const struct json *entry)
{
	return json_member(json_member(json_member(entry, "result"), "XmlMsg"), "MessageBody");
}

static void result_check(struct house *house, size_t index, const char *validity,
			 const char *insurer)
{
	const struct json *entry = json_at(json_member(house->json.root, "results"), index);
	const struct json *list = json_member(body_of(entry), "ResultList");
	assert_str_equal(json_text(json_member(body_of(entry), "QualificationValidity")),
			 str_of(validity));
	assert_int_equal(json_count(list), 1);
	assert_str_equal(json_text(json_member(json_member(json_at(list, 0),
							   "ResultOfQualificationConfirmation"),
					       "InsurerNumber")),
			 str_of(insurer));
}

/* From the loss until the late row comes the check says 無効; then the new one holds. */
static void test_a_loss_and_a_late_insurance_show_from_the_next_check_on(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	void *part;
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	struct house *house = part;
	struct str token = house_session(house, HERE, &house->here.receipt).token, before;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	assert_int_equal(house_get(house, "/v1/results", STR(PERIOD), token), 200);
	struct str first = json_span_member(house->last.reply.body, "results");
	assert_int_equal(arena_copy(&house->arena, (struct str){first.ptr, first.len - 1}, &before),
			 0);
	batch_run(house, "loss",
		  "{\"kind\":\"loss\",\"person\":\"P0001\",\"insurance\":{\"InsurerNumber\":"
		  "\"06132013\",\"InsuredCardSymbol\":\"12\",\"InsuredIdentificationNumber\":"
		  "\"3456\"},\"lost_on\":\"20261101\",\"reason\":\"03\"}");
	confirm_later(house);
	batch_run(house, "late",
		  "{\"kind\":\"add\",\"person\":\"P0001\",\"qualification\":{"
		  "\"InsuredCardClassification\":\"01\",\"InsurerNumber\":\"01130012\","
		  "\"InsuredIdentificationNumber\":\"7\",\"Name\":\"試験　太郎\",\"Sex1\":\"1\","
		  "\"Birthdate\":\"19700101\",\"InsurerName\":\"全国健康保険協会\","
		  "\"QualificationDate\":\"20261101\"}}");
	confirm_later(house);
	assert_int_equal(house_get(house, "/v1/results", STR(PERIOD), token), 200);
	result_check(house, 0, "1", "06132013");
	result_check(house, 1, "2", "06132013");
	result_check(house, 2, "1", "01130012");
	assert_true(str_starts(json_span_member(house->last.reply.body, "results"), before));
	part = house;
	assert_int_equal(house_close(&part), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_a_loss_and_a_late_insurance_show_from_the_next_check_on),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
