/* SPDX-License-Identifier: Apache-2.0 */
/* init: the first keys, the tables, and the first operator. Safe to repeat: what is there stays. */
#include "lib/json/writer.h"
#include "server/admin/admin.h"

static int keys_prepare(struct admin *admin, bool *ret_made)
{
	int r = keys_init(admin->config.keys.dir.ptr, clock_now_ms(&admin->clock));
	if (r < 0)
		return PASS(r);
	*ret_made = r == 0;
	if (r == KEYS_EXPOSED)
		return admin_refuse(
			admin, ADMIN_REFUSED,
			"鍵のフォルダーがほかの利用者にも読めます。0700にしてください。");
	return 0;
}

static int store_prepare(struct admin *admin)
{
	struct db_options options = {
		.engine = admin->config.store.engine == CONFIG_ENGINE_POSTGRES ? DB_POSTGRES
									       : DB_SQLITE,
		.target = admin->config.store.target.ptr,
		.busy_ms = 5000,
	};
	AUTO(db_closep) struct db *db = NULL;
	int r = db_open(&db, &options);
	if (r)
		return FOLD(r);
	r = store_migrate(db);
	return r ? FOLD(r) : 0;
}

int admin_init(struct admin *admin)
{
	bool made, operator_made;
	int r = keys_prepare(admin, &made);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = store_prepare(admin);
	if (r == 0)
		r = admin_open(admin);
	if (r == 0)
		r = admin_operator_first(admin, &operator_made);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "keys", made ? STR("made") : STR("kept"));
	json_put_member(&writer, "store", STR("ready"));
	json_put_member(&writer, "operator", operator_made ? STR("made") : STR("kept"));
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}
