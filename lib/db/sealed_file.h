/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the two halves of the sealed way to the disk: sealed.c, what is sealed and how, and
 * sealed_vfs.c, which hands everything else to the system's own VFS.
 */
#pragma once

#include <sqlite3.h>

#include "lib/crypto/crypto.h"
#include "lib/db/sealed.h"

enum {
	SEALED_HEAD_BYTES = 16,
	SEALED_FRAME_HEADER_BYTES = 24,
	SEALED_FRAME_BYTES = SEALED_FRAME_HEADER_BYTES + SEALED_PAGE_BYTES,
};

struct sealed_vfs {
	sqlite3_vfs vfs;
	sqlite3_vfs *base;
	struct secret key;
	bool refused;
	char name[32];
};

enum sealed_kind {
	SEALED_DATABASE = 'D',
	SEALED_LOG = 'L',
	SEALED_JOURNAL = 'J',
};

struct sealed_file {
	sqlite3_file file;
	sqlite3_file *base; /* behind this struct, in the memory that SQLite gave */
	struct sealed_vfs *vfs;
	struct sealed_file *database; /* whose keys it uses: itself, or whose log it is */
	enum sealed_kind kind;
	bool known; /* the head has been read or made, and the sealer stands */
	unsigned char head[SEALED_HEAD_BYTES];
	struct page_sealer sealer;
	unsigned char sealed[SEALED_FRAME_BYTES]; /* what comes from the disk or goes there */
};

static inline struct sealed_file *sealed_of(sqlite3_file *file)
{
	return (struct sealed_file *)file;
}

/* The xRead and xWrite of each kind of file; sqlite3_io_methods says what they are. */
int sealed_database_read(sqlite3_file *from, void *bytes, int amount, sqlite3_int64 offset);
int sealed_database_write(sqlite3_file *to, const void *bytes, int amount, sqlite3_int64 offset);
int sealed_log_read(sqlite3_file *from, void *bytes, int amount, sqlite3_int64 offset);
int sealed_log_write(sqlite3_file *to, const void *bytes, int amount, sqlite3_int64 offset);
int sealed_journal_read(sqlite3_file *from, void *bytes, int amount, sqlite3_int64 offset);
int sealed_journal_write(sqlite3_file *to, const void *bytes, int amount, sqlite3_int64 offset);
