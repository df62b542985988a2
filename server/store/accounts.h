/* SPDX-License-Identifier: Apache-2.0 */
/* Facilities, their accounts, and what an account proves itself with: codes, TOTP, devices. */
#pragma once

#include "server/store/store.h"

/* --- facility --- */
struct store_facility {
	int64_t no; /* 1..2^20 - 1 */
	struct str code;
	struct str kind; /* "medical", "dental", "pharmacy", "acupuncture", … */
	struct str name;
	bool dpop;	 /* every call of its sessions has to be proven by the session's key */
	struct str mail; /* sealed address; absent: none is registered */
	int64_t mail_ms; /* since when it has another address than before; 0: it never changed */
	int64_t version; /* rises with every result and registration */
};

/* no is given by the store. Outcome: STORE_CONFLICT (the code is taken). */
MUST_CHECK int store_facility_add(struct db *db, struct str code, struct str kind, struct str name,
				  int64_t *ret_no);
/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_facility_mail_set(struct db *db, int64_t facility_no, struct str mail,
				       int64_t mail_ms);
/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_facility_find(struct db *db, struct arena *arena, struct str code,
				   struct store_facility *ret_facility);
/* The one with the next number. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_facility_next(struct db *db, struct arena *arena, int64_t after_no,
				   struct store_facility *ret_facility);
MUST_CHECK int store_facility_get(struct db *db, struct arena *arena, int64_t facility_no,
				  struct store_facility *ret_facility);

/* With its row in change; in a transaction. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_facility_dpop_set(struct db *db, int64_t facility_no, bool dpop,
				       int64_t now_ms);

/* --- account --- */
enum account_kind {
	ACCOUNT_READER = 1,   /* W…: the reader's API only */
	ACCOUNT_RECEIPT = 2,  /* WA…: the receipt link only */
	ACCOUNT_MAIL = 3,     /* M…: the receipt link for a few days, with codes by mail */
	ACCOUNT_OPERATOR = 5, /* the operator's own people: shikaku-admin only, no facility */
};

struct store_account {
	int64_t no;
	int64_t facility_no; /* 0: an operator's */
	struct str login_id; /* unique over the service */
	enum account_kind kind;
	int64_t epoch;	     /* rises when all its tokens must end */
	struct str password; /* PHC string */
	int64_t pepper_n;
	int64_t password_ms; /* since when */
	bool must_change;    /* somebody else has seen the password */
	bool active;
	int64_t valid_until_ms; /* ACCOUNT_MAIL, and what follows: over from then on */
	int64_t uses_left;	/* sessions it may still open */
	int64_t codes_left;	/* codes that may still be sent for it */
	int64_t opened_by;	/* an operator; 0: nobody is known */
};

enum {
	STORE_PASSWORDS_OLD_MAX = 10, /* kept beside the present one */
	STORE_ACCOUNTS_PAGE_MAX = 100,
};

/* no, epoch and active are set by the store. Outcome: STORE_CONFLICT (the login id is taken). */
MUST_CHECK int store_account_add(struct db *db, const struct store_account *account,
				 int64_t *ret_no);
/* By login id, before the facility is known. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_account_find(struct db *db, struct arena *arena, struct str login_id,
				  struct store_account *ret_account);
/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_account_get(struct db *db, struct arena *arena, int64_t facility_no,
				 int64_t account_no, struct store_account *ret_account);
/* The accounts of one kind of a facility with no > after, by no, at most STORE_ACCOUNTS_PAGE_MAX.
 */
MUST_CHECK int store_accounts_list(struct db *db, struct arena *arena, int64_t facility_no,
				   enum account_kind kind, int64_t after,
				   struct store_account **ret_accounts, size_t *ret_count);
/*
 * The account gets the password, pepper_n and must_change that stand in *account, and password_ms
 * now. Keeps the old hash in password_old and raises the epoch, with its row in change; in a
 * transaction. Outcome: STORE_NOT_FOUND.
 */
MUST_CHECK int store_account_password_set(struct db *db, const struct store_account *account,
					  int64_t now_ms);
/* The same password hashed anew: nothing ends. Outcome: STORE_STALE (it is not old_phc any more).
 */
MUST_CHECK int store_account_rehash(struct db *db, const struct store_account *account,
				    struct str old_phc);

struct store_password_old {
	struct str phc;
	int64_t pepper_n;
};
/* The passwords before the present one, the newest first. */
MUST_CHECK int store_passwords_old(struct db *db, struct arena *arena, int64_t facility_no,
				   int64_t account_no,
				   struct store_password_old ret_passwords[STORE_PASSWORDS_OLD_MAX],
				   size_t *ret_count);
/*
 * All the account's sessions and challenges end: its epoch rises, with its row in change; in a
 * transaction. Outcome: STORE_NOT_FOUND.
 */
MUST_CHECK int store_account_epoch_raise(struct db *db, int64_t facility_no, int64_t account_no,
					 int64_t now_ms);
/*
 * Open or close the account. Either way its epoch rises, with its row in change; in a transaction.
 * Outcome: STORE_NOT_FOUND.
 */
MUST_CHECK int store_account_active_set(struct db *db, int64_t facility_no, int64_t account_no,
					bool active, int64_t now_ms);

/* One session, or one code, of a temporary account that has some left and is not over yet. Outcome:
 * STORE_STALE. */
MUST_CHECK int store_account_use_spend(struct db *db, int64_t facility_no, int64_t account_no,
				       int64_t now_ms);
MUST_CHECK int store_account_code_spend(struct db *db, int64_t facility_no, int64_t account_no,
					int64_t now_ms);
/* valid_until_ms, uses_left and codes_left as in *account. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_account_temporary_set(struct db *db, const struct store_account *account);
/* A facility's temporary account that is open, or asked for. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_account_temporary_find(struct db *db, struct arena *arena, int64_t facility_no,
					    int64_t now_ms, struct store_account *ret_account);
/* One temporary account that is open although its time is over, or its last session. Outcome:
 * STORE_NOT_FOUND. */
MUST_CHECK int store_account_temporary_over(struct db *db, struct arena *arena, int64_t now_ms,
					    struct store_account *ret_account);

/* --- code: a one-time activation or enrolment code, kept as its HMAC --- */
enum store_code_kind {
	STORE_CODE_ACTIVATION = 1,
	STORE_CODE_ENROLMENT = 2,
};

struct store_code {
	enum store_code_kind kind;
	int64_t facility_no;
	int64_t account_no;
	int64_t until_ms;
	int64_t used_ms; /* 0: not yet */
};

/* hmac: STORE_DIGEST_BYTES. Outcome: STORE_CONFLICT. */
MUST_CHECK int store_code_add(struct db *db, struct str hmac, const struct store_code *code);
/* Any such code, used or late ones too. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_code_find(struct db *db, struct str hmac, enum store_code_kind kind,
			       struct store_code *ret_code);
/* Spend it. Outcomes: STORE_NOT_FOUND; STORE_STALE (used before, or until_ms <= now_ms). */
MUST_CHECK int store_code_use(struct db *db, struct str hmac, enum store_code_kind kind,
			      int64_t now_ms);

/* --- totp --- */
struct store_totp {
	int64_t n;	      /* 1…: the account's authenticators in their order */
	struct str seed;      /* sealed */
	int64_t last_step;    /* the last step spent; 0: none */
	int64_t confirmed_ms; /* 0: shown, not confirmed yet */
};

/* Outcome: STORE_CONFLICT ((account, n) is there). last_step and confirmed_ms start at 0. */
MUST_CHECK int store_totp_add(struct db *db, int64_t facility_no, int64_t account_no, int64_t n,
			      struct str seed);
/* The one with the greatest n that is, or is not, confirmed. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_totp_find(struct db *db, struct arena *arena, int64_t facility_no,
			       int64_t account_no, bool confirmed, struct store_totp *ret_totp);
/* Confirm n with the step spent on it; the account's other authenticators are deleted.
 * Outcome: STORE_STALE (no such row, or confirmed before). */
MUST_CHECK int store_totp_confirm(struct db *db, int64_t facility_no, int64_t account_no, int64_t n,
				  int64_t step, int64_t now_ms);
/* last_step = step where last_step < step and confirmed. Outcome: STORE_STALE. */
MUST_CHECK int store_totp_spend(struct db *db, int64_t facility_no, int64_t account_no, int64_t n,
				int64_t step);

/* --- device --- */
struct store_device {
	int64_t no;
	struct str id; /* STORE_ID_BYTES */
	int64_t facility_no;
	int64_t account_no;
	struct str thumbprint; /* RFC 7638, 43 characters; unique over the service */
	struct str platform;
	struct str name;
	int64_t registered_ms;
	bool active;
};

/* An account's devices, active ones first, then by no; at most STORE_DEVICES_MAX. */
enum { STORE_DEVICES_MAX = 100 };
MUST_CHECK int store_devices_list(struct db *db, struct arena *arena, int64_t facility_no,
				  int64_t account_no, struct store_device **ret_devices,
				  size_t *ret_count);
/* no and active are set by the store. Outcome: STORE_CONFLICT (this key is registered). */
MUST_CHECK int store_device_add(struct db *db, const struct store_device *device, int64_t *ret_no);
/* By its key, active or not. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_device_find(struct db *db, struct arena *arena, struct str thumbprint,
				 struct store_device *ret_device);
/* It is active no more, with its row in change; in a transaction. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_device_remove(struct db *db, int64_t facility_no, int64_t device_no,
				   int64_t now_ms);
/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_device_get(struct db *db, struct arena *arena, int64_t facility_no,
				int64_t device_no, struct store_device *ret_device);
/* An account's active device by its id (STORE_ID_BYTES). Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_device_of(struct db *db, struct arena *arena, int64_t facility_no,
			       int64_t account_no, struct str id, struct store_device *ret_device);

struct store_device_count {
	int64_t of_account;
	int64_t of_facility; /* of all its accounts of that kind */
};
/* Active ones only. */
MUST_CHECK int store_devices_count(struct db *db, int64_t facility_no, int64_t account_no,
				   enum account_kind kind, struct store_device_count *ret_count);
