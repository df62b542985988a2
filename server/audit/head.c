/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store first, then the file: a head that is only in the store says nothing wrong, one that is
 * only in the file would say that the store was put back.
 */
#include "server/audit/head.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/number.h"
#include "lib/json/writer.h"

enum { PATH_BYTES = 1024, KID_TEXT_BYTES = 43 };

static int header_make(struct arena *arena, struct str kid, struct str *ret_header)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 128);
	json_object_open(&writer);
	json_put_member(&writer, "alg", STR("ES256"));
	json_put_member(&writer, "kid", kid);
	json_put_member(&writer, "typ", STR("audit-head"));
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_header);
	return r ? FOLD(r) : 0;
}

/* --- the ends of the chains --- */

enum { END_TEXT_BYTES = 2 * NUMBER_TEXT_BYTES };

int audit_ends_print(struct arena *arena, const struct store_audit_end *ends, size_t count,
		     struct str *ret_slots)
{
	char *text = arena_bytes(arena, count * END_TEXT_BYTES + 1);
	size_t len = 0;
	if (!text)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < count; i++) {
		int printed = snprintf(text + len, END_TEXT_BYTES, "%s%lld:%lld", i ? "," : "",
				       (long long)ends[i].slot, (long long)ends[i].seq);
		assert(printed > 0 && printed < END_TEXT_BYTES);
		len += (size_t)printed;
	}
	*ret_slots = (struct str){text, len};
	return 0;
}

int audit_ends_digest(const struct store_audit_end *ends, size_t count,
		      unsigned char ret_digest[STORE_DIGEST_BYTES])
{
	struct str hashes[STORE_AUDIT_SLOTS_MAX];
	assert(count <= STORE_AUDIT_SLOTS_MAX);
	for (size_t i = 0; i < count; i++)
		hashes[i] = str_bytes(ends[i].hash, STORE_DIGEST_BYTES);
	int r = digest_parts(hashes, count, ret_digest);
	return r ? FOLD(r) : 0;
}

int audit_ends_read(struct str slots, struct store_audit_end ret_ends[STORE_AUDIT_SLOTS_MAX],
		    size_t *ret_count)
{
	size_t count = 0;
	int64_t before = 0;
	struct str end, slot;
	while (str_split(&slots, ',', &end)) {
		struct store_audit_end read = {0};
		if (count == STORE_AUDIT_SLOTS_MAX || !str_split(&end, ':', &slot) ||
		    number_parse(slot, before + 1, INT64_MAX, &read.slot) ||
		    number_parse(end, 1, INT64_MAX, &read.seq))
			return AUDIT_HEAD_FORGED;
		before = read.slot;
		ret_ends[count++] = read;
	}
	*ret_count = count;
	return 0;
}

/* --- signing --- */

static int previous_make(const struct store_audit_head *last,
			 unsigned char ret_previous[STORE_DIGEST_BYTES])
{
	memset(ret_previous, 0, STORE_DIGEST_BYTES);
	if (last->n == 0)
		return 0;
	int r = digest_sha256(last->head, ret_previous);
	return r ? FOLD(r) : 0;
}

static int head_make(const struct keys *keys, struct arena *arena,
		     const unsigned char digest[STORE_DIGEST_BYTES],
		     const struct store_audit_head *last, struct store_audit_head *head)
{
	struct keys_signer signer = keys_audit_signing(keys);
	unsigned char previous[STORE_DIGEST_BYTES];
	struct str header, payload, digest_text, previous_text;
	int r = previous_make(last, previous);
	if (r == 0)
		r = encode_hex(arena, str_bytes(digest, STORE_DIGEST_BYTES), &digest_text);
	if (r == 0)
		r = encode_hex(arena, str_bytes(previous, sizeof previous), &previous_text);
	if (r == 0)
		r = header_make(arena, signer.kid, &header);
	if (r == 0)
		r = arena_print(arena, &payload, "%.*s %lld %lld %.*s %.*s %.*s",
				STR_ARG(signer.kid), (long long)head->n, (long long)head->at_ms,
				STR_ARG(head->slots), STR_ARG(digest_text), STR_ARG(previous_text));
	if (r == 0)
		r = jws_sign(arena, signer.key, header, payload, &head->head);
	return r ? FOLD(r) : 0;
}

/* 0 with head->n = 0: there is nothing new to sign. In a transaction. */
static int head_add(const struct audit_heads *heads, struct db *db, struct arena *arena,
		    int64_t now_ms, struct store_audit_head *head)
{
	struct store_audit_end ends[STORE_AUDIT_SLOTS_MAX];
	unsigned char digest[STORE_DIGEST_BYTES];
	size_t count;
	struct store_audit_head last = {0};
	int r = store_audit_ends(db, ends, &count);
	if (r == 0)
		r = audit_ends_digest(ends, count, digest);
	if (r)
		return FOLD(r);
	r = store_audit_head_last(db, arena, &last);
	if (r < 0)
		return PASS(r);
	struct store_audit_head next = {.n = last.n + 1, .at_ms = now_ms};
	r = audit_ends_print(arena, ends, count, &next.slots);
	if (r)
		return PASS(r);
	/* Heads say what time it has become: a clock that was set back must not take that back. */
	if (str_equal(next.slots, last.slots) || now_ms < last.at_ms)
		return 0;
	r = head_make(heads->keys, arena, digest, &last, &next);
	if (r)
		return PASS(r);
	r = store_audit_head_add(db, &next);
	if (r)
		return FOLD(r);
	*head = next;
	return 0;
}

static void fd_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int file_append(struct str state_dir, struct arena *arena, struct str head)
{
	char path[PATH_BYTES];
	struct str text, line;
	int r = arena_print(arena, &text, "%.*s/" AUDIT_HEADS_FILE, STR_ARG(state_dir));
	if (r == 0)
		r = arena_print(arena, &line, "%.*s\n", STR_ARG(head));
	if (r == 0)
		r = str_to_c(text, path, sizeof path);
	if (r)
		return FOLD(r);
	AUTO(fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd < 0 || write(fd, line.ptr, line.len) != (ssize_t)line.len || fsync(fd) < 0)
		return RAISE(EIO);
	return 0;
}

int audit_head_sign(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	const struct audit_heads *heads = ctx;
	struct store_audit_head head = {0};
	int r = db_begin(db);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBUSY);
	r = head_add(heads, db, arena, now_ms, &head);
	if (r) {
		db_rollback(db);
		return PASS(r);
	}
	r = db_commit(db);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBUSY);
	if (head.n == 0 || !heads->state_dir.len)
		return 0;
	r = file_append(heads->state_dir, arena, head.head);
	return r ? PASS(r) : 0;
}

/* --- reading --- */

static bool number_take(struct str *rest, int64_t *ret_number)
{
	struct str word;
	return str_split(rest, ' ', &word) && number_parse(word, 0, INT64_MAX, ret_number) == 0;
}

static int digest_take(struct arena *arena, struct str word, struct str *ret_digest)
{
	int r = decode_hex(arena, word, ret_digest);
	if (r < 0)
		return PASS(r);
	return r || ret_digest->len != STORE_DIGEST_BYTES ? AUDIT_HEAD_FORGED : 0;
}

static int payload_read(struct arena *arena, struct str rest, struct audit_head *head)
{
	struct str word;
	if (!number_take(&rest, &head->n) || !number_take(&rest, &head->at_ms) ||
	    !str_split(&rest, ' ', &head->slots) || !str_split(&rest, ' ', &word))
		return AUDIT_HEAD_FORGED;
	int r = digest_take(arena, word, &head->digest);
	if (r == 0)
		r = digest_take(arena, rest, &head->previous);
	return r < 0 ? PASS(r) : r;
}

int audit_head_read(const struct keys *keys, struct arena *arena, struct str text,
		    struct audit_head *ret_head)
{
	struct jws_parts parts;
	struct str header, kid;
	int r = text.len > AUDIT_HEAD_BYTES_MAX ? CRYPTO_MALFORMED : jws_split(arena, text, &parts);
	if (r)
		return r < 0 ? PASS(r) : AUDIT_HEAD_FORGED;
	struct str rest = parts.payload;
	if (!str_split(&rest, ' ', &kid) || kid.len != KID_TEXT_BYTES)
		return AUDIT_HEAD_FORGED;
	const struct verify_key *key = keys_audit_verify(keys, kid);
	r = header_make(arena, kid, &header);
	if (r)
		return PASS(r);
	if (!key || !str_equal(header, parts.header))
		return AUDIT_HEAD_FORGED;
	r = jws_verify(key, &parts);
	if (r)
		return r < 0 ? PASS(r) : AUDIT_HEAD_FORGED;
	r = payload_read(arena, rest, ret_head);
	return r < 0 ? PASS(r) : r;
}
