/* SPDX-License-Identifier: Apache-2.0 */
/* alarm */
#include "server/store/alarms.h"

#include "server/store/row.h"

#define COLUMNS "kind, facility_no, account_no, first_ms, last_ms, n, told, told_ms"
#define INSERT                                                                    \
	"INSERT INTO alarm (kind, facility_no, account_no, first_ms, last_ms, n)" \
	" VALUES ($1, $2, $3, $4, $4, $5)"                                        \
	" ON CONFLICT (kind, facility_no, account_no) DO UPDATE SET last_ms = excluded.last_ms,"
static const char alarm_add[] = INSERT " n = alarm.n + excluded.n";
static const char alarm_set[] =
	INSERT " n = excluded.n,"
	       " told = CASE WHEN excluded.n < alarm.told THEN 0 ELSE alarm.told END"
	       " WHERE alarm.n <> excluded.n";
static const char alarm_due[] = "SELECT " COLUMNS " FROM alarm WHERE n > told"
				" AND (told_ms = 0 OR told_ms <= $1) ORDER BY last_ms LIMIT 1";
static const char alarm_told[] =
	"UPDATE alarm SET told = $4, told_ms = $6"
	" WHERE kind = $1 AND facility_no = $2 AND account_no = $3 AND told_ms = $5";
static const char alarms_list[] = "SELECT " COLUMNS " FROM alarm ORDER BY last_ms DESC LIMIT $1";

static const char alarms_purge[] = "DELETE FROM alarm WHERE last_ms < $1 AND told >= n";

static int alarm_write(struct db *db, const char *sql, const struct store_alarm *alarm)
{
	int r = row_run(db, sql,
			DB_ARGS(db_int(alarm->kind), db_int(alarm->facility_no),
				db_int(alarm->account_no), db_int(alarm->first_ms),
				db_int(alarm->n)),
			NULL);
	return r ? FOLD(r) : 0;
}

int store_alarm_add(struct db *db, const struct store_alarm *alarm)
{
	int r = alarm_write(db, alarm_add, alarm);
	return r ? PASS(r) : 0;
}

int store_alarm_set(struct db *db, const struct store_alarm *alarm)
{
	int r = alarm_write(db, alarm_set, alarm);
	return r ? PASS(r) : 0;
}

static struct store_alarm alarm_read(struct row *row)
{
	return (struct store_alarm){
		.kind = row_int(row, 0),
		.facility_no = row_int(row, 1),
		.account_no = row_int(row, 2),
		.first_ms = row_int(row, 3),
		.last_ms = row_int(row, 4),
		.n = row_int(row, 5),
		.told = row_int(row, 6),
		.told_ms = row_int(row, 7),
	};
}

int store_alarm_due(struct db *db, int64_t now_ms, int64_t window_ms, struct store_alarm *ret_alarm)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, NULL, alarm_due, DB_ARGS(db_int(now_ms - window_ms)), &row);
	if (r == 0)
		*ret_alarm = alarm_read(&row);
	return r < 0 ? PASS(r) : r;
}

int store_alarm_told(struct db *db, const struct store_alarm *alarm, int64_t now_ms)
{
	int r = row_change(db, alarm_told,
			   DB_ARGS(db_int(alarm->kind), db_int(alarm->facility_no),
				   db_int(alarm->account_no), db_int(alarm->n),
				   db_int(alarm->told_ms), db_int(now_ms)),
			   STORE_STALE);
	return r < 0 ? PASS(r) : r;
}

int store_alarms_purge(struct db *db, int64_t before_ms)
{
	int r = row_run(db, alarms_purge, DB_ARGS(db_int(before_ms)), NULL);
	return r ? FOLD(r) : 0;
}

int store_alarms_list(struct db *db, struct arena *arena, struct store_alarm **ret_alarms,
		      size_t *ret_count)
{
	struct store_alarm *alarms = arena_array(arena, STORE_ALARMS_MAX, sizeof *alarms);
	if (!alarms)
		return RAISE(ENOMEM);
	struct row row AUTO(row_close) = {0};
	int r = row_query(db, NULL, alarms_list, DB_ARGS(db_int(STORE_ALARMS_MAX)), &row);
	size_t count = 0;
	while (r == 0 && (r = row_next(&row)) == 0)
		alarms[count++] = alarm_read(&row);
	if (r < 0)
		return PASS(r);
	*ret_alarms = alarms;
	*ret_count = count;
	return 0;
}
