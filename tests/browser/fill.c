/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A facility's charts for looking at, and for tests of the screens: invented people whose results
 * have come in as they do, one after the other.
 *
 *	fill HOME [conflict]	writes HOME/1311234569.db; with numbers that the service did not
 *take
 */
#include <stdio.h>

#include "tests/workstation/told.h"
#include "workstation/store/settings.h"
#include "workstation/store/store.h"

enum { ARENA_BYTES = 16 << 20, PATH_BYTES = 512 };

#define ID(n) "0000000000000000000000000000000" n

static const struct told all[] = {
	{ID("1"), "20261005101500", NULL, "1", "佐々木　𠮷之助", "ササキ　ヨシノスケ", "19520302",
	 "1", "01130012", "全国健康保険協会東京支部", "12345678", "7", "00", "20240401", "030",
	 "東京都千代田区霞が関三丁目二番一号　みほん第二ビルディング別館一〇〇八号室　佐々木方　西"
	 "側通用口",
	 .second_insurer = NULL},
	{ID("2"), "20261006093000", NULL, "1", "●田　花子", "ﾂｼﾞﾀ ﾊﾅｺ", "19911120", "2", "00138016",
	 "千代田区", "千国", "123", "01", "20250401", NULL, NULL, .second_insurer = NULL},
	{ID("3"), "20261007110000", NULL, "1", "山本　太郎", "ﾔﾏﾓﾄ ﾀﾛｳ", "19800302", "1",
	 "06130017", "みほん健康保険組合", "５５", "0012", "00", "20230401", NULL, NULL,
	 .second_insurer = NULL},
	{ID("4"), "20261108150000", "3", "1", "山本　太郎", "ﾔﾏﾓﾄ ﾀﾛｳ", "19800302", "1", "01130012",
	 "全国健康保険協会東京支部", "87654321", "15", "00", "20261101", NULL, NULL,
	 .second_insurer = NULL},
	{ID("5"), "20261120104200", "1", "1", "佐々木　吉之助", "ｻｻｷ ﾖｼﾉｽｹ", "19520302", "1",
	 "01130012", "全国健康保険協会東京支部", "12345678", "7", "00", "20240401", "020", NULL,
	 .second_insurer = NULL},
	{ID("6"), "20261121103100", NULL, "1", "鈴木　花子", "ｽｽﾞｷ ﾊﾅｺ", "19911120", "2",
	 "00138016", "千代田区", "千国", "123", "01", "20250401", NULL, NULL,
	 .second_insurer = NULL},
	{ID("7"), "20261121113000", NULL, "1", "山本　次郎", "ﾔﾏﾓﾄ ｼﾞﾛｳ", "19800302", "1",
	 "01130012", "全国健康保険協会東京支部", "87654321", "15", "01", "20261101", NULL, NULL,
	 .second_insurer = "12130007"},
	{ID("8"), "20261122090000", "2", "2", "●田　花子", "ﾂｼﾞﾀ ﾊﾅｺ", "19911120", "2", "00138016",
	 "千代田区", "千国", "123", "01", "20250401", NULL, NULL, .second_insurer = NULL},
};

/* The first's signature is by a key that nobody has; the third came without; the fifth's body was
 * changed by a byte. */
static int all_take(struct db *db, struct arena *arena, const struct proven *known,
		    const struct proven *unknown)
{
	int r = store_setting_put(db, STR("jwks"), known->jwks);
	for (size_t i = 0; !r && i < sizeof all / sizeof *all; i++)
		r = told_take(db, arena, &all[i], i == 0 ? unknown : i == 2 ? NULL : known);
	if (!r)
		r = db_run(db,
			   "UPDATE seen SET raw = replace(raw, '\"020\"', '\"030\"')"
			   " WHERE result_id = $1",
			   DB_ARGS(db_text(STR(ID("5")))), NULL);
	return r ? FOLD(r) : 0;
}

static int one_refuse(struct db *db, const struct queued *queued)
{
	int r = store_queue_add(db, queued->result_id, queued->chart, queued->number,
				(struct str){0});
	if (!r)
		r = store_queue_failed(db, queued);
	return r ? FOLD(r) : 0;
}

/* The service holds 77 for the first and 3 for the second; the third's is somebody else's. */
static int numbers_refuse(struct db *db)
{
	const struct queued some[] = {
		{STR(ID("1")),
		 1,
		 STR("1"),
		 {0},
		 QUEUED_CONFLICT,
		 1,
		 STR("reference_conflict"),
		 STR("77")},
		{STR(ID("2")),
		 2,
		 STR("2"),
		 {0},
		 QUEUED_CONFLICT,
		 1,
		 STR("reference_conflict"),
		 STR("3")},
		{STR(ID("3")), 3, STR("3"), {0}, QUEUED_REFUSED, 1, STR("reference_taken"), {0}},
	};
	int r = 0;
	for (size_t i = 0; !r && i < sizeof some / sizeof *some; i++)
		r = one_refuse(db, &some[i]);
	return r ? PASS(r) : 0;
}

int main(int argc, char **argv)
{
	AUTO(db_closep) struct db *db = NULL;
	AUTO(arena_clear) struct arena arena;
	AUTO(proven_clear) struct proven known = {0}, unknown = {0};
	char path[PATH_BYTES];
	arena_init(&arena, ARENA_BYTES);
	(void)snprintf(path, sizeof path, "%s/" TOLD_FACILITY ".db", argc > 1 ? argv[1] : "");
	if (argc < 2 || argc > 3 || store_open(path, &db) < 0)
		return 2;
	if (proven_make(&arena, &known) || proven_make(&arena, &unknown))
		return 1;
	if (all_take(db, &arena, &known, &unknown))
		return 1;
	return argc == 3 && numbers_refuse(db) ? 1 : 0;
}
