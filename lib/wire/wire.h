/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API contract in C: one struct per message, and for each call its decode and encode, both
 * directions side by side in one file. api/openapi.yaml is the source; what it limits stands in the
 * generated api/wire_limits.h, the calls in api/routes.def, the problems in api/problems.def.
 *
 * Service:  wire_x_request_decode, then wire_x_reply_encode or wire_problem_encode.
 * Client:   wire_x_request_encode, then wire_x_reply_decode or wire_problem_decode.
 *
 * Decoding answers 0, a fault, or the problem (enum wire_problem) that the peer's text deserves:
 *   requests: PROBLEM_REQUEST_NOT_JSON, PROBLEM_REQUEST_MALFORMED (JSON, but no object, duplicate
 *             members, too deep), PROBLEM_BODY_TOO_LARGE, PROBLEM_FIELD_INVALID (the complaints are
 *             in the input). Members that the contract does not know are refused.
 *   replies:  PROBLEM_REPLY_MALFORMED. Unknown members are skipped: the service may grow.
 * Every struct str of a decoded message is borrowed from the input until wire_input_clear (which
 * wipes it); passwords, passcodes and tokens among them are to be copied into a struct secret.
 *
 * Encoding writes into the arena; its only fault is -ENOMEM. What it is given should fit the
 * contract already; what does not comes back as PROBLEM_FIELD_INVALID.
 *
 * Times are milliseconds since 1970 UTC here and yyyyMMddHHmmss JST on the wire.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "api/wire_limits.h"
#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/json/json.h"
#include "lib/wire/problem.h"

/* What was read, and what is wrong with it. */
struct wire_input {
	struct json_document document;
	struct wire_complaints complaints;
};

/* For AUTO(wire_input_clear); accepts a zeroed input. */
void wire_input_clear(struct wire_input *input);

/* Which program speaks: login, activation and reader login carry it. */
struct wire_client {
	struct str vendor;
	struct str product;
	struct str version;
};

enum wire_account {
	WIRE_ACCOUNT_W = 1,    /* the reader's API only */
	WIRE_ACCOUNT_WA = 2,   /* the receipt link only */
	WIRE_ACCOUNT_MAIL = 4, /* the same for a few days, with codes by mail */
};

/* "W", "WA", "mail". */
struct str wire_account_name(enum wire_account account);

enum wire_method {
	WIRE_METHOD_PIN = 1,
	WIRE_METHOD_VISUAL, /* 目視: without PIN after a face check */
};

/* "pin", "visual". */
struct str wire_method_name(enum wire_method method);

/* 32 lower-case hex digits? An id of another form is answered like one that does not exist. */
bool wire_id_valid(struct str id);

/* Of the form that Idempotency-Key must have? */
bool wire_idempotency_key_valid(struct str key);

/* --- health.c: GET /v1/health --- */
struct wire_health {
	struct str version;
};
MUST_CHECK int wire_health_reply_encode(struct arena *arena, struct str version,
					struct str *ret_body);
MUST_CHECK int wire_health_reply_decode(struct str body, struct wire_input *input,
					struct wire_health *ret_health);

/* --- status.c: GET /v1/ready, GET /v1/status --- */
enum wire_service_state {
	WIRE_SERVICE_NORMAL,
	WIRE_SERVICE_PLANNED,
	WIRE_SERVICE_MAINTENANCE,
	WIRE_SERVICE_TROUBLE,
};
struct wire_status {
	enum wire_service_state state;
	struct str text;	   /* the state's sentence; read only, the encoder knows it */
	int64_t from_ms, until_ms; /* 0: not said */
	struct str message;	   /* absent: none */
};
/* "planned", as it stands on the wire; a C string too. */
struct str wire_service_state_name(enum wire_service_state state);
MUST_CHECK int wire_ready_reply_encode(struct arena *arena, struct str *ret_body);
MUST_CHECK int wire_status_reply_encode(struct arena *arena, const struct wire_status *status,
					struct str *ret_body);
MUST_CHECK int wire_status_reply_decode(struct str body, struct wire_input *input,
					struct wire_status *ret_status);

/* --- login.c: POST /v1/login; POST /v1/reader/login, which replies tokens --- */
struct wire_login {
	struct str facility_code; /* as typed; the service normalises; absent: the reader's login */
	struct str login_id;
	struct str password;
	struct wire_client client;
};
enum wire_passcode {
	WIRE_PASSCODE_AUTHENTICATOR = 1, /* 6 digits */
	WIRE_PASSCODE_BY_MAIL,		 /* 8 digits, sent to the facility's address */
};
struct wire_challenge {
	struct str challenge;
	int64_t expires_in_s;
	enum wire_passcode passcode; /* what is asked for next; services may not say: the former */
};
MUST_CHECK int wire_login_request_encode(struct arena *arena, const struct wire_login *login,
					 struct str *ret_body);
MUST_CHECK int wire_login_request_decode(struct str body, struct wire_input *input,
					 struct wire_login *ret_login);
MUST_CHECK int wire_reader_login_request_decode(struct str body, struct wire_input *input,
						struct wire_login *ret_login);
MUST_CHECK int wire_login_reply_encode(struct arena *arena, const struct wire_challenge *challenge,
				       struct str *ret_body);
MUST_CHECK int wire_login_reply_decode(struct str body, struct wire_input *input,
				       struct wire_challenge *ret_challenge);

/* --- tokens.c: the reply of mfa, refresh, reader login and password change --- */
struct wire_tokens {
	struct str access_token;
	int64_t expires_in_s;
	struct str refresh_handle;
	int64_t session_expires_in_s;
	enum wire_account account;
	struct str facility_name;
	struct str device_id; /* whose session it is; absent: no registered device's */
	struct str notice; /* from the operator, about this version of the client; absent: none */
};
MUST_CHECK int wire_tokens_encode(struct arena *arena, const struct wire_tokens *tokens,
				  struct str *ret_body);
MUST_CHECK int wire_tokens_decode(struct str body, struct wire_input *input,
				  struct wire_tokens *ret_tokens);

/* --- mfa.c: POST /v1/mfa; replies tokens --- */
struct wire_mfa {
	struct str challenge;
	struct str passcode; /* 6 digits, or 8 from a mail */
};
MUST_CHECK int wire_mfa_request_encode(struct arena *arena, const struct wire_mfa *mfa,
				       struct str *ret_body);
MUST_CHECK int wire_mfa_request_decode(struct str body, struct wire_input *input,
				       struct wire_mfa *ret_mfa);

/* --- password.c: POST /v1/password (replies tokens) --- */
struct wire_password_change {
	struct str old_password;
	struct str new_password;
};
MUST_CHECK int wire_password_change_request_encode(struct arena *arena,
						   const struct wire_password_change *change,
						   struct str *ret_body);
MUST_CHECK int wire_password_change_request_decode(struct str body, struct wire_input *input,
						   struct wire_password_change *ret_change);

/* --- refresh.c: POST /v1/refresh (replies tokens), POST /v1/logout (an empty object, no reply) */
struct wire_refresh {
	struct str refresh_handle;
	struct str login_id;
	struct str password;
};
MUST_CHECK int wire_refresh_request_encode(struct arena *arena, const struct wire_refresh *refresh,
					   struct str *ret_body);
MUST_CHECK int wire_refresh_request_decode(struct str body, struct wire_input *input,
					   struct wire_refresh *ret_refresh);
MUST_CHECK int wire_logout_request_encode(struct arena *arena, struct str *ret_body);
MUST_CHECK int wire_logout_request_decode(struct str body, struct wire_input *input);

/* --- search.c: the query of count and download --- */
enum wire_reference_filter {
	WIRE_REFERENCE_ANY,
	WIRE_REFERENCE_WITH,
	WIRE_REFERENCE_WITHOUT,
};
struct wire_search {
	int64_t from_ms; /* results confirmed at from..to, both included, to the second */
	int64_t to_ms;	 /* ≥ from_ms */
	enum wire_reference_filter reference;
	int64_t limit;	       /* download: 1..WIRE_PAGE_LIMIT_MAX; 0: not given */
	struct str cursor;     /* download: absent on the first page */
	int64_t validity;      /* 資格有効性 1..WIRE_VALIDITY_MAX; 0: any */
	struct str card_class; /* 被保険者証区分: "01" … "07", "A1"; absent: any */
	int64_t wait_s;	       /* answer when there is something new, at most so long; 0: at once */
};
/* "from=…&to=…" without '?'; both for count (leaves out limit and cursor) and download. */
MUST_CHECK int wire_count_query_encode(struct arena *arena, const struct wire_search *search,
				       struct str *ret_query);
MUST_CHECK int wire_download_query_encode(struct arena *arena, const struct wire_search *search,
					  struct str *ret_query);
/*
 * query is as in the request line, absent when there is none; text lands in the arena. Problems:
 * PROBLEM_PERIOD_MALFORMED (from or to missing, no such time, from after to),
 * PROBLEM_QUERY_INVALID (anything else; the complaints name the parameters).
 */
MUST_CHECK int wire_count_query_decode(struct arena *arena, struct str query,
				       struct wire_complaints *complaints,
				       struct wire_search *ret_search);
MUST_CHECK int wire_download_query_decode(struct arena *arena, struct str query,
					  struct wire_complaints *complaints,
					  struct wire_search *ret_search);

/* The reader's history: from, to, limit and cursor; the reply is download's. */
MUST_CHECK int wire_history_query_encode(struct arena *arena, const struct wire_search *search,
					 struct str *ret_query);
MUST_CHECK int wire_history_query_decode(struct arena *arena, struct str query,
					 struct wire_complaints *complaints,
					 struct wire_search *ret_search);

/* --- count.c: GET /v1/results/count --- */
struct wire_count {
	int64_t count;
	int64_t without_reference;
	int64_t from_ms; /* the period that was counted, after clamping to 翌月末 */
	int64_t to_ms;
};
MUST_CHECK int wire_count_reply_encode(struct arena *arena, const struct wire_count *count,
				       struct str *ret_body);
MUST_CHECK int wire_count_reply_decode(struct str body, struct wire_input *input,
				       struct wire_count *ret_count);

/* --- download.c: GET /v1/results --- */
struct wire_result {
	struct str id;
	int64_t confirmed_ms;
	enum wire_method method;
	struct str staff;
	struct str reference_number; /* absent: none registered */
	int64_t reference_version;
	struct str proof;	 /* a detached JWS over result; lib/record/record.h */
	struct str result;	 /* the XmlMsg body, byte for byte */
	const struct json *tree; /* decoding only: the same, for record_read */
};
struct wire_page {
	struct wire_result *results; /* when decoded: in the arena */
	size_t results_count;
	struct str next_cursor; /* absent on the last page */
	struct str new_cursor;	/* on the last page: for what comes later */
};
/* One entry of the list, as one line (JSON Lines). */
MUST_CHECK int wire_result_encode(struct arena *arena, const struct wire_result *result,
				  struct str *ret_text);
/* One such line; result is borrowed from it, all else from the input. */
MUST_CHECK int wire_result_decode(struct str text, struct wire_input *input,
				  struct wire_result *ret_result);
MUST_CHECK int wire_download_reply_encode(struct arena *arena, const struct wire_page *page,
					  struct str *ret_body);
/* result is borrowed from body. */
MUST_CHECK int wire_download_reply_decode(struct arena *arena, struct str body,
					  struct wire_input *input, struct wire_page *ret_page);

/* --- jwks.c: GET /v1/jwks --- */
enum { WIRE_JWKS_MAX = 64 };
struct wire_jwk {
	struct str kid;	 /* RFC 7638 thumbprint */
	struct str x, y; /* base64url of 32 bytes each */
};
MUST_CHECK int wire_jwks_reply_encode(struct arena *arena, const struct wire_jwk *keys,
				      size_t keys_count, struct str *ret_body);
/* Keys of another kind than ES256 are left out; at most WIRE_JWKS_MAX are looked at. */
MUST_CHECK int wire_jwks_reply_decode(struct arena *arena, struct str body,
				      struct wire_input *input, struct wire_jwk **ret_keys,
				      size_t *ret_keys_count);

/* --- reference.c: PUT /v1/results/{id}/reference --- */
struct wire_reference {
	struct str number;   /* absent: clear it */
	struct str expected; /* absent: none is expected */
};
struct wire_reference_state {
	struct str number; /* absent: none */
	int64_t version;
};
MUST_CHECK int wire_reference_request_encode(struct arena *arena,
					     const struct wire_reference *reference,
					     struct str *ret_body);
MUST_CHECK int wire_reference_request_decode(struct str body, struct wire_input *input,
					     struct wire_reference *ret_reference);
MUST_CHECK int wire_reference_reply_encode(struct arena *arena,
					   const struct wire_reference_state *state,
					   struct str *ret_body);
MUST_CHECK int wire_reference_reply_decode(struct str body, struct wire_input *input,
					   struct wire_reference_state *ret_state);

/* --- references.c: PUT /v1/references --- */
struct wire_reference_item {
	struct str result_id;
	struct wire_reference reference;
};
struct wire_reference_outcome {
	enum wire_problem problem; /* PROBLEM_NONE: done; decoded, a code we do not know:
				      PROBLEM_SERVICE_REFUSED */
	int64_t version;	   /* done */
	struct str held;	   /* reference_conflict: what is held; absent: none */
	/* Decoding only, when refused: as the service spelt them. */
	struct str code;
	struct str title;
	struct str action;
};
/* count: 1..WIRE_REFERENCES_MAX; the outcomes stand in the order of the items. */
MUST_CHECK int wire_references_request_encode(struct arena *arena,
					      const struct wire_reference_item *items, size_t count,
					      struct str *ret_body);
MUST_CHECK int wire_references_request_decode(struct arena *arena, struct str body,
					      struct wire_input *input,
					      struct wire_reference_item **ret_items,
					      size_t *ret_count);
MUST_CHECK int wire_references_reply_encode(struct arena *arena,
					    const struct wire_reference_outcome *outcomes,
					    size_t count, struct str *ret_body);
/* A reply with another number of outcomes than count is PROBLEM_REPLY_MALFORMED. */
MUST_CHECK int wire_references_reply_decode(struct arena *arena, struct str body,
					    struct wire_input *input, size_t count,
					    struct wire_reference_outcome **ret_outcomes);

/* --- enrolment.c: POST /v1/enrolment, POST /v1/enrolment/confirm (no reply) --- */
struct wire_enrolment {
	struct str login_id;
	struct str facility_name;
	struct str secret; /* base32 */
	struct str otpauth_uri;
};
struct wire_enrolment_confirm {
	struct str code;
	struct str passcode_1; /* two consecutive steps */
	struct str passcode_2;
};
MUST_CHECK int wire_enrolment_request_encode(struct arena *arena, struct str code,
					     struct str *ret_body);
MUST_CHECK int wire_enrolment_request_decode(struct str body, struct wire_input *input,
					     struct str *ret_code);
MUST_CHECK int wire_enrolment_reply_encode(struct arena *arena,
					   const struct wire_enrolment *enrolment,
					   struct str *ret_body);
MUST_CHECK int wire_enrolment_reply_decode(struct str body, struct wire_input *input,
					   struct wire_enrolment *ret_enrolment);
MUST_CHECK int wire_enrolment_confirm_request_encode(struct arena *arena,
						     const struct wire_enrolment_confirm *confirm,
						     struct str *ret_body);
MUST_CHECK int wire_enrolment_confirm_request_decode(struct str body, struct wire_input *input,
						     struct wire_enrolment_confirm *ret_confirm);

/* --- activate.c: POST /v1/reader/activate --- */
enum wire_platform {
	WIRE_PLATFORM_WINDOWS = 1,
	WIRE_PLATFORM_LINUX,
	WIRE_PLATFORM_MACOS,
	WIRE_PLATFORM_IOS,
	WIRE_PLATFORM_ANDROID,
};
/* "windows" … */
struct str wire_platform_name(enum wire_platform platform);

struct wire_activation {
	struct str login_id;
	struct str password;
	struct str activation_code;
	struct str device_name;
	enum wire_platform platform;
	struct wire_client client;
};
struct wire_device {
	struct str device_id;
	struct str facility_code;
	struct str facility_name;
};
MUST_CHECK int wire_activate_request_encode(struct arena *arena,
					    const struct wire_activation *activation,
					    struct str *ret_body);
MUST_CHECK int wire_activate_request_decode(struct str body, struct wire_input *input,
					    struct wire_activation *ret_activation);
MUST_CHECK int wire_activate_reply_encode(struct arena *arena, const struct wire_device *device,
					  struct str *ret_body);
MUST_CHECK int wire_activate_reply_decode(struct str body, struct wire_input *input,
					  struct wire_device *ret_device);

/* --- device.c: POST /v1/devices, GET /v1/devices; DELETE /v1/devices/{id} has no bodies --- */
struct wire_device_claim {
	struct str name;
	enum wire_platform platform;
	struct str activation_code; /* absent: none */
};
struct wire_device_entry {
	struct str device_id;
	struct str name;
	enum wire_platform platform;
	int64_t registered_ms;
	bool is_current; /* the session's own */
};
MUST_CHECK int wire_device_register_request_encode(struct arena *arena,
						   const struct wire_device_claim *claim,
						   struct str *ret_body);
MUST_CHECK int wire_device_register_request_decode(struct str body, struct wire_input *input,
						   struct wire_device_claim *ret_claim);
MUST_CHECK int wire_device_register_reply_encode(struct arena *arena, struct str device_id,
						 struct str *ret_body);
MUST_CHECK int wire_device_register_reply_decode(struct str body, struct wire_input *input,
						 struct str *ret_device_id);
MUST_CHECK int wire_device_list_reply_encode(struct arena *arena,
					     const struct wire_device_entry *entries,
					     size_t entries_count, struct str *ret_body);
MUST_CHECK int wire_device_list_reply_decode(struct arena *arena, struct str body,
					     struct wire_input *input,
					     struct wire_device_entry **ret_entries,
					     size_t *ret_entries_count);

/* --- access.c: GET /v1/accesses; the query is history's --- */
struct wire_access {
	int64_t at_ms;
	struct str call;
	struct str outcome;
	int64_t calls;
	int64_t results;
	struct str login_id;  /* absent: no account, or one of the operator's */
	struct str device_id; /* absent: no registered device; so is device_name */
	struct str device_name;
	struct str staff;    /* absent: none was named */
	struct str operator; /* absent: not the operator; so is reason */
	struct str reason;
	struct str request_id;
};
struct wire_accesses {
	struct wire_access *items; /* when decoded: in the arena */
	size_t count;
	struct str next_cursor; /* absent on the last page */
};
MUST_CHECK int wire_accesses_reply_encode(struct arena *arena, const struct wire_accesses *accesses,
					  struct str *ret_body);
MUST_CHECK int wire_accesses_reply_decode(struct arena *arena, struct str body,
					  struct wire_input *input,
					  struct wire_accesses *ret_accesses);

/* --- nonce.c: POST /v1/reader/nonces --- */
enum wire_purpose {
	WIRE_PURPOSE_CHECK,
	WIRE_PURPOSE_REGISTRATION, /* 健康保険証利用の申込（初回登録） */
};
struct wire_nonce_request {
	enum wire_method method;
	struct str staff;
	enum wire_purpose purpose;
};
struct wire_nonce {
	struct str nonce;
	struct str origin;
	int64_t expires_in_s;
};
MUST_CHECK int wire_nonce_request_encode(struct arena *arena,
					 const struct wire_nonce_request *request,
					 struct str *ret_body);
MUST_CHECK int wire_nonce_request_decode(struct str body, struct wire_input *input,
					 struct wire_nonce_request *ret_request);
MUST_CHECK int wire_nonce_reply_encode(struct arena *arena, const struct wire_nonce *nonce,
				       struct str *ret_body);
MUST_CHECK int wire_nonce_reply_decode(struct str body, struct wire_input *input,
				       struct wire_nonce *ret_nonce);

/* --- check.c: POST /v1/reader/checks, POST /v1/reader/registrations --- */
struct wire_check {
	enum wire_purpose purpose; /* a registration says that the patient has consented */
	struct str nonce;
	enum wire_method method;
	struct str staff;
	struct str certificate;		   /* base64 of the DER, not decoded here */
	struct str signature;		   /* base64 */
	struct str organisation_profile;   /* "simulated"; absent: no proof */
	struct str organisation_signature; /* base64; absent together with the profile */
};
struct wire_confirmation {
	struct str id;
	int64_t confirmed_ms;
	struct str reference_number; /* absent: none registered */
	struct str proof;	     /* as wire_result's */
	struct str result;	     /* the XmlMsg body; decoded: borrowed from body */
	const struct json *tree;     /* decoding only */
};
MUST_CHECK int wire_check_request_encode(struct arena *arena, const struct wire_check *check,
					 struct str *ret_body);
MUST_CHECK int wire_check_request_decode(struct str body, enum wire_purpose purpose,
					 struct wire_input *input, struct wire_check *ret_check);
MUST_CHECK int wire_check_reply_encode(struct arena *arena,
				       const struct wire_confirmation *confirmation,
				       struct str *ret_body);
MUST_CHECK int wire_check_reply_decode(struct str body, struct wire_input *input,
				       struct wire_confirmation *ret_confirmation);

/* --- staff.c: GET /v1/reader/staff --- */
struct wire_staff {
	struct str id;
	struct str name;
};
MUST_CHECK int wire_staff_reply_encode(struct arena *arena, const struct wire_staff *staff,
				       size_t staff_count, struct str *ret_body);
MUST_CHECK int wire_staff_reply_decode(struct arena *arena, struct str body,
				       struct wire_input *input, struct wire_staff **ret_staff,
				       size_t *ret_staff_count);
