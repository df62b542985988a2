/* SPDX-License-Identifier: Apache-2.0 */
/* device list, close: the devices of an account. */
#include "lib/json/writer.h"
#include "server/admin/admin.h"

static int device_tell(struct admin *admin, const struct store_device *device)
{
	struct str id;
	int r = encode_hex(&admin->arena, device->id, &id);
	if (r)
		return FOLD(r);
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "id", id);
	json_put_member(&writer, "name", device->name);
	json_put_member(&writer, "platform", device->platform);
	json_key(&writer, "active");
	json_put_bool(&writer, device->active);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : 0;
}

static int devices_read(struct admin *admin, struct store_device **ret_list, size_t *ret_count)
{
	struct store_account account;
	int r = admin_account(admin, &account);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = store_devices_list(admin->db, &admin->arena, account.facility_no, account.no, ret_list,
			       ret_count);
	return r ? FOLD(r) : 0;
}

int admin_device_list(struct admin *admin)
{
	struct store_device *list;
	size_t count;
	int r = devices_read(admin, &list, &count);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = device_tell(admin, &list[i]);
	return r < 0 ? PASS(r) : r;
}

static int close_write(struct admin *admin, void *ctx)
{
	const struct store_device *device = ctx;
	int r = store_device_remove(admin->db, device->facility_no, device->no,
				    clock_now_ms(&admin->clock));
	if (r)
		return FOLD(r);
	r = admin_audit(admin, &(struct store_audit){
				       .call = STR("admin_device_close"),
				       .facility_no = device->facility_no,
				       .account_no = device->account_no,
				       .device_no = device->no,
			       });
	return r ? PASS(r) : 0;
}

int admin_device_close(struct admin *admin)
{
	struct store_device *list;
	struct str id;
	size_t count, i = 0;
	int r = admin_id(admin, &id);
	if (r == 0)
		r = devices_read(admin, &list, &count);
	if (r)
		return r < 0 ? PASS(r) : r;
	while (i < count && !str_equal(list[i].id, id))
		i++;
	if (i == count)
		return admin_refuse(admin, ADMIN_NOT_FOUND,
				    "このアカウントにその端末はありません。");
	r = admin_transaction(admin, close_write, &list[i]);
	if (r)
		return r < 0 ? PASS(r) : r;
	list[i].active = false;
	r = device_tell(admin, &list[i]);
	return r ? PASS(r) : ADMIN_OK;
}
