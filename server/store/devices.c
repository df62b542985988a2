/* SPDX-License-Identifier: Apache-2.0 */
/* device */
#include "server/store/accounts.h"
#include "server/store/changes.h"
#include "server/store/row.h"

static const char device_add[] =
	"INSERT INTO device (id, facility_no, account_no, thumbprint, platform, name,"
	" registered_ms) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING no";

#define DEVICE_COLUMNS \
	"no, id, facility_no, account_no, thumbprint, platform, name, registered_ms, active"
static const char device_find[] = "SELECT " DEVICE_COLUMNS " FROM device WHERE thumbprint = $1";
static const char device_get[] =
	"SELECT " DEVICE_COLUMNS " FROM device WHERE facility_no = $1 AND no = $2";

static const char devices_list[] =
	"SELECT " DEVICE_COLUMNS " FROM device WHERE facility_no = $1 AND account_no = $2"
	" ORDER BY active DESC, no LIMIT $3";
static const char device_of[] =
	"SELECT " DEVICE_COLUMNS
	" FROM device WHERE facility_no = $1 AND account_no = $2 AND id = $3 AND active = 1";
static const char devices_count[] =
	"SELECT count(CASE WHEN device.account_no = $2 THEN 1 END), count(*) FROM device"
	" JOIN account ON account.no = device.account_no"
	" WHERE device.facility_no = $1 AND device.active = 1 AND account.kind = $3";

static const char device_remove[] =
	"UPDATE device SET active = 0 WHERE facility_no = $1 AND no = $2";

int store_device_add(struct db *db, const struct store_device *device, int64_t *ret_no)
{
	int r = row_returning(db, device_add,
			      DB_ARGS(db_blob(device->id), db_int(device->facility_no),
				      db_int(device->account_no), db_text(device->thumbprint),
				      db_text(device->platform), db_text(device->name),
				      db_int(device->registered_ms)),
			      ret_no);
	return r < 0 ? PASS(r) : r ? STORE_CONFLICT : 0;
}

static int device_read(struct row *row, struct store_device *ret_device)
{
	struct store_device device = {
		.no = row_int(row, 0),
		.id = row_str(row, 1),
		.facility_no = row_int(row, 2),
		.account_no = row_int(row, 3),
		.thumbprint = row_str(row, 4),
		.platform = row_str(row, 5),
		.name = row_str(row, 6),
		.registered_ms = row_int(row, 7),
		.active = row_int(row, 8) != 0,
	};
	int r = row_end(row);
	if (r < 0)
		return PASS(r);
	*ret_device = device;
	return 0;
}

int store_device_find(struct db *db, struct arena *arena, struct str thumbprint,
		      struct store_device *ret_device)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, device_find, DB_ARGS(db_text(thumbprint)), &row);
	if (r == 0)
		r = device_read(&row, ret_device);
	return r < 0 ? PASS(r) : r;
}

int store_device_get(struct db *db, struct arena *arena, int64_t facility_no, int64_t device_no,
		     struct store_device *ret_device)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, device_get, DB_ARGS(db_int(facility_no), db_int(device_no)),
			 &row);
	if (r == 0)
		r = device_read(&row, ret_device);
	return r < 0 ? PASS(r) : r;
}

int store_devices_list(struct db *db, struct arena *arena, int64_t facility_no, int64_t account_no,
		       struct store_device **ret_devices, size_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	struct store_device *list = arena_array(arena, STORE_DEVICES_MAX, sizeof *list);
	size_t count = 0;
	if (!list)
		return RAISE(ENOMEM);
	int r = row_find(db, arena, devices_list,
			 DB_ARGS(db_int(facility_no), db_int(account_no),
				 db_int(STORE_DEVICES_MAX)),
			 &row);
	while (r == 0 && count < STORE_DEVICES_MAX) {
		r = device_read(&row, &list[count++]);
		if (r == 0)
			r = row_next(&row);
	}
	if (r < 0)
		return PASS(r);
	*ret_devices = list;
	*ret_count = count;
	return 0;
}

int store_device_remove(struct db *db, int64_t facility_no, int64_t device_no, int64_t now_ms)
{
	int r = row_change(db, device_remove, DB_ARGS(db_int(facility_no), db_int(device_no)),
			   STORE_NOT_FOUND);
	if (r == 0)
		r = store_change_number_add(db, STORE_CHANGE_DEVICE, device_no, now_ms);
	return r < 0 ? PASS(r) : r;
}

int store_device_of(struct db *db, struct arena *arena, int64_t facility_no, int64_t account_no,
		    struct str id, struct store_device *ret_device)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, device_of,
			 DB_ARGS(db_int(facility_no), db_int(account_no), db_blob(id)), &row);
	if (r == 0)
		r = device_read(&row, ret_device);
	return r < 0 ? PASS(r) : r;
}

int store_devices_count(struct db *db, int64_t facility_no, int64_t account_no,
			enum account_kind kind, struct store_device_count *ret_count)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, NULL, devices_count,
			 DB_ARGS(db_int(facility_no), db_int(account_no), db_int(kind)), &row);
	if (r)
		return FOLD(r);
	*ret_count = (struct store_device_count){row_int(&row, 0), row_int(&row, 1)};
	return 0;
}
