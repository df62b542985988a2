/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/admin.h"

#include "lib/base/period.h"
#include "lib/json/writer.h"

int admin_refuse(struct admin *admin, enum admin_exit exit, const char *sentence)
{
	fprintf(admin->err, "shikaku-admin: %s\n", sentence);
	return (int)exit;
}

void admin_line_begin(struct admin *admin, struct json_writer *writer)
{
	json_writer_init(writer, &admin->arena, 256);
	json_object_open(writer);
}

void admin_put_time(struct json_writer *writer, const char *name, int64_t at_ms)
{
	char text[PERIOD_DATETIME_BYTES];
	json_put_member(writer, name, str_of(period_datetime_print(at_ms, text)));
}

int admin_line_end(struct admin *admin, struct json_writer *writer)
{
	json_object_close(writer);
	struct str text;
	int r = json_writer_end(writer, &text);
	if (r)
		return PASS(r);
	if (fwrite(text.ptr, 1, text.len, admin->out) != text.len || fputc('\n', admin->out) == EOF)
		return RAISE(EIO);
	return 0;
}
