/* SPDX-License-Identifier: Apache-2.0 */
/* Each result's elements by their OQS names, from the public header only. */
#include "workstation/link/source_shk.h"

#include <stdio.h>

static int32_t new_begin(struct source_shk *source, const char *cursor)
{
	int32_t code = source->search ? SHK_OK : shk_search_create(NULL, NULL, &source->search);
	if (code)
		return code;
	return shk_download_new(source->client, source->search, cursor, 0, NULL, NULL,
				&source->results);
}

static int shk_begin(void *ctx, const struct source_ask *ask)
{
	struct source_shk *source = ctx;
	int32_t code;
	if (ask->from)
		code = shk_download(source->client, ask->from, ask->to, source->reference, NULL,
				    NULL, &source->results);
	else
		code = new_begin(source, ask->cursor);
	/* Everything there is comes again, and is known by its id. */
	if (code == SHK_ERR_CURSOR)
		code = new_begin(source, NULL);
	return code == SHK_OK ? 0 : SOURCE_FAILED;
}

static struct str shk_cursor(void *ctx)
{
	struct source_shk *source = ctx;
	return str_of(shk_results_cursor(source->results));
}

static void shk_end(void *ctx)
{
	struct source_shk *source = ctx;
	shk_results_destroy(source->results);
	source->results = NULL;
}

/* Lists (特定疾病) stay in the raw body: nothing here is decided by them. */
static struct str element_read(const shk_result *from, enum record_element element)
{
	const struct record_element_row *row = record_element_row(element);
	const char *group = NULL;
	char path[160];
	switch (row->group) {
	case RECORD_GROUP_TOP: return str_of(shk_result_field(from, 0, row->oqs_name));
	case RECORD_GROUP_ELDERLY: group = "ElderlyRecipientCertificateInfo"; break;
	case RECORD_GROUP_LIMIT: group = "LimitApplicationCertificateRelatedInfo"; break;
	case RECORD_GROUP_DISEASE: return (struct str){0};
	}
	(void)snprintf(path, sizeof path, "%s/%s", group, row->oqs_name);
	return str_of(shk_result_field(from, 0, path));
}

static const struct record_qualification *qualification_read(struct arena *arena,
							     const shk_result *from)
{
	struct record_qualification *qualification = arena_alloc(arena, sizeof *qualification);
	if (!qualification)
		return NULL;
	for (int i = 0; i < RECORD_ELEMENTS; i++)
		qualification->elements[i] = element_read(from, (enum record_element)i);
	return qualification;
}

static int result_read(struct arena *arena, const shk_result *from, struct result *ret_result)
{
	const char *raw;
	int64_t raw_len;
	struct result result = {
		.id = str_of(shk_result_id(from)),
		.confirmed_at = str_of(shk_result_confirmed_at(from)),
		.reference = str_of(shk_result_reference_number(from)),
		.validity = str_of(
			shk_result_field(from, SHK_ENVELOPE, "MessageBody/QualificationValidity")),
		.remark = str_of(shk_result_field(from, SHK_ENVELOPE,
						  "MessageBody/ProcessingResultMessage")),
		.method = str_of(shk_result_method(from)),
		.staff = str_of(shk_result_staff(from)),
		.qualifications_count = (size_t)shk_result_qualification_count(from),
	};
	if (shk_result_raw(from, &raw, &raw_len) != SHK_OK)
		return RAISE(EINVAL);
	result.raw = str_bytes(raw, (size_t)raw_len);
	if (shk_result_entry(from, &raw, &raw_len) == SHK_OK)
		result.entry = str_bytes(raw, (size_t)raw_len);
	if (result.qualifications_count) {
		result.first = qualification_read(arena, from);
		if (!result.first)
			return RAISE(ENOMEM);
	}
	*ret_result = result;
	return 0;
}

static int shk_next(void *ctx, struct arena *arena, struct result *ret_result)
{
	struct source_shk *source = ctx;
	const shk_result *result;
	if (shk_results_next(source->results, &result) != SHK_OK)
		return SOURCE_FAILED;
	if (!result)
		return SOURCE_END;
	int r = result_read(arena, result, ret_result);
	return r ? PASS(r) : 0;
}

static int shk_register(void *ctx, struct arena *arena, const struct registration *registration,
			struct str *ret_held)
{
	struct source_shk *source = ctx;
	char id[64], number[256], expected[256];
	bool is_expected = registration->expected.ptr != NULL;
	int r = str_to_c(registration->result_id, id, sizeof id);
	if (!r)
		r = str_to_c(registration->number, number, sizeof number);
	if (!r && is_expected)
		r = str_to_c(registration->expected, expected, sizeof expected);
	if (r)
		return PASS(r);
	switch (shk_reference_register(source->client, id, number, is_expected ? expected : NULL)) {
	case SHK_OK: return 0;
	case SHK_ERR_CONFLICT:
		*ret_held = str_of(shk_error_held_reference(source->client));
		r = ret_held->ptr ? arena_copy(arena, *ret_held, ret_held) : 0;
		return r ? PASS(r) : SOURCE_CONFLICT;
	case SHK_ERR_ARGUMENT:
	case SHK_ERR_NOT_FOUND:
	case SHK_ERR_REFERENCE_TAKEN:
	case SHK_ERR_FIELD:
	case SHK_ERR_REFUSED: return SOURCE_REFUSED;
	default: return SOURCE_FAILED;
	}
}

static struct str shk_problem(void *ctx)
{
	struct source_shk *source = ctx;
	return str_of(shk_error_problem(source->client));
}

struct source source_of_shk(struct source_shk *source)
{
	return (struct source){
		.begin = shk_begin,
		.next = shk_next,
		.cursor = shk_cursor,
		.end = shk_end,
		.reference_register = shk_register,
		.problem = shk_problem,
		.ctx = source,
	};
}

void source_shk_clear(struct source_shk *source)
{
	shk_search_destroy(source->search);
	source->search = NULL;
}
