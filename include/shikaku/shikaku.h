/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libshikaku: 資格確認限定型レセコン連携 for receipt computers (レセコン). The C ABI and its
 * manual.
 *
 * The library is the receipt computer's side of seed table 1.4.2 no. 1-3, 5, 6 and 9: it logs in,
 * passes the passcode, renews the token, counts and downloads the 資格確認結果 and registers the
 * 照会番号. The screens (no. 4, 7, 8) are yours.
 *
 * THE SHORTEST PROGRAM (errors left out)
 *
 *     shk_client *client;
 *     shk_results *results;
 *     const shk_result *result;
 *     shk_client_create(&client);
 *     shk_client_set_service(client, "https://service.example.jp");
 *     shk_client_set_product(client, "会社名", "製品名", "1.0");
 *     shk_login(client, "1310000003", "WA0000001", password);
 *     shk_mfa(client, passcode);
 *     shk_download(client, "20261101", "20261130", SHK_REFERENCE_ANY, NULL, NULL, &results);
 *     while (shk_results_next(results, &result) == SHK_OK && result)
 *             puts(shk_result_field(result, 0, "Name"));
 *     shk_results_destroy(results);
 *     shk_logout(client);
 *     shk_client_destroy(client);
 *
 * WHAT EVERY FUNCTION OBEYS
 *
 * Types    Handles are opaque; numbers are int32_t and int64_t; there is no struct, enumeration,
 *          bool, bit field, floating point number or variable argument list across this border.
 * Text     UTF-8, ended by a NUL, in both directions and on every system, also for file names.
 *          NULL means "absent" and is allowed only where this manual says so. Absent and empty
 *          are told apart.
 * Results  int32_t: SHK_OK (0) or one of SHK_ERR_…, all greater than 0. What a ret_ parameter
 *          points to is written only when the function returns SHK_OK. Functions that return text
 *          return NULL where there is none, or when the handle is NULL or destroyed.
 * Memory   What a create function gives is yours until its destroy function, which accepts NULL.
 *          Text and bytes that a function returns belong to the handle they came from; each
 *          function says until when. What you pass in is copied before the function returns and is
 *          never kept, unless the function says so.
 * Threads  A client, with its results, is used by one thread at a time; a second thread meanwhile
 *          gets SHK_ERR_IN_USE, also a callback that calls back into its own client. Different
 *          clients are independent. shk_cancel alone may be called from any thread at any time.
 *          The library starts no threads and installs no signal handlers.
 * Errors   After an error the shk_error_… functions say, in Japanese, what happened, what the desk
 *          does next and what you should check. The library never ends your program.
 * Secrets  Password and passcode are wiped after use; only the password is kept, locked in memory
 *          where the system allows it, while a session is open
 *          (shk_client_set_automatic_refresh). Nothing secret is logged.
 * Versions Functions are only ever added; see shk_abi_version. Numbers of codes never change their
 *          meaning; a later version may return codes this header does not name: treat them as
 *          errors, show shk_error_text.
 *
 * Times are JST digits without a zone: "20261122" (a day) or "20261122103000" (a second).
 */
#ifndef SHIKAKU_SHIKAKU_H
#define SHIKAKU_SHIKAKU_H

#include <stdint.h>

/* Calling convention and export. On 32-bit Windows all functions and callbacks are __stdcall. */
#if defined(_WIN32)
#define SHK_CALL __stdcall
#if defined(SHK_BUILD)
#define SHK_API __declspec(dllexport)
#else
#define SHK_API __declspec(dllimport)
#endif
#else
#define SHK_CALL
#if defined(__GNUC__)
#define SHK_API __attribute__((visibility("default")))
#else
#define SHK_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The ABI this header describes. */
#define SHK_ABI_VERSION 1

/* A connection to one service for one account. */
typedef struct shk_client shk_client;

/* What to search for. */
typedef struct shk_search shk_search;

/* One download: a stream of results. */
typedef struct shk_results shk_results;

/* 照会番号 that are registered together. */
typedef struct shk_references shk_references;

/* The registered devices of an account, as they were when they were asked for. */
typedef struct shk_devices shk_devices;

/* A facility's access history: a stream of accesses, and one of them. */
typedef struct shk_accesses shk_accesses;
typedef struct shk_access shk_access;

/* One 資格確認結果 of a download; borrowed, never destroyed by you. */
typedef struct shk_result shk_result;

/* What the service vouches for beside a result: a proof that was verified. */
typedef struct shk_proof shk_proof;

/*
 * Progress of a download: done of total results have arrived; total is the count taken when the
 * download began and may be exceeded when new results come in meanwhile. ctx is what was passed to
 * shk_download. Called on the thread that called the library, between two pages. Return 0 to go on,
 * anything else to stop: the running call then returns SHK_ERR_CANCELLED.
 */
typedef int32_t(SHK_CALL *shk_progress)(void *ctx, int64_t done, int64_t total);

/* --- Codes ----------------------------------------------------------------------------------- */

#define SHK_OK 0

/* Of the caller or of this computer. */
#define SHK_ERR_ARGUMENT  1 /* a parameter is NULL, malformed or out of range; nothing was done */
#define SHK_ERR_STATE	  2 /* not now: no service set, not logged in, passcode before login */
#define SHK_ERR_MEMORY	  3 /* no memory */
#define SHK_ERR_IN_USE	  4 /* another thread, or a callback's caller, is using this client */
#define SHK_ERR_CANCELLED 5 /* shk_cancel, or the progress callback said stop */
#define SHK_ERR_FILE	  6 /* session file: damaged, readable by others, not writable */
#define SHK_ERR_INTERNAL  7 /* a mistake of the library: report it with shk_error_vendor_hint */

/* On the way to the service. */
#define SHK_ERR_NETWORK	 20 /* not reached: nothing was sent */
#define SHK_ERR_TLS	 21 /* certificate, host name or TLS version refused: nothing was sent */
#define SHK_ERR_TIMEOUT	 22 /* no whole answer in time, or the connection broke before it came */
#define SHK_ERR_PROTOCOL 23 /* an answer that is not what the service's contract says */

/* From the service: who you are. */
#define SHK_ERR_CREDENTIALS	  40 /* facility code, login id or password refused */
#define SHK_ERR_PASSCODE	  41 /* passcode refused */
#define SHK_ERR_PASSCODE_REUSED	  42 /* this passcode was used before: wait for the next one */
#define SHK_ERR_CHALLENGE_EXPIRED 43 /* too long between login and passcode: log in again */
#define SHK_ERR_TOKEN_EXPIRED	  44 /* renew the token: shk_refresh */
#define SHK_ERR_SESSION		  45 /* the session is over: log in again */
#define SHK_ERR_ACCOUNT		  46 /* this kind of account may not do this */
#define SHK_ERR_DEVICE		  47 /* this PC must be registered, cannot be, or was not proven */
#define SHK_ERR_CLIENT		  48 /* the operator admits this version of your product no more */
#define SHK_ERR_PASSWORD_CHANGE	  49 /* the password was issued: shk_password_change first */

/* From the service: what you asked. */
#define SHK_ERR_FIELD		60 /* a value was refused: shk_error_field */
#define SHK_ERR_PERIOD		61 /* the whole period is older than 翌月末 */
#define SHK_ERR_NOT_FOUND	62 /* no such result, or not of this facility */
#define SHK_ERR_CONFLICT	63 /* another 照会番号 is held than expected: shk_error_held_reference */
#define SHK_ERR_REFERENCE_TAKEN 64 /* this 照会番号 belongs to another person of the facility */
#define SHK_ERR_REFUSED		65 /* refused for another reason: shk_error_problem */
#define SHK_ERR_CURSOR		66 /* this cursor is lost: begin again without one */
#define SHK_ERR_PROOF		67 /* this is not what the service signed: do not rely on it */
#define SHK_ERR_PROOF_KEY	68 /* signed by a key that is not among these: shk_jwks anew */

/* From the service: its own state. */
#define SHK_ERR_BUSY	80 /* overloaded or under maintenance: try again, shk_error_retry_after */
#define SHK_ERR_SERVICE 81 /* it failed: report it with shk_error_request_id */

/* --- Versions -------------------------------------------------------------------------------- */

/*
 * The ABI of the library that is loaded. It is at least the SHK_ABI_VERSION you compiled with, or
 * else the library is too old for your program. Any thread. Never fails.
 */
SHK_API int32_t SHK_CALL shk_abi_version(void);

/* The version of the library that is loaded, "0.1.0". Static text. Any thread. */
SHK_API const char *SHK_CALL shk_version(void);

/* --- The client ------------------------------------------------------------------------------ */

/*
 * Make a client. Nothing is sent yet.
 * ret_client  receives the handle; yours until shk_client_destroy.
 * Errors: ARGUMENT, MEMORY.
 */
SHK_API int32_t SHK_CALL shk_client_create(shk_client **ret_client);

/*
 * End a client: connections closed, secrets wiped. The session at the service stays open (it can be
 * restored from a file); use shk_logout to end it. Results of this client that are still open stay
 * readable until their own destroy, but give no further pages. NULL does nothing. Not while a call
 * is running: cancel it first and wait for its return.
 */
SHK_API void SHK_CALL shk_client_destroy(shk_client *client);

/*
 * The service's address.
 * url  "https://host[:port]", without a path; at most 255 bytes. http is refused.
 * Errors: ARGUMENT, IN_USE; STATE when a session is open.
 */
SHK_API int32_t SHK_CALL shk_client_set_service(shk_client *client, const char *url);

/*
 * Trust only the certificates of this file instead of those of the system: then nobody between,
 * whom only this computer trusts, can pass for the service. Ask your operator for it.
 * path  a PEM file; NULL for the system's. Read at the next connection: an unreadable file gives
 *       SHK_ERR_TLS then.
 * Errors: ARGUMENT, IN_USE.
 */
SHK_API int32_t SHK_CALL shk_client_set_ca_file(shk_client *client, const char *path);

/*
 * Speak as this wire profile says: a service may spell paths, names and more differently from
 * api/openapi.yaml (docs/wire-profile.md). Everything this header says stays true, whatever the
 * profile; the 照会番号, the results' bytes and the codes here are never respelt.
 * path  a JSON file; read now.
 * Errors: ARGUMENT, IN_USE, STATE when a session is open; FILE, with shk_error_field(client, 0)
 * naming the place in the file that is wrong.
 */
SHK_API int32_t SHK_CALL shk_client_set_wire_profile(shk_client *client, const char *path);

/*
 * Go through a proxy (HTTP CONNECT; the proxy sees no content).
 * url  "http://[user:password@]host:port"; NULL for the environment's https_proxy; "" for none.
 * Errors: ARGUMENT, IN_USE.
 */
SHK_API int32_t SHK_CALL shk_client_set_proxy(shk_client *client, const char *url);

/*
 * How long to wait.
 * connect_ms  until the connection stands, 100..600000 (10000 when never set)
 * total_ms    until one answer has arrived whole, 100..600000 (60000 when never set); a call of the
 *             library may take several answers, and tries again, where that is safe, up to 3 times.
 * Errors: ARGUMENT, IN_USE.
 */
SHK_API int32_t SHK_CALL shk_client_set_timeouts(shk_client *client, int32_t connect_ms,
						 int32_t total_ms);

/*
 * Who you are; told to the service at login, required before shk_login.
 * vendor   your company, 1..64 characters
 * product  your product, 1..64 characters
 * version  its version, 1..32 characters
 * Errors: ARGUMENT, IN_USE.
 */
SHK_API int32_t SHK_CALL shk_client_set_product(shk_client *client, const char *vendor,
						const char *product, const char *version);

/*
 * Renew the token without being asked when less than a fifth of its life is left, or when the
 * service says that it has expired. For this the password is kept, locked in memory and never on a
 * disk, until shk_logout or shk_client_destroy; a session restored from a file has none.
 * on  1 (when never set) or 0: then the password is not kept, and calls return
 *     SHK_ERR_TOKEN_EXPIRED until you call shk_refresh.
 * Errors: ARGUMENT, IN_USE.
 */
SHK_API int32_t SHK_CALL shk_client_set_automatic_refresh(shk_client *client, int32_t on);

/*
 * Where the keys of this PC lie (THIS PC AS A DEVICE). Before shk_login and shk_session_restore.
 * folder  of yours, made 0700 when missing, one file (0600) in it for each service and login id;
 *         NULL: this PC is no device. When never called: ~/.local/state/shikaku, or shikaku in
 *         $XDG_STATE_HOME; where that cannot be used the client goes without a device.
 * Errors: ARGUMENT, MEMORY, IN_USE.
 */
SHK_API int32_t SHK_CALL shk_client_set_device_folder(shk_client *client, const char *folder);

/*
 * A pointer of yours, kept and never touched. It must stay valid as long as you want it back.
 * Errors: ARGUMENT, IN_USE.
 */
SHK_API int32_t SHK_CALL shk_client_set_user_data(shk_client *client, void *user_data);

/* The pointer of shk_client_set_user_data, else NULL. */
SHK_API void *SHK_CALL shk_client_user_data(const shk_client *client);

/*
 * Stop the call that is running in this client, from another thread: it returns
 * SHK_ERR_CANCELLED within a second. A request that has left may have been carried out all the
 * same. Does nothing when no call is running. The one function for any thread at any time between
 * create and destroy.
 */
SHK_API void SHK_CALL shk_cancel(shk_client *client);

/* --- The session (seed table 1.4.2 no. 1-3) -------------------------------------------------- */

/*
 * ログイン, the password step. An open session of this client is forgotten.
 * facility_code  医療機関等コード, 10 digits, or 登録記号番号; 7..20 characters
 * login_id       "WA…", or "M…" of a temporary account; 3..64 characters
 * password       1..256 characters; wiped inside the library, yours to wipe outside
 * Then ask for the passcode, by shk_session_passcode, and call shk_mfa within 5 minutes (a code by
 * mail: 10). A refused password is never tried
 * again by itself.
 * Errors: ARGUMENT, STATE (no service or product set), CREDENTIALS, FIELD, BUSY, DEVICE, CLIENT,
 * FILE (the device's folder), and the network's.
 */
SHK_API int32_t SHK_CALL shk_login(shk_client *client, const char *facility_code,
				   const char *login_id, const char *password);

/*
 * 多要素認証（MFA）, the passcode step. On SHK_OK the session is open.
 * passcode  the 6 digits the Authenticator shows now, or the 8 digits of the mail
 * A challenge is good for one passcode: after SHK_ERR_PASSCODE and SHK_ERR_PASSCODE_REUSED begin
 * again with shk_login, unless your service allows another passcode (it then does not answer
 * SHK_ERR_CHALLENGE_EXPIRED).
 * Errors: ARGUMENT, STATE (no login before), PASSCODE, PASSCODE_REUSED, CHALLENGE_EXPIRED, BUSY,
 * and the network's.
 */
SHK_API int32_t SHK_CALL shk_mfa(shk_client *client, const char *passcode);

/*
 * トークンリフレッシュ: a new token for the open session.
 * login_id  NULL for that of the session
 * password  NULL for the one kept in memory; needed after shk_session_restore
 * Safe to repeat after an error of the network: the same renewal is asked for again.
 * Errors: ARGUMENT, STATE (no session, or no password known), CREDENTIALS, SESSION (over: log in
 * again), BUSY, and the network's.
 */
SHK_API int32_t SHK_CALL shk_refresh(shk_client *client, const char *login_id,
				     const char *password);

/*
 * パスワードの変更: the open session goes on with new tokens, the account's other sessions end
 * within 2 seconds; this PC is registered as after shk_mfa, unless it is. A password that the
 * operator has issued must be changed before anything else: every call then returns
 * SHK_ERR_PASSWORD_CHANGE. old_password  the present one new_password  13 characters and more; up
 * to 14 of three kinds (a-z, A-Z, 0-9, others), from 15 on of any; at most 256 bytes of UTF-8,
 * compared byte by byte. Common ones, those that hold the login id or the facility's code or name,
 * and the last ten are refused. Never repeated by itself: after an error of the network log in with
 * the one or the other. Errors: ARGUMENT, STATE (no session), CREDENTIALS (the old one is wrong),
 * FIELD (the new one: shk_error_field says why), SESSION, TOKEN_EXPIRED, BUSY, and the network's.
 */
SHK_API int32_t SHK_CALL shk_password_change(shk_client *client, const char *old_password,
					     const char *new_password);

/*
 * End the session at the service and forget it here, the latter even when the service cannot be
 * reached. Without a session it does nothing and returns SHK_OK.
 * Errors: ARGUMENT, IN_USE, and the network's.
 */
SHK_API int32_t SHK_CALL shk_logout(shk_client *client);

#define SHK_SESSION_NONE     0 /* call shk_login */
#define SHK_SESSION_PASSCODE 1 /* call shk_mfa */
#define SHK_SESSION_OPEN     2
#define SHK_SESSION_EXPIRED  3 /* the token has run out: shk_refresh */

/* SHK_SESSION_…, by this computer's clock; SHK_SESSION_NONE for NULL. */
SHK_API int32_t SHK_CALL shk_session_state(const shk_client *client);

#define SHK_PASSCODE_NONE	   0 /* none is waited for */
#define SHK_PASSCODE_AUTHENTICATOR 1 /* 認証アプリの6桁の番号 */
#define SHK_PASSCODE_MAIL	   2 /* 施設のメールアドレスに届いた8桁の番号 (臨時アカウント) */

/*
 * Which passcode to ask for, SHK_PASSCODE_…; SHK_PASSCODE_NONE for NULL. A temporary account
 * (臨時アカウント) is for days on which the Authenticator cannot be used: its sessions end after an
 * hour, get the results of the last 7 days, and register no 照会番号 (SHK_ERR_ACCOUNT).
 */
SHK_API int32_t SHK_CALL shk_session_passcode(const shk_client *client);

/* The facility's name, as the service told it; NULL without a session. Until the next call. */
SHK_API const char *SHK_CALL shk_session_facility_name(const shk_client *client);

/*
 * What the operator has to say about the version of your product, in Japanese: that it will soon be
 * refused, for instance. Show it. NULL when there is nothing. Until the next call.
 */
SHK_API const char *SHK_CALL shk_session_notice(const shk_client *client);

/*
 * By how many milliseconds the service's clock is ahead of this PC's, by its last answer, to about
 * a second. Passcodes, tokens and proofs do not need this PC's clock; what you date or delete by it
 * does.
 * ret_ahead_ms  behind: negative
 * Errors: ARGUMENT, STATE (no answer has told it yet).
 */
SHK_API int32_t SHK_CALL shk_service_clock(const shk_client *client, int64_t *ret_ahead_ms);

/* The login id of the session; NULL without one. Until the next call. */
SHK_API const char *SHK_CALL shk_session_login_id(const shk_client *client);

/*
 * Keep the session (also one that waits for its passcode) in a file, for another process: token and
 * handle, never the password. The file is readable by its owner only (0600) and is replaced as a
 * whole; whoever reads it is logged in as you. A renewal makes older copies useless: save again
 * after each call that may have renewed the token.
 * path  the file; its folder exists
 * Errors: ARGUMENT, IN_USE, STATE (no session), FILE.
 */
SHK_API int32_t SHK_CALL shk_session_save(shk_client *client, const char *path);

/*
 * Take up a session that was saved. It brings its service along when none is set; a session of
 * another service than the one set is refused with STATE. Nothing is sent.
 * Errors: ARGUMENT, IN_USE, STATE (there is no such file: nobody has logged in), FILE (damaged, or
 * readable by others).
 */
SHK_API int32_t SHK_CALL shk_session_restore(shk_client *client, const char *path);

/* --- Results (seed table 1.4.2 no. 5-8) ------------------------------------------------------ */

#define SHK_REFERENCE_ANY     0 /* all results */
#define SHK_REFERENCE_WITH    1 /* only those with a 照会番号 */
#define SHK_REFERENCE_WITHOUT 2 /* only those without */

/*
 * 資格確認結果数取得.
 * from, to   the period of 資格確認日時, both ends included: "20261101" (as from: 0 o'clock; as to:
 *            the day's last second) or "20261101093000". What is older than 翌月末 is left out; a
 *            period that is older as a whole gives SHK_ERR_PERIOD.
 * reference  SHK_REFERENCE_…
 * ret_count, ret_without_reference  the results, and those of them without a 照会番号; each may be
 *            NULL.
 * Errors: ARGUMENT, STATE, TOKEN_EXPIRED, SESSION, PERIOD, FIELD, BUSY, and the network's.
 */
SHK_API int32_t SHK_CALL shk_count(shk_client *client, const char *from, const char *to,
				   int32_t reference, int64_t *ret_count,
				   int64_t *ret_without_reference);

/*
 * 資格確認結果ダウンロード: begin. Counts and fetches the first page; shk_results_next fetches the
 * others as it gets to them, so that memory does not grow with the period.
 * from, to, reference  as for shk_count
 * progress, ctx        may be NULL; kept until shk_results_destroy
 * ret_results          yours until shk_results_destroy
 * Downloading changes nothing at the service: the same period may be downloaded again, and gives
 * the same results in the same order, older ones first.
 * Errors: as shk_count, CANCELLED, MEMORY.
 */
SHK_API int32_t SHK_CALL shk_download(shk_client *client, const char *from, const char *to,
				      int32_t reference, shk_progress progress, void *ctx,
				      shk_results **ret_results);

/* --- What is new, and by which conditions ---------------------------------------------------- */

/*
 * A program that runs all day asks for what is new instead of a whole period:
 *
 *     shk_search *search;
 *     shk_search_create(NULL, NULL, &search);
 *     for (;;) {
 *             shk_download_new(client, search, cursor, 30, NULL, NULL, &results);
 *             while (shk_results_next(results, &result) == SHK_OK && result)
 *                     …                                  take the result in by its id
 *             …                                          keep shk_results_cursor(results) as cursor
 *             shk_results_destroy(results);
 *     }
 *
 * WHAT TO KEEP BETWEEN TWO RUNS  The cursor, a line of text, together with the results that it
 * stands for: in one transaction, where you have one. Going on after a cursor gives what was
 * confirmed later, each result once, in the order of confirmation, whatever was cut meanwhile:
 * power, network, service. A cursor kept too early loses nothing either, it gives again what you
 * have: know results by shk_result_id.
 *
 * A LOST CURSOR  is no misfortune: without one (NULL) everything until 翌月末 comes again. The
 * service refuses a cursor that is not of this facility and this search, or older than its keys
 * (two months), with SHK_ERR_CURSOR: then go on with NULL.
 *
 * A 照会番号 that is registered later does not make a result new; it shows when the result is
 * downloaded again by its period.
 */

/*
 * A search: a period, and conditions that are set one by one.
 * from, to    as for shk_count; NULL: from the first result there is; NULL: without an end
 * ret_search  yours until shk_search_destroy; for one thread at a time, with any client
 * Errors: ARGUMENT, MEMORY.
 */
SHK_API int32_t SHK_CALL shk_search_create(const char *from, const char *to,
					   shk_search **ret_search);

/* SHK_REFERENCE_…; SHK_REFERENCE_ANY when never set. Errors: ARGUMENT. */
SHK_API int32_t SHK_CALL shk_search_set_reference(shk_search *search, int32_t reference);

/* 資格有効性 (QualificationValidity) 1..6; 0, or never set: any. Errors: ARGUMENT. */
SHK_API int32_t SHK_CALL shk_search_set_validity(shk_search *search, int32_t validity);

/*
 * 被保険者証区分 (InsuredCardClassification) of one of the result's qualifications: "01".."07",
 * "A1"; NULL, or never set: any. Errors: ARGUMENT.
 */
SHK_API int32_t SHK_CALL shk_search_set_card_class(shk_search *search, const char *card_class);

/* NULL does nothing. */
SHK_API void SHK_CALL shk_search_destroy(shk_search *search);

/*
 * 資格確認結果数取得 by a search, which remembers the answer: asked again, the service only says
 * whether it is still so (ETag, 304).
 * ret_count, ret_without_reference  each may be NULL
 * Errors: as shk_count.
 */
SHK_API int32_t SHK_CALL shk_search_count(shk_client *client, shk_search *search,
					  int64_t *ret_count, int64_t *ret_without_reference);

/*
 * Wait until the count of a search, or a 照会番号 in it, is no more as the search remembers it; a
 * search that remembers nothing is counted at once and has changed. The call stands at the service,
 * which answers within a second of a new result; a reload or a cut connection meanwhile does not
 * end it.
 * seconds      0..3600; 0: has it changed by now?
 * ret_changed  1: shk_search_count tells the new number; 0: the time is over, nothing has changed
 * Errors: as shk_count, CANCELLED; BUSY when too many wait already.
 */
SHK_API int32_t SHK_CALL shk_wait(shk_client *client, shk_search *search, int32_t seconds,
				  int32_t *ret_changed);

/*
 * What the search remembers, as a line of text to keep between two runs; NULL when nothing. Until
 * the search's next call.
 */
SHK_API const char *SHK_CALL shk_search_tag(const shk_search *search);

/* Take it up again, for the same period and conditions. NULL: forget. Errors: ARGUMENT. */
SHK_API int32_t SHK_CALL shk_search_set_tag(shk_search *search, const char *tag);

/*
 * As shk_download, by a search, which may be destroyed or changed meanwhile.
 * Errors: as shk_download.
 */
SHK_API int32_t SHK_CALL shk_search_download(shk_client *client, const shk_search *search,
					     shk_progress progress, void *ctx,
					     shk_results **ret_results);

/*
 * Download what came after a cursor: begin. Then shk_results_next as ever, until it gives NULL.
 * search         the same as when the cursor was given; it should have no end (to: NULL)
 * cursor         of shk_results_cursor; NULL: from the search's beginning
 * seconds        0..3600: how long to wait for the first result when there is none; the service
 *                answers within a second of it. Without a cursor nothing is waited for at first.
 * progress, ctx  as for shk_download; total is what has arrived so far
 * Errors: as shk_download, CURSOR; BUSY when too many wait already.
 */
SHK_API int32_t SHK_CALL shk_download_new(shk_client *client, const shk_search *search,
					  const char *cursor, int32_t seconds,
					  shk_progress progress, void *ctx,
					  shk_results **ret_results);

/*
 * Where this download has got to: behind the last result that shk_results_next gave. Also in the
 * middle, and after an error. At most 1024 bytes without line breaks; opaque. Until the download's
 * next call. NULL for NULL.
 */
SHK_API const char *SHK_CALL shk_results_cursor(shk_results *results);

/*
 * The next result.
 * ret_result  the result, borrowed until the next shk_results_next or shk_results_destroy; NULL
 *             with SHK_OK when there is none any more.
 * After an error of the network it may be called again: it goes on where it stopped.
 * Errors: as shk_download.
 */
SHK_API int32_t SHK_CALL shk_results_next(shk_results *results, const shk_result **ret_result);

/* How many results there were when the download began; -1 for NULL. */
SHK_API int64_t SHK_CALL shk_results_total(const shk_results *results);

/* End a download, whole or not. NULL does nothing. */
SHK_API void SHK_CALL shk_results_destroy(shk_results *results);

/* The functions on a result read memory only; what they return lives as long as the result. */

/* The result's id, 32 hexadecimal digits: the same whenever it is downloaded. */
SHK_API const char *SHK_CALL shk_result_id(const shk_result *result);

/* 資格確認日時, 14 digits. */
SHK_API const char *SHK_CALL shk_result_confirmed_at(const shk_result *result);

/* "pin" (PIN認証) or "visual" (目視, PINなし認証). */
SHK_API const char *SHK_CALL shk_result_method(const shk_result *result);

/* The id of the staff member who confirmed. */
SHK_API const char *SHK_CALL shk_result_staff(const shk_result *result);

/* 照会番号; NULL when none is registered: 新規カルテ (seed table 1.4.2 no. 9). */
SHK_API const char *SHK_CALL shk_result_reference_number(const shk_result *result);

/* Rises with each registration for this person; 0 for NULL. */
SHK_API int64_t SHK_CALL shk_result_reference_version(const shk_result *result);

/* How many qualifications (ResultOfQualificationConfirmation) it holds: 0..n; 0 for NULL. */
SHK_API int32_t SHK_CALL shk_result_qualification_count(const shk_result *result);

#define SHK_ENVELOPE (-1)

/*
 * One element by its name in the オンライン資格確認等システム.
 * qualification  0.. for an element of that ResultOfQualificationConfirmation; SHK_ENVELOPE for one
 *                of the XmlMsg around them
 * path           the element's name; inside a group the names joined by '/', in a list the position
 *                from 0:
 *                  "InsurerNumber"
 *                  "ElderlyRecipientCertificateInfo/ElderlyRecipientContributionRatio"
 *                  "SpecificDiseasesCertificateList/0/SpecificDiseasesCertificateInfo/…SelfPay"
 *                with SHK_ENVELOPE:
 *                  "MessageBody/QualificationValidity", "MessageHeader/MedicalInstitutionCode"
 * Returns the text as it came, ● and unusual characters included; NULL when there is no such
 * element, when it is a group or a list, and when qualification is out of range. The service leaves
 * out what it does not know: absent is not empty.
 */
SHK_API const char *SHK_CALL shk_result_field(const shk_result *result, int32_t qualification,
					      const char *path);

/*
 * The 資格確認結果 itself, {"XmlMsg":…}, byte by byte as the service sent it: what you keep as
 * evidence.
 * ret_bytes, ret_len  JSON in UTF-8; a NUL follows that is not counted
 * Errors: ARGUMENT.
 */
SHK_API int32_t SHK_CALL shk_result_raw(const shk_result *result, const char **ret_bytes,
					int64_t *ret_len);

/*
 * As shk_result_raw with all that came beside it (id, 資格確認日時, 照会番号 …): one JSON object
 * without line breaks.
 * Errors: ARGUMENT.
 */
SHK_API int32_t SHK_CALL shk_result_entry(const shk_result *result, const char **ret_bytes,
					  int64_t *ret_len);

/*
 * What the operator says about the service: maintenance that is planned or going on, trouble. Needs
 * the service's address, no session; it answers also while logins and results do not. Ask when a
 * call has answered SHK_ERR_BUSY, and once a day.
 * ret_state  "normal", "planned", "maintenance" or "trouble"
 * ret_text   what to show at the desk, in Japanese, with the period
 *            Both until the next shk_status or shk_client_destroy.
 * Errors: ARGUMENT, STATE (no service set), MEMORY, BUSY, and the network's.
 */
SHK_API int32_t SHK_CALL shk_status(shk_client *client, const char **ret_state,
				    const char **ret_text);

/* --- 資格確認結果の証明 ------------------------------------------------------------------------
 */

/*
 * Every result comes with a proof: a detached JWS (RFC 7515 appendix F, ES256) over its bytes, by
 * which anybody can see, years later and without the service, that the service said this, about
 * which facility's tap, confirmed by whom and how. Keep shk_result_raw and shk_result_proof (or
 * shk_result_entry, which has both) unchanged, byte by byte, and the service's public keys
 * (shk_jwks) beside them. To verify is offline, needs no client, and may be done in any thread. It
 * proves what was said at the time; whether the person is still insured is another question.
 */

/*
 * The proof of a result, as text: header..signature. Lives as long as the result. NULL for NULL.
 */
SHK_API const char *SHK_CALL shk_result_proof(const shk_result *result);

/*
 * Fetch the service's public keys, a JWKS (RFC 7517): those of old results stay in it. Needs the
 * service's address, no session. Keep the text in a file; fetch it anew when a proof answers
 * SHK_ERR_PROOF_KEY.
 * ret_text  JSON, ended by a NUL; until the next shk_jwks or shk_client_destroy
 * Errors: ARGUMENT, STATE (no service set), MEMORY, BUSY, and the network's.
 */
SHK_API int32_t SHK_CALL shk_jwks(shk_client *client, const char **ret_text);

/*
 * Verify a result by its proof.
 * jwks                of shk_jwks
 * result, result_len  shk_result_raw's bytes, unchanged
 * proof               shk_result_proof's text
 * facility_code       your facility's code, as the service has it; NULL: any will do
 * ret_proof           yours until shk_proof_destroy; may be NULL
 * Errors: ARGUMENT (also: jwks is no JWKS), MEMORY, PROOF (changed, forged, of another facility),
 * PROOF_KEY. shk_code_text says it in Japanese.
 */
SHK_API int32_t SHK_CALL shk_proof_verify(const char *jwks, const char *result, int64_t result_len,
					  const char *proof, const char *facility_code,
					  shk_proof **ret_proof);

/*
 * The same for shk_result_entry's bytes, or a line of `shikaku download`. Id, 資格確認日時, method
 * and staff that stand beside the result must agree with its proof; the 照会番号 is not part of it.
 * Errors: as shk_proof_verify.
 */
SHK_API int32_t SHK_CALL shk_proof_verify_entry(const char *jwks, const char *entry,
						int64_t entry_len, const char *facility_code,
						shk_proof **ret_proof);

/*
 * What the proof says.
 * name  "id" (of the result), "facility" (its code), "staff", "method" ("pin", "visual"),
 *       "issued_at" (14 digits, when it was signed), "kid" (the key)
 * Returns text until shk_proof_destroy; NULL for another name.
 */
SHK_API const char *SHK_CALL shk_proof_text(const shk_proof *proof, const char *name);

/* NULL does nothing. */
SHK_API void SHK_CALL shk_proof_destroy(shk_proof *proof);

/* --- 照会番号 (seed table 1.4.2 no. 9, 1.4.3) ------------------------------------------------- */

/*
 * Register, replace or take back the 照会番号 of the person of a result. From then on every result
 * of this person at this facility carries it, also after a change of insurer (a service may be set
 * to number insurances instead, as older systems do: then it is blank again after a change, and is
 * registered again).
 * result_id  of a result of this facility, 32 hexadecimal digits
 * number     1..50 characters without control characters; NULL takes it back
 * expected   the number you believe is registered; NULL when you believe there is none. When the
 *            service holds another one, nothing changes: SHK_ERR_CONFLICT, and
 *            shk_error_held_reference shows it. When that is the very number you wanted, it has
 *            been registered already.
 * Safe to repeat after an error of the network.
 * Errors: ARGUMENT, STATE, TOKEN_EXPIRED, SESSION, NOT_FOUND, CONFLICT, REFERENCE_TAKEN, FIELD,
 * BUSY, and the network's.
 */
SHK_API int32_t SHK_CALL shk_reference_register(shk_client *client, const char *result_id,
						const char *number, const char *expected);

/*
 * Many at once: make a list, add to it, send it, read the outcome of each. Use it for a first
 * registration of all patients, or after days without a connection; the desk's single patient goes
 * through shk_reference_register.
 *
 *     shk_references *references;
 *     shk_references_create(client, &references);
 *     shk_references_add(references, id_1, "00123", NULL);
 *     shk_references_add(references, id_2, "00124", "00024");
 *     if (shk_references_send(references) == SHK_OK)
 *             for (i = 0; i < shk_references_count(references); i++)
 *                     note(i, shk_references_code(references, i));
 *     shk_references_destroy(references);
 */
#define SHK_REFERENCES_MAX 50 /* in one list */

/*
 * An empty list.
 * ret_references  yours until shk_references_destroy
 * Errors: ARGUMENT, IN_USE, MEMORY.
 */
SHK_API int32_t SHK_CALL shk_references_create(shk_client *client, shk_references **ret_references);

/* End a list, sent or not. NULL does nothing. */
SHK_API void SHK_CALL shk_references_destroy(shk_references *references);

/*
 * Add one change behind the others; nothing is sent yet.
 * result_id, number, expected  as for shk_reference_register
 * Errors: ARGUMENT (a form, or the list is full), STATE (it was sent), IN_USE, MEMORY.
 */
SHK_API int32_t SHK_CALL shk_references_add(shk_references *references, const char *result_id,
					    const char *number, const char *expected);

/*
 * Send the list. The service makes or refuses each change by itself, in their order: SHK_OK means
 * that it has judged them all, not that it has made them all (shk_references_code). What it made is
 * kept together.
 * After an error of the network nobody knows whether it was carried out: send the same list again,
 * also after a new login, within 24 hours. It is carried out once, and answered as the first time.
 * Errors: ARGUMENT, STATE (empty, or not logged in), TOKEN_EXPIRED, SESSION, FIELD, BUSY, and the
 * network's; then no change has an outcome.
 */
SHK_API int32_t SHK_CALL shk_references_send(shk_references *references);

/* How many changes the list has; 0 for NULL. */
SHK_API int32_t SHK_CALL shk_references_count(const shk_references *references);

/* The outcome of each change, index from 0. Texts live until the next send or destroy. */

/*
 * SHK_OK (made), NOT_FOUND, CONFLICT, REFERENCE_TAKEN, or REFUSED for a reason this library does
 * not know: then nothing changed. STATE before it was sent; ARGUMENT for NULL and beyond the last.
 */
SHK_API int32_t SHK_CALL shk_references_code(const shk_references *references, int32_t index);

/* When made: as shk_result_reference_version; else 0. */
SHK_API int64_t SHK_CALL shk_references_version(const shk_references *references, int32_t index);

/* When refused: the problem's name in the service's list, "reference_taken"; else NULL. */
SHK_API const char *SHK_CALL shk_references_problem(const shk_references *references,
						    int32_t index);

/* When refused: what happened, one Japanese sentence for the desk; else NULL. */
SHK_API const char *SHK_CALL shk_references_text(const shk_references *references, int32_t index);

/* When refused: what the desk does next, in Japanese; else NULL. */
SHK_API const char *SHK_CALL shk_references_action(const shk_references *references, int32_t index);

/* With CONFLICT: the 照会番号 the service holds; NULL when it holds none. */
SHK_API const char *SHK_CALL shk_references_held(const shk_references *references, int32_t index);

/* --- Who did what: the access history -------------------------------------------------------- */

/*
 * アクセス履歴: what was done at this facility, and by whom - by its receipt computers, at its
 * reader, and by the operator's staff, who may open a result only by two, for a reason. Calls that
 * ask for what is new are one access for each session and minute, with their number.
 *
 *     shk_access_history(client, "20261101", "20261130", &accesses);
 *     while (shk_accesses_next(accesses, &access) == SHK_OK && access)
 *             …                                 shk_access_at(access), shk_access_call(access)
 *     shk_accesses_destroy(accesses);
 */

/*
 * Begin. Fetches the first page; shk_accesses_next fetches the others as it gets to them.
 * from, to      the period, both ends included, as for shk_count; the service keeps five years
 * ret_accesses  yours until shk_accesses_destroy; older ones come first
 * Errors: ARGUMENT, STATE, MEMORY, PERIOD, FIELD, TOKEN_EXPIRED, SESSION, BUSY, and the network's.
 */
SHK_API int32_t SHK_CALL shk_access_history(shk_client *client, const char *from, const char *to,
					    shk_accesses **ret_accesses);

/*
 * The next access.
 * ret_access  borrowed until the next shk_accesses_next or shk_accesses_destroy; NULL with SHK_OK
 *             when there is none any more.
 * After an error of the network it may be called again: it goes on where it stopped.
 * Errors: as shk_access_history.
 */
SHK_API int32_t SHK_CALL shk_accesses_next(shk_accesses *accesses, const shk_access **ret_access);

/* NULL does nothing. */
SHK_API void SHK_CALL shk_accesses_destroy(shk_accesses *accesses);

/* The functions on an access read memory only; NULL and 0 for NULL. */

/* When, 14 digits; of several calls that of the first. */
SHK_API const char *SHK_CALL shk_access_at(const shk_access *access);

/*
 * Which call: "login", "count", "download", "reference", "check" (a card at the reader), …; what
 * the operator did begins with "admin_".
 */
SHK_API const char *SHK_CALL shk_access_call(const shk_access *access);

/* "ok", "not_modified", or the code of the error that was answered. */
SHK_API const char *SHK_CALL shk_access_outcome(const shk_access *access);

/* How many calls it stands for. */
SHK_API int64_t SHK_CALL shk_access_calls(const shk_access *access);

/* How many results were shown or touched. */
SHK_API int64_t SHK_CALL shk_access_results(const shk_access *access);

/* By which login id; NULL: none was known. */
SHK_API const char *SHK_CALL shk_access_login_id(const shk_access *access);

/* On which registered device, 32 hexadecimal digits; NULL: on none. */
SHK_API const char *SHK_CALL shk_access_device_id(const shk_access *access);

/* The name it was registered under. */
SHK_API const char *SHK_CALL shk_access_device_name(const shk_access *access);

/* The id of the member of staff who was named; NULL: none. */
SHK_API const char *SHK_CALL shk_access_staff(const shk_access *access);

/* Who of the operator's staff it was; NULL: it was not the operator. */
SHK_API const char *SHK_CALL shk_access_operator(const shk_access *access);

/* Why, in their words; NULL: it was not the operator. */
SHK_API const char *SHK_CALL shk_access_reason(const shk_access *access);

/* --- This PC as a device --------------------------------------------------------------------- */

/*
 * Password and passcode can be seen over somebody's shoulder; the key of a PC cannot. Each PC has
 * one for each login id, made at the first shk_login and proven (DPoP, RFC 9449) at each login and
 * renewal, and at every call where the facility asks for it. A token or a session file that was
 * copied is then worth nothing elsewhere without the key's file, outsiders cannot lock the login id
 * of a registered PC, and shk_error_… tells the true cause of a refused login.
 *
 * After shk_mfa this PC registers itself under its host name, if it is not registered yet. When
 * that is refused the session is open all the same; shk_device_id is then NULL, and
 * shk_device_register tells why. Some services admit registered devices only: other calls return
 * SHK_ERR_DEVICE until then. The PC's own clock need not be right.
 *
 *     if (shk_mfa(client, passcode) == SHK_OK && !shk_device_id(client))
 *             if (shk_device_register(client, "受付", code_of_the_desk) != SHK_OK)
 *                     show(shk_error_text(client), shk_error_action(client));
 */

/*
 * Register this PC. Registering it again gives the same device.
 * name             for the desk, 1..64 characters; NULL: the host name
 * activation_code  from the operator; NULL: none. Needed where a service admits registered devices
 *                  only and the account has one already.
 * Errors: ARGUMENT, STATE (no session, or this PC has no key), DEVICE (too many, a code is needed
 * or refused, the key was used up), FIELD, TOKEN_EXPIRED, SESSION, BUSY, and the network's.
 */
SHK_API int32_t SHK_CALL shk_device_register(shk_client *client, const char *name,
					     const char *activation_code);

/* Whose session it is, 32 hexadecimal digits; NULL while it is no registered device's. Until the
 * next call. */
SHK_API const char *SHK_CALL shk_device_id(const shk_client *client);

/*
 * The account's registered devices, in the order of their registration.
 * ret_devices  yours until shk_devices_destroy; it does not change any more
 * Errors: ARGUMENT, STATE, MEMORY, DEVICE, TOKEN_EXPIRED, SESSION, BUSY, and the network's.
 */
SHK_API int32_t SHK_CALL shk_device_list(shk_client *client, shk_devices **ret_devices);

/* NULL does nothing. */
SHK_API void SHK_CALL shk_devices_destroy(shk_devices *devices);

/* How many; 0 for NULL. */
SHK_API int32_t SHK_CALL shk_devices_count(const shk_devices *devices);

/* The functions on a list read memory only; NULL for an index out of 0..count - 1. */

/* 32 hexadecimal digits. */
SHK_API const char *SHK_CALL shk_devices_id(const shk_devices *devices, int32_t index);

/* The name it was registered under. */
SHK_API const char *SHK_CALL shk_devices_name(const shk_devices *devices, int32_t index);

/* "windows", "linux", "macos". */
SHK_API const char *SHK_CALL shk_devices_platform(const shk_devices *devices, int32_t index);

/* When it was registered, 14 digits. */
SHK_API const char *SHK_CALL shk_devices_registered_at(const shk_devices *devices, int32_t index);

/* 1 for the device of the session that asked, else 0. */
SHK_API int32_t SHK_CALL shk_devices_is_current(const shk_devices *devices, int32_t index);

/*
 * End a device: of a PC that is given away, lost or stolen. Its sessions end within 2 seconds, and
 * its key is never taken again: that PC makes another at its next shk_login, and registers anew.
 * Closing one's own ends the session here.
 * device_id  of shk_devices_id
 * Errors: ARGUMENT, STATE, NOT_FOUND, DEVICE, TOKEN_EXPIRED, SESSION, BUSY, and the network's.
 */
SHK_API int32_t SHK_CALL shk_device_close(shk_client *client, const char *device_id);

/* --- What went wrong ------------------------------------------------------------------------- */

/*
 * All about the last call of this client that returned an error, also one of its results; reset by
 * the next call that sends or sets something. Texts live until then. A call that was refused with
 * SHK_ERR_IN_USE leaves no trace here.
 */

/* The code; SHK_OK when the last call was done. SHK_ERR_ARGUMENT for NULL. */
SHK_API int32_t SHK_CALL shk_error_code(const shk_client *client);

/* What happened: one Japanese sentence for the desk. NULL when nothing. */
SHK_API const char *SHK_CALL shk_error_text(const shk_client *client);

/* What the desk does next, in Japanese. */
SHK_API const char *SHK_CALL shk_error_action(const shk_client *client);

/* What you, the vendor, should check. For your log, not for the desk. */
SHK_API const char *SHK_CALL shk_error_vendor_hint(const shk_client *client);

/* The problem's name in the service's list, "reference_conflict": finer than the code. */
SHK_API const char *SHK_CALL shk_error_problem(const shk_client *client);

/* The request's id at the service, 32 hexadecimal digits; NULL when it did not answer. */
SHK_API const char *SHK_CALL shk_error_request_id(const shk_client *client);

/* How many values the service complained about (SHK_ERR_FIELD), 0..16. */
SHK_API int32_t SHK_CALL shk_error_field_count(const shk_client *client);

/* The name of the value at index, "client.vendor"; NULL beyond the last. */
SHK_API const char *SHK_CALL shk_error_field(const shk_client *client, int32_t index);

/* What is wrong with it, in Japanese. */
SHK_API const char *SHK_CALL shk_error_field_text(const shk_client *client, int32_t index);

/* Seconds to wait before trying again; 0 when the service did not say. */
SHK_API int32_t SHK_CALL shk_error_retry_after(const shk_client *client);

/* With SHK_ERR_CONFLICT: the 照会番号 the service holds; NULL when it holds none. */
SHK_API const char *SHK_CALL shk_error_held_reference(const shk_client *client);

/* The exit status a program should end with: that of the `shikaku` command. 0 for SHK_OK. */
SHK_API int32_t SHK_CALL shk_error_exit(const shk_client *client);

/* A Japanese sentence for a code alone, without a client. Static text, never NULL. */
SHK_API const char *SHK_CALL shk_code_text(int32_t code);

#ifdef __cplusplus
}
#endif

#endif
