/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A SQLite VFS over the system's own: what SQLite writes is sealed on its way to the disk, page by
 * page, and what was changed on the disk does not open. Why not SQLCipher: docs/decisions/0016.
 *
 * On the disk, all sizes being SQLite's own:
 *
 *   database  page n   = text 4068 ‖ nonce 12 ‖ tag 16; AAD: 'D', n
 *             page 1   = head 16 ‖ text 4052 ‖ nonce 12 ‖ tag 16; the head stands where SQLite
 *                        keeps 16 bytes that are the same in every database
 *   head               = "SHK1" ‖ check 4 ‖ id 8, drawn when the file began; the check tells a
 *                        wrong key from a damaged page
 *   log       header   = as it is: sizes, salts
 *             frame    = page number 4 ‖ size after commit 4 ‖ hidden (salts 8 ‖ checksum 8) ‖
 *                        page as above; AAD: 'L', place, the frame's first 8 bytes
 *   journal   page     = as above; AAD: 'J', place, page number. Used by SQLite only while a copy
 *                        becomes a database with a log
 *
 * Each database has keys of its own, by HKDF over the connection's key and the id: a page is good
 * in one place of one database only. SQLite's checksum of a
 * frame is a sum over the page's text, so it is hidden as well. Its index of the log (-shm) holds
 * numbers of pages and one such sum, and stays as it is.
 *
 * A frame that does not open looks to SQLite's recovery like the torn end of the log, which is what
 * it nearly always is; a page that somebody asks for and that does not open is SQLITE_IOERR_DATA.
 * Not found: a whole database, or a page in its place, put back as it was earlier.
 *
 * No file of another kind is opened (temporary ones would hold texts), and nothing is mapped: the
 * methods are of version 2, which has no such call.
 */
#include "lib/db/sealed_file.h"

#include <assert.h>
#include <string.h>

enum {
	PAGE_BYTES = SEALED_PAGE_BYTES,
	HEAD_BYTES = SEALED_HEAD_BYTES,
	MAGIC_BYTES = 4,
	CHECK_BYTES = 4,
	ID_BYTES = HEAD_BYTES - MAGIC_BYTES - CHECK_BYTES,
	LOG_HEADER_BYTES = 32,
	FRAME_HEADER_BYTES = SEALED_FRAME_HEADER_BYTES,
	FRAME_BOUND_BYTES = 8, /* page number, size after commit; the rest comes later at times */
	FRAME_BYTES = SEALED_FRAME_BYTES,
	AAD_BYTES_MAX = 1 + 8 + FRAME_BOUND_BYTES,
};

static_assert((int)SEALED_RESERVE_BYTES == (int)PAGE_TRAILER_BYTES, "the trailer fits the reserve");

static const char magic[MAGIC_BYTES + 1] = "SHK1";

struct aad {
	size_t len;
	unsigned char bytes[AAD_BYTES_MAX];
};

static struct aad aad_make(enum sealed_kind kind, sqlite3_int64 place, const void *bound,
			   size_t bytes)
{
	struct aad aad = {.len = 9 + bytes, .bytes = {(unsigned char)kind}};
	assert(bytes <= FRAME_BOUND_BYTES);
	for (unsigned i = 0; i < 8; i++)
		aad.bytes[1 + i] = (unsigned char)(place >> (56 - 8 * i));
	if (bytes)
		memcpy(aad.bytes + 9, bound, bytes);
	return aad;
}

/* --- the head: which database this is --- */

/* The keys of the database whose id stands in the head, and the check that tells them from others.
 */
static int head_keys(struct sealed_file *file, unsigned char check[CHECK_BYTES])
{
	static const char label[] = "shikaku sealed database";
	AUTO(secret_wipe) struct secret key = {0}, checked = {0};
	char text[sizeof label + ID_BYTES];
	memcpy(text, label, sizeof label);
	memcpy(text + sizeof label, file->head + MAGIC_BYTES + CHECK_BYTES, ID_BYTES);
	int r = hkdf(secret_str(&file->vfs->key), str_bytes(text, sizeof text), &key);
	if (r == 0)
		r = hkdf(secret_str(&key), STR("check"), &checked);
	if (r == 0)
		r = page_sealer_init(&file->sealer, secret_str(&key));
	if (r < 0)
		return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_IOERR;
	memcpy(check, checked.bytes, CHECK_BYTES);
	return SQLITE_OK;
}

static int head_make(struct sealed_file *file)
{
	memcpy(file->head, magic, MAGIC_BYTES);
	random_bytes(file->head + MAGIC_BYTES + CHECK_BYTES, ID_BYTES);
	int rc = head_keys(file, file->head + MAGIC_BYTES);
	file->known = rc == SQLITE_OK;
	return rc;
}

static int head_refuse(struct sealed_file *file)
{
	page_sealer_clear(&file->sealer);
	file->vfs->refused = true;
	return SQLITE_NOTADB;
}

static int head_check(struct sealed_file *file)
{
	unsigned char check[CHECK_BYTES];
	if (memcmp(file->head, magic, MAGIC_BYTES) != 0)
		return head_refuse(file);
	int rc = head_keys(file, check);
	if (rc != SQLITE_OK)
		return rc;
	if (memcmp(file->head + MAGIC_BYTES, check, CHECK_BYTES) != 0)
		return head_refuse(file);
	file->known = true;
	return SQLITE_OK;
}

/*
 * Whose pages are these? In a file that is still empty there are none: SQLITE_IOERR_SHORT_READ, or
 * with make an id is drawn. Whoever writes the first page holds SQLite's exclusive lock.
 */
static int head_learn(struct sealed_file *file, bool make)
{
	sqlite3_int64 bytes = 0;
	if (file->known)
		return SQLITE_OK;
	int rc = file->base->pMethods->xFileSize(file->base, &bytes);
	if (rc != SQLITE_OK)
		return rc;
	if (bytes == 0)
		return make ? head_make(file) : SQLITE_IOERR_SHORT_READ;
	rc = file->base->pMethods->xRead(file->base, file->head, HEAD_BYTES, 0);
	if (rc == SQLITE_IOERR_SHORT_READ)
		return head_refuse(file);
	return rc == SQLITE_OK ? head_check(file) : rc;
}

/* --- pages --- */

/* SQLite expects the reserve of a page as it wrote it: zeros. */
static int page_unseal(struct sealed_file *file, const struct aad *aad, const unsigned char *sealed,
		       size_t from, unsigned char *page)
{
	int r = page_open(&file->database->sealer, str_bytes(aad->bytes, aad->len),
			  str_bytes(sealed + from, PAGE_BYTES - from), page + from);
	memset(page + PAGE_BYTES - SEALED_RESERVE_BYTES, 0, SEALED_RESERVE_BYTES);
	if (r == 0)
		return SQLITE_OK;
	memset(page, 0, PAGE_BYTES);
	return r == CRYPTO_FORGED ? SQLITE_IOERR_DATA : SQLITE_IOERR_READ;
}

/* A page whose reserve is in use would lose what stands there, or its checksum: never so far. */
static int page_enseal(struct sealed_file *file, const struct aad *aad, const unsigned char *page,
		       size_t from, unsigned char *sealed)
{
	static const unsigned char zeros[SEALED_RESERVE_BYTES];
	size_t text = PAGE_BYTES - SEALED_RESERVE_BYTES;
	if (memcmp(page + text, zeros, sizeof zeros) != 0)
		return SQLITE_IOERR_WRITE;
	int r = page_seal(&file->database->sealer, str_bytes(aad->bytes, aad->len),
			  str_bytes(page + from, text - from), sealed + from);
	return r == 0 ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

/* --- the database --- */

static size_t text_from(sqlite3_int64 number)
{
	return number == 1 ? HEAD_BYTES : 0;
}

static int database_page_read(struct sealed_file *file, sqlite3_int64 number, unsigned char *page)
{
	static const char begins[HEAD_BYTES] = "SQLite format 3";
	struct aad aad = aad_make(SEALED_DATABASE, number, NULL, 0);
	int rc = head_learn(file, false);
	if (rc == SQLITE_OK)
		rc = file->base->pMethods->xRead(file->base, file->sealed, PAGE_BYTES,
						 (number - 1) * PAGE_BYTES);
	if (rc == SQLITE_OK)
		rc = page_unseal(file, &aad, file->sealed, text_from(number), page);
	else
		memset(page, 0, PAGE_BYTES);
	if (rc == SQLITE_OK && number == 1)
		memcpy(page, begins, HEAD_BYTES);
	return rc;
}

int sealed_database_read(sqlite3_file *from, void *bytes, int amount, sqlite3_int64 offset)
{
	struct sealed_file *file = sealed_of(from);
	sqlite3_int64 number = offset / PAGE_BYTES + 1, within = offset % PAGE_BYTES;
	unsigned char page[PAGE_BYTES];
	if (amount == PAGE_BYTES && within == 0)
		return database_page_read(file, number, bytes);
	if (within + amount > PAGE_BYTES)
		return SQLITE_IOERR_READ;
	int rc = database_page_read(file, number, page);
	memcpy(bytes, page + within, (size_t)amount);
	explicit_bzero(page, sizeof page);
	return rc;
}

/* Pages of another size or with another reserve cannot be kept. */
static bool first_page_fits(const unsigned char *page)
{
	enum { SIZE_AT = 16, RESERVE_AT = 20 };
	return page[SIZE_AT] * 256 + page[SIZE_AT + 1] == PAGE_BYTES &&
	       page[RESERVE_AT] == SEALED_RESERVE_BYTES;
}

int sealed_database_write(sqlite3_file *to, const void *bytes, int amount, sqlite3_int64 offset)
{
	struct sealed_file *file = sealed_of(to);
	sqlite3_int64 number = offset / PAGE_BYTES + 1;
	struct aad aad = aad_make(SEALED_DATABASE, number, NULL, 0);
	if (amount != PAGE_BYTES || offset % PAGE_BYTES != 0 ||
	    (number == 1 && !first_page_fits(bytes)))
		return SQLITE_IOERR_WRITE;
	int rc = head_learn(file, true);
	if (rc == SQLITE_OK)
		rc = page_enseal(file, &aad, bytes, text_from(number), file->sealed);
	if (rc != SQLITE_OK)
		return rc;
	if (number == 1)
		memcpy(file->sealed, file->head, HEAD_BYTES);
	return file->base->pMethods->xWrite(file->base, file->sealed, amount, offset);
}

/* --- the log --- */

static struct aad frame_aad(sqlite3_int64 frame_at, const unsigned char *header)
{
	return aad_make(SEALED_LOG, frame_at, header, FRAME_BOUND_BYTES);
}

/* The first bytes (a header, or all) of the frame that begins there, its header in clear. */
static int frame_read(struct sealed_file *file, sqlite3_int64 frame_at, int bytes)
{
	int rc = head_learn(file->database, false);
	if (rc == SQLITE_OK)
		rc = file->base->pMethods->xRead(file->base, file->sealed, bytes, frame_at);
	if (rc != SQLITE_OK)
		return rc;
	return block_show(&file->database->sealer, file->sealed + 8) ? SQLITE_IOERR_READ : rc;
}

/* As recovery asks for it. What does not open gets salts that are not those of this log. */
static int frame_read_whole(struct sealed_file *file, unsigned char *frame, sqlite3_int64 frame_at)
{
	int rc = frame_read(file, frame_at, FRAME_BYTES);
	if (rc != SQLITE_OK) {
		memset(frame, 0, FRAME_BYTES);
		return rc;
	}
	struct aad aad = frame_aad(frame_at, file->sealed);
	memcpy(frame, file->sealed, FRAME_HEADER_BYTES);
	rc = page_unseal(file, &aad, file->sealed + FRAME_HEADER_BYTES, 0,
			 frame + FRAME_HEADER_BYTES);
	if (rc != SQLITE_IOERR_DATA)
		return rc;
	for (size_t i = 8; i < 16; i++)
		frame[i] ^= 0xff;
	return SQLITE_OK;
}

static int frame_read_page(struct sealed_file *file, unsigned char *page, sqlite3_int64 frame_at)
{
	int rc = frame_read(file, frame_at, FRAME_BYTES);
	if (rc != SQLITE_OK) {
		memset(page, 0, PAGE_BYTES);
		return rc;
	}
	struct aad aad = frame_aad(frame_at, file->sealed);
	return page_unseal(file, &aad, file->sealed + FRAME_HEADER_BYTES, 0, page);
}

int sealed_log_read(sqlite3_file *from, void *bytes, int amount, sqlite3_int64 offset)
{
	struct sealed_file *file = sealed_of(from);
	sqlite3_int64 within = (offset - LOG_HEADER_BYTES) % FRAME_BYTES;
	sqlite3_int64 frame_at = offset - within;
	if (offset + amount <= LOG_HEADER_BYTES)
		return file->base->pMethods->xRead(file->base, bytes, amount, offset);
	if (offset < LOG_HEADER_BYTES)
		return SQLITE_IOERR_READ;
	if (within == 0 && amount == FRAME_BYTES)
		return frame_read_whole(file, bytes, frame_at);
	if (within == FRAME_HEADER_BYTES && amount == PAGE_BYTES)
		return frame_read_page(file, bytes, frame_at);
	if (within + amount > FRAME_HEADER_BYTES)
		return SQLITE_IOERR_READ;
	int rc = frame_read(file, frame_at, FRAME_HEADER_BYTES);
	memcpy(bytes, file->sealed + within, (size_t)amount);
	return rc;
}

static int frame_write_header(struct sealed_file *file, const void *header, sqlite3_int64 frame_at)
{
	int rc = head_learn(file->database, false);
	if (rc != SQLITE_OK)
		return rc;
	memcpy(file->sealed, header, FRAME_HEADER_BYTES);
	if (block_hide(&file->database->sealer, file->sealed + 8))
		return SQLITE_IOERR_WRITE;
	return file->base->pMethods->xWrite(file->base, file->sealed, FRAME_HEADER_BYTES, frame_at);
}

/*
 * SQLite writes a frame's header before its page; or the page alone, when a transaction writes it
 * a second time. What the header says there is what the page is bound to.
 */
static int frame_write_page(struct sealed_file *file, const void *page, sqlite3_int64 frame_at)
{
	int rc = frame_read(file, frame_at, FRAME_HEADER_BYTES);
	if (rc != SQLITE_OK)
		return SQLITE_IOERR_WRITE;
	struct aad aad = frame_aad(frame_at, file->sealed);
	rc = page_enseal(file, &aad, page, 0, file->sealed);
	if (rc != SQLITE_OK)
		return rc;
	return file->base->pMethods->xWrite(file->base, file->sealed, PAGE_BYTES,
					    frame_at + FRAME_HEADER_BYTES);
}

int sealed_log_write(sqlite3_file *to, const void *bytes, int amount, sqlite3_int64 offset)
{
	struct sealed_file *file = sealed_of(to);
	sqlite3_int64 within = (offset - LOG_HEADER_BYTES) % FRAME_BYTES;
	if (offset == 0 && amount == LOG_HEADER_BYTES)
		return file->base->pMethods->xWrite(file->base, bytes, amount, offset);
	if (offset >= LOG_HEADER_BYTES && within == 0 && amount == FRAME_HEADER_BYTES)
		return frame_write_header(file, bytes, offset);
	if (offset >= LOG_HEADER_BYTES && within == FRAME_HEADER_BYTES && amount == PAGE_BYTES)
		return frame_write_page(file, bytes, offset - FRAME_HEADER_BYTES);
	return SQLITE_IOERR_WRITE;
}

/* --- the journal: a page is what is as large as one; its number stands before it --- */

static int journal_aad(struct sealed_file *file, sqlite3_int64 offset, struct aad *ret_aad)
{
	unsigned char number[4];
	int rc = head_learn(file->database, false);
	if (rc == SQLITE_OK)
		rc = file->base->pMethods->xRead(file->base, number, sizeof number, offset - 4);
	if (rc == SQLITE_OK)
		*ret_aad = aad_make(SEALED_JOURNAL, offset, number, sizeof number);
	return rc;
}

int sealed_journal_read(sqlite3_file *from, void *bytes, int amount, sqlite3_int64 offset)
{
	struct sealed_file *file = sealed_of(from);
	struct aad aad;
	if (amount != PAGE_BYTES)
		return file->base->pMethods->xRead(file->base, bytes, amount, offset);
	int rc = journal_aad(file, offset, &aad);
	if (rc == SQLITE_OK)
		rc = file->base->pMethods->xRead(file->base, file->sealed, PAGE_BYTES, offset);
	if (rc != SQLITE_OK) {
		memset(bytes, 0, PAGE_BYTES);
		return rc;
	}
	return page_unseal(file, &aad, file->sealed, 0, bytes);
}

int sealed_journal_write(sqlite3_file *to, const void *bytes, int amount, sqlite3_int64 offset)
{
	struct sealed_file *file = sealed_of(to);
	struct aad aad;
	if (amount != PAGE_BYTES)
		return file->base->pMethods->xWrite(file->base, bytes, amount, offset);
	int rc = journal_aad(file, offset, &aad);
	if (rc == SQLITE_OK)
		rc = page_enseal(file, &aad, bytes, 0, file->sealed);
	if (rc != SQLITE_OK)
		return rc;
	return file->base->pMethods->xWrite(file->base, file->sealed, amount, offset);
}
