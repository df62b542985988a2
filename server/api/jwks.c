/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/jwks, and the same as a file. Nobody's secret: the one reply that may be cached. */
#include "server/api/jwks.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "server/api/routes.h"

enum { PATH_BYTES = 1024, TAG_BYTES = 16 };

static int jwk_make(struct arena *arena, const struct keys_public *from, struct wire_jwk *ret_jwk)
{
	unsigned char point[VERIFY_KEY_BYTES];
	struct wire_jwk jwk = {.kid = from->kid};
	int r = verify_key_write(from->key, point);
	if (r == 0)
		r = encode_base64url(arena, str_bytes(point, sizeof point / 2), &jwk.x);
	if (r == 0)
		r = encode_base64url(arena, str_bytes(point + sizeof point / 2, sizeof point / 2),
				     &jwk.y);
	if (r)
		return FOLD(r);
	*ret_jwk = jwk;
	return 0;
}

static int jwks_make(const struct keys *keys, struct arena *arena, struct str *ret_text)
{
	static_assert((int)KEYS_PROOFS_MAX <= (int)WIRE_JWKS_MAX, "all of them are told");
	struct keys_public proofs[KEYS_PROOFS_MAX];
	struct wire_jwk jwks[KEYS_PROOFS_MAX];
	size_t count = keys_proofs(keys, proofs);
	for (size_t i = 0; i < count; i++) {
		int r = jwk_make(arena, &proofs[i], &jwks[i]);
		if (r)
			return PASS(r);
	}
	int r = wire_jwks_reply_encode(arena, jwks, count, ret_text);
	return r ? FOLD(r) : 0;
}

/* --- over the wire --- */

static int tag_make(struct arena *arena, struct str text, struct str *ret_tag)
{
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	struct str hex;
	int r = digest_sha256(text, digest);
	if (r == 0)
		r = encode_hex(arena, str_bytes(digest, TAG_BYTES), &hex);
	if (r == 0)
		r = arena_print(arena, ret_tag, "\"%.*s\"", STR_ARG(hex));
	return r ? FOLD(r) : 0;
}

int jwks_run(struct api_call *call, struct db *db)
{
	struct web_reply *reply = &call->exchange->reply;
	struct str text, tag, known = call->request->if_none_match;
	(void)db;
	int r = jwks_make(call->service->keys, reply_arena(call), &text);
	if (r == 0)
		r = tag_make(reply_arena(call), text, &tag);
	if (r)
		return PASS(r);
	reply->headers[reply->headers_count++] =
		(struct web_header){STR("Cache-Control"), STR("public, max-age=3600")};
	if (known.ptr && str_equal(known, tag))
		return reply_not_modified(call, tag);
	r = reply_tag(call, tag);
	return r ? PASS(r) : reply_json(call, text);
}

/* --- the file --- */

static void fd_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static bool file_has(const char *path, struct str text)
{
	char held[4096];
	size_t at = 0;
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, held, sizeof held);
	while (got > 0 && (size_t)got <= text.len - at &&
	       !memcmp(held, text.ptr + at, (size_t)got)) {
		at += (size_t)got;
		got = read(fd, held, sizeof held);
	}
	return got == 0 && at == text.len;
}

/* Whole or not at all: the rename puts it in its place. */
static int file_replace(const char *path, const char *part, struct str text)
{
	AUTO(fd_close) int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text.ptr, text.len) != (ssize_t)text.len || fsync(fd) < 0 ||
	    rename(part, path) < 0)
		return RAISE(EIO);
	return 0;
}

int jwks_keep(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	const struct service *service = ctx;
	struct str dir = service->config->service.state_dir, text;
	char path[PATH_BYTES], part[PATH_BYTES];
	(void)db;
	(void)now_ms;
	if (!dir.len)
		return 0;
	int r = jwks_make(service->keys, arena, &text);
	if (r)
		return PASS(r);
	int len = snprintf(path, sizeof path, "%.*s/" JWKS_FILE, STR_ARG(dir));
	int part_len = snprintf(part, sizeof part, "%.*s/" JWKS_FILE ".part", STR_ARG(dir));
	if (len < 0 || part_len < 0 || (size_t)part_len >= sizeof part)
		return RAISE(ENAMETOOLONG);
	if (file_has(path, text))
		return 0;
	r = file_replace(path, part, text);
	return r ? PASS(r) : 0;
}
