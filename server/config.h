/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operator's settings: one file of "key = value" lines in [sections].
 *
 * api/settings.yaml is the source: it says type, unit, range, default and meaning of each setting;
 * the build makes the table that config_read obeys from it. Here stands what the rest of the server
 * sees: checked values, no option left open.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/log/log.h"

enum config_environment {
	CONFIG_ENVIRONMENT_TEST, /* test anchors, the simulated 特定機関認証; never real people */
	CONFIG_ENVIRONMENT_PRODUCTION,
};

enum config_mail_security {
	CONFIG_MAIL_STARTTLS,
	CONFIG_MAIL_TLS,
	CONFIG_MAIL_PLAIN, /* in a test environment only */
};

enum config_engine {
	CONFIG_ENGINE_SQLITE,
	CONFIG_ENGINE_POSTGRES,
};

enum config_scope {
	CONFIG_SCOPE_PERSON,
	CONFIG_SCOPE_INSURANCE,
};

enum config_bare {
	CONFIG_BARE_ALLOWED,
	CONFIG_BARE_REFUSED, /* receipt computers without a registered device may register one */
};

/*
 * Every struct str here is NUL-terminated (its ptr is a C string), without control characters, and
 * lives as long as the arena given to config_read. A text that may be empty is empty, not absent.
 */
struct config {
	struct {
		struct str listen;	    /* "127.0.0.1:8443", "[::1]:8443" */
		struct str origin;	    /* "https://host[:port]", no path, no final '/' */
		struct str certificate;	    /* PEM file: leaf first, then the chain */
		struct str certificate_key; /* PEM file, readable by its owner only */
		struct str state_dir;	 /* run files and small state; the service may write it */
		struct str module;	 /* shikakud_module.so; empty: beside the program */
		struct str status_file;	 /* the operator's notice; empty: none */
		struct str wire_profile; /* file; empty: as in api/openapi.yaml */
		int environment;	 /* enum config_environment */
	} service;
	struct {
		int engine;	   /* enum config_engine */
		struct str target; /* SQLite: the file; PostgreSQL: a conninfo without password */
		int64_t commit_ms;
	} store;
	struct {
		struct str dir; /* keys, 0700 */
	} keys;
	struct {
		struct str dir; /* holds test/auth and production/auth, each with *.pem */
	} anchors;
	struct {
		struct str ocsp_url; /* empty: the one in the certificate */
		int64_t timeout_ms;
		int64_t ttl_ms;
	} revocation;
	struct {
		struct str server;  /* host:port; empty: mail waits in the outbox */
		int security;	    /* enum config_mail_security */
		struct str ca_file; /* PEM; empty: the system's */
		struct str user;    /* empty: without authentication */
		struct str password_file;
		struct str sender;
		struct str operators; /* SETTING_MAILS */
		int64_t timeout_ms;   /* for a whole mail */
		int64_t tries_max;
	} mail;
	struct {
		int scope; /* enum config_scope */
	} reference;
	struct {
		struct str list; /* file of refused ones; empty: none */
	} passwords;
	struct {
		int64_t failures_per_minute; /* of logins, in one process */
		int64_t account_failures;    /* in a row */
		int64_t results_per_hour;    /* downloaded by one facility */
		int64_t visual_in_a_row;     /* 目視, of one facility's newest confirmations */
		int64_t ocsp_per_minute;     /* questions without an answer */
		int64_t window_ms;	     /* the same is not told again before */
	} alarms;
	struct {
		int64_t body_bytes_max;
		int64_t body_timeout_ms;    /* for a whole body, however it drips */
		int64_t reply_timeout_ms;   /* for a whole reply: waiting and sending, each */
		int64_t results_page_max;   /* rows of one download page */
		int64_t waits_max;	    /* calls that stand and wait; beyond: 503 */
		int64_t waits_facility_max; /* beyond: 429 */
		int64_t waits_account_max;  /* beyond: 429 */
		int64_t wait_max_s;	    /* asked for more: so long */
		int64_t hash_threads;	    /* Argon2id; 0: processors - 1, at least 1 */
		int64_t hash_queue;	    /* waiting jobs; beyond: 503 */
		int64_t read_threads;
		int64_t read_queue;
		int64_t net_threads; /* revocation and mail */
		int64_t net_queue;
		int64_t writer_queue;
		int64_t connections_max;
		int64_t connections_per_address_max;
		int64_t head_timeout_ms; /* for TLS and a whole request head */
		/* Calls at once, and in the long run (server/api/rate.h); burst 0: no limit. */
		int64_t account_burst, account_per_minute;
		int64_t facility_burst, facility_per_minute;
		int64_t address_burst, address_per_minute;
		int64_t login_burst, login_per_minute;
		int64_t devices_per_account;
		int64_t devices_per_facility;
	} limits;
	struct {
		int allow_bare;	   /* enum config_bare */
		struct str refuse; /* "vendor product version;…" */
		struct str warn;
		struct str notice;
	} clients;
	struct {
		int level; /* enum log_level */
	} log;
};

enum config_outcome {
	CONFIG_REFUSED = 1, /* the report says where, what and what is allowed */
};

/*
 * Read and check a settings file. Each thing wrong in it becomes two lines in report (which may be
 * NULL): file, line, key and what is allowed, in Japanese, then in English. *ret_config is written
 * only on success. Outcome: CONFIG_REFUSED, also when the file cannot be read. Fault: -ENOMEM.
 */
MUST_CHECK int config_read(const char *path, struct arena *arena, FILE *report,
			   struct config *ret_config);

/*
 * Look at what the settings point to: the files are there, the key is its owner's only, the folders
 * are folders. Outcome: CONFIG_REFUSED, reported as by config_read.
 */
MUST_CHECK int config_check(const char *path, const struct config *config, FILE *report);
