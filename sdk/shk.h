/* SPDX-License-Identifier: Apache-2.0 */
/* What is behind the opaque handles of shikaku.h; nobody outside includes it. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "include/shikaku/shikaku.h"
#include "lib/client/client.h"
#include "lib/client/transport_curl.h"

enum {
	SHK_FAULT_BYTES = 256,
	SHK_CURSOR_BYTES = WIRE_CURSOR_MAX + 1,
	SHK_RESULT_BYTES_MAX = 16 * 1024 * 1024,
	SHK_CLASS_BYTES = 4,
	SHK_ID_BYTES = 33,
	SHK_PLACE_BYTES = 1025,
	SHK_SECONDS_MAX = 3600,
};

struct shk_client {
	uint32_t magic; /* CLIENT_MAGIC while it lives */
	atomic_int in_use;
	bool is_ended;	  /* destroyed, but results are still open */
	unsigned results; /* open ones, and open lists of 照会番号 */
	struct client *client;
	struct transport_curl *curl;
	char *ca_file, *proxy;
	struct transport_curl_options options; /* its texts are ca_file and proxy */
	void *user_data;
	char *device_folder; /* NULL: the usual one */
	bool device_is_off;
	struct signing_key *key; /* of this PC for the session's login id; NULL: none */
	char *jwks;		 /* the last ones fetched; NULL: none */
	char *status_text;	 /* the last one fetched; NULL: none */
	const char *status_state;
	/* The last error. */
	int32_t code;
	bool is_told;		     /* client_trouble tells about it */
	char fault[SHK_FAULT_BYTES]; /* where in our source, for SHK_ERR_INTERNAL */
};

/* A result as C strings, in an arena of its own. */
struct shk_result {
	struct arena arena;
	const char *id, *confirmed_at, *method, *staff, *reference_number, *proof;
	int64_t reference_version;
	struct str raw, entry;
	const struct json *root; /* of the page's document */
};

/* A search, and the words in it. */
struct shk_search {
	uint32_t magic;
	struct wire_search wire; /* its card class is ours */
	char card_class[SHK_CLASS_BYTES];
	struct client_counted counted;
};

/* Behind one result of a page: its id and second; "" and 0: at the page's beginning. */
struct place {
	char id[SHK_ID_BYTES];
	int64_t confirmed_ms;
};

struct shk_results {
	uint32_t magic;
	struct shk_client *client;
	struct wire_search search;
	char card_class[SHK_CLASS_BYTES];   /* the search's */
	char cursor[SHK_CURSOR_BYTES];	    /* that the page was asked with; "": none */
	char next_cursor[SHK_CURSOR_BYTES]; /* of what is behind the page; "": the service said none
					     */
	bool is_last;			    /* no page behind this one */
	bool is_new;			    /* shk_download_new: no total */
	struct place place;		    /* the last result given of this page */
	struct place resume;		    /* what a cursor said was given already */
	char told[SHK_PLACE_BYTES];	    /* by shk_results_cursor */
	struct client_answer answer;
	struct wire_page page;
	size_t next; /* in page */
	int64_t done, total;
	shk_progress progress;
	void *progress_ctx;
	struct shk_result result;
};

struct shk_references {
	uint32_t magic;
	struct shk_client *client;
	struct arena arena; /* the texts of the items */
	struct wire_reference_item items[SHK_REFERENCES_MAX];
	struct client_references batch;
	struct client_answer answer;
	struct wire_reference_outcome *outcomes; /* NULL: no answer yet; in answer */
};

struct shk_access {
	struct arena arena; /* of the texts */
	const char *at, *call, *outcome;
	const char *login_id, *device_id, *device_name, *staff, *operator_id, *reason;
	int64_t calls, results;
};

struct shk_accesses {
	uint32_t magic;
	shk_client *client;
	struct wire_search search;
	char cursor[SHK_CURSOR_BYTES];	    /* of the page that is here */
	char next_cursor[SHK_CURSOR_BYTES]; /* behind it */
	bool is_last;
	struct client_answer answer; /* the page lives in it */
	struct wire_accesses page;
	size_t next;
	struct shk_access access;
};

struct shk_device {
	const char *id, *name, *platform, *registered_at;
	bool is_current;
};

struct shk_devices {
	uint32_t magic;
	struct client_answer answer; /* what follows lives in its arena */
	struct shk_device *items;
	size_t count;
};

/*
 * The key of this PC for that login id at the client's service, made where there is none; without
 * one, when there is none and make is false, when it cannot be kept in the usual folder, or when
 * the vendor wants none, the client goes bare. 0, a fault or a problem.
 */
MUST_CHECK int device_open(shk_client *client, const char *login_id, bool make);

/* Register this PC unless it is; what becomes of it changes nothing else. */
void device_register_quietly(shk_client *client);

/*
 * Begin a call: SHK_OK, then call_leave must follow; SHK_ERR_ARGUMENT for what is no client;
 * SHK_ERR_IN_USE. The last error is forgotten.
 */
int32_t call_enter(shk_client *client);

/* End a call with what the client room answered (0, fault, problem); answers the code. */
int32_t call_leave(shk_client *client, int r);

/* End a call with a code of ours. */
int32_t call_refuse(shk_client *client, int32_t code);

/* The code of a problem. */
int32_t code_of_problem(enum wire_problem problem);

/* Of the forms that a registration takes? */
bool reference_is_good(const char *result_id, const char *number, const char *expected);

/* Is this a client that was not destroyed? */
bool client_lives(const shk_client *client);

/* One open result less; frees a client that waited for it. */
void client_release(shk_client *client);

/* Is this a search that was not destroyed? */
bool search_lives(const shk_search *search);

/* A period and a SHK_REFERENCE_…, as the wire has them. False: not of this form. */
bool search_read(const char *from, const char *to, int32_t reference,
		 struct wire_search *ret_search);

/* yyyyMMdd or yyyyMMddHHmmss; a day as the end of a period is its last second. */
bool time_read(const char *text, bool is_end, int64_t *ret_ms);
