/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/people/print.h"

#include "lib/json/writer.h"

static void members_put(struct json_writer *writer, const struct invent_members *members)
{
	for (size_t i = 0; i < members->count; i++)
		json_put_member(writer, members->list[i].name, members->list[i].value);
}

static void group_put(struct json_writer *writer, const char *name,
		      const struct invent_members *members)
{
	if (!members->count)
		return;
	json_key(writer, name);
	json_object_open(writer);
	members_put(writer, members);
	json_object_close(writer);
}

static void qualification_put(struct json_writer *writer,
			      const struct invent_qualification *qualification)
{
	json_object_open(writer);
	members_put(writer, &qualification->top);
	group_put(writer, "ElderlyRecipientCertificateInfo", &qualification->elderly);
	group_put(writer, "LimitApplicationCertificateRelatedInfo", &qualification->limit);
	json_object_close(writer);
}

static void certificates_put(struct json_writer *writer, unsigned number,
			     const struct certificates *certificates)
{
	json_key(writer, "certificates");
	json_array_open(writer);
	for (size_t i = 0; i < certificates->count; i++) {
		const struct certificate *certificate = &certificates->list[i];
		if (certificate->person != number)
			continue;
		json_object_open(writer);
		json_put_member(writer, "aki", certificate->aki);
		json_put_member(writer, "serial", certificate->serial);
		json_object_close(writer);
	}
	json_array_close(writer);
}

int person_print(struct arena *arena, const struct invent_person *person, unsigned number,
		 const struct certificates *certificates, struct str *ret_line)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 2048);
	json_object_open(&writer);
	json_put_member(&writer, "person", str_of(person->key));
	certificates_put(&writer, number, certificates);
	json_key(&writer, "qualifications");
	json_array_open(&writer);
	for (size_t i = 0; i < person->qualifications_count; i++)
		qualification_put(&writer, &person->qualifications[i]);
	json_array_close(&writer);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_line);
	return r < 0 ? PASS(r) : 0;
}
