/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service as a courier speaks with it, one account at a time: libshikaku (line_shk.c), or a
 * script in tests. Every function but cancel, clock and about blocks, and answers a code of
 * shikaku.h.
 */
#pragma once

#include "include/shikaku/shikaku.h"
#include "workstation/desk/source.h"

enum {
	LINE_TEXT_BYTES = 512,
	LINE_NAME_BYTES = 256,
	LINE_FIELDS_MAX = 4,
	LINE_DEVICES_MAX = 32,
	LINE_ACCESSES_MAX = 300, /* the newest of a period */
	LINE_WORD_BYTES = 65,
};

/* What went wrong, in the words of its row. Texts end with a NUL; "" where there is none. */
struct line_trouble {
	int32_t code; /* SHK_OK: nothing */
	char problem[64], request_id[40];
	char title[LINE_TEXT_BYTES], action[LINE_TEXT_BYTES], vendor[LINE_TEXT_BYTES];
	int32_t retry_after_s;
	struct {
		char name[64], text[LINE_TEXT_BYTES];
	} fields[LINE_FIELDS_MAX];
	int32_t fields_count;
};

/* What the service has said about the session. */
struct line_about {
	int32_t state;	  /* SHK_SESSION_… */
	int32_t passcode; /* SHK_PASSCODE_… */
	char facility_name[LINE_NAME_BYTES];
	char notice[LINE_TEXT_BYTES];
	bool is_device; /* this PC is registered, and the session is its */
};

/* Which results to count or to receive; from and to "": all that is new, or all there is. */
struct line_search {
	char from[15], to[15]; /* yyyyMMdd or yyyyMMddHHmmss and a NUL */
	int32_t reference;     /* SHK_REFERENCE_… */
};

struct line_count {
	int64_t count, without_reference;
};

/* The account's registered PCs, as they came; those beyond LINE_DEVICES_MAX are left out. */
struct line_device {
	char id[33], name[LINE_NAME_BYTES], platform[LINE_WORD_BYTES], registered_at[15];
	bool is_current; /* this PC */
};

struct line_devices {
	struct line_device items[LINE_DEVICES_MAX];
	size_t count;
};

/* One line of the facility's access history; "" where nothing is told. */
struct line_access {
	char at[15], call[LINE_WORD_BYTES], outcome[LINE_WORD_BYTES], login_id[LINE_WORD_BYTES];
	char device_name[LINE_NAME_BYTES], staff[LINE_WORD_BYTES];
	char by[LINE_NAME_BYTES], reason[LINE_TEXT_BYTES]; /* of the operator's people */
	int64_t calls, results;
};

struct line_accesses {
	struct line_access items[LINE_ACCESSES_MAX]; /* the n-th at n % LINE_ACCESSES_MAX */
	int64_t total;				     /* so many there were; the newest are here */
};

struct line {
	int32_t (*login)(void *ctx, const char *facility, const char *login_id,
			 const char *password);
	int32_t (*passcode)(void *ctx, const char *passcode);
	int32_t (*refresh)(void *ctx);
	int32_t (*password_change)(void *ctx, const char *present, const char *next);
	int32_t (*logout)(void *ctx);
	/* name, activation_code: "" for none. */
	int32_t (*device_register)(void *ctx, const char *name, const char *activation_code);
	/* into is the caller's, zeroed. */
	int32_t (*devices)(void *ctx, struct line_devices *into);
	int32_t (*device_close)(void *ctx, const char *id);
	/* from, to: yyyyMMdd; into is the caller's, zeroed. */
	int32_t (*accesses)(void *ctx, const char *from, const char *to,
			    struct line_accesses *into);
	int32_t (*count)(void *ctx, const struct line_search *search, struct line_count *ret_count);
	/* Has anything come since the last answer? The first answer is yes, at once. */
	int32_t (*wait)(void *ctx, int32_t seconds, int32_t *ret_changed);
	/* The service's public keys, for the proofs; until the next call. */
	int32_t (*keys)(void *ctx, const char **ret_jwks);
	/* The source's next downloads are of this search. Any period of sync_run's must be its. */
	void (*search)(void *ctx, const struct line_search *search);
	/*
	 * By how much the service's clock is ahead of this PC's, by its last answer. False: there
	 * was none.
	 */
	bool (*clock)(void *ctx, int64_t *ret_ahead_ms);
	/* Of the last call. */
	void (*trouble)(void *ctx, struct line_trouble *ret_trouble);
	void (*about)(void *ctx, struct line_about *ret_about);
	/* From any thread: the running call answers SHK_ERR_CANCELLED. */
	void (*cancel)(void *ctx);
	struct source source; /* results in, numbers out; on the same session */
	void *ctx;
};
