/* SPDX-License-Identifier: Apache-2.0 */
/* One setting: what the table made from api/settings.yaml says of it, and its value's check. */
#pragma once

#include "server/config.h"

enum setting_type {
	SETTING_TEXT,
	SETTING_PATH,	 /* absolute, of characters that need no quoting anywhere */
	SETTING_FOLDER,	 /* the same, and a folder */
	SETTING_ADDRESS, /* host:port, [v6]:port */
	SETTING_ORIGIN,	 /* https://host[:port] */
	SETTING_URL,	 /* http:// or https:// */
	SETTING_MAIL,	 /* one mail address */
	SETTING_MAILS,	 /* one to SETTING_MAILS_MAX of them, with commas between */
	SETTING_CHOICE,
	SETTING_NUMBER,
};

enum { SETTING_MAILS_MAX = 8 };

/* A list of these ends at word == NULL. */
struct choice {
	const char *word;
	int value;
};

struct setting {
	const char *section;
	const char *key;
	enum setting_type type;
	size_t offset; /* of the member in struct config */
	size_t bytes;  /* its size, to prove that type and member fit */
	const char *preset;
	int64_t min, max;
	const struct choice *choices;
	const char *ja, *en;
};

enum setting_outcome {
	SETTING_NOT_ALLOWED = 1,
};

/*
 * Check text as the value of setting and put it into config; texts are copied into the arena.
 * Outcome: SETTING_NOT_ALLOWED. Fault: -ENOMEM.
 */
MUST_CHECK int setting_set(const struct setting *setting, struct str text, struct arena *arena,
			   struct config *config);

/* What is allowed, as a sentence, into text (NUL-terminated, cut to bytes). Returns text. */
const char *setting_allowed_ja(const struct setting *setting, char *text, size_t bytes);
const char *setting_allowed_en(const struct setting *setting, char *text, size_t bytes);

/* Host and port of "host:port" or "[v6]:port", the host without brackets; false: neither. */
bool setting_address_split(struct str text, struct str *ret_host, int64_t *ret_port);

/* Host and port of an origin; port 443 when it names none. */
bool setting_origin_split(struct str text, struct str *ret_host, int64_t *ret_port);

/* The next of SETTING_MAILS's addresses, taken off *rest as by str_split. */
bool setting_mails_next(struct str *rest, struct str *ret_address);

/* A path that may stand in quotes in a file of nginx or of the shell. */
bool setting_is_path(struct str text);
