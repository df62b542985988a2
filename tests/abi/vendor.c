/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vendor's program in C89: nothing of ours but the public header. Without a service: what is
 * refused, what is told, what survives misuse. It prints TAP.
 */
#include <stdio.h>
#include <string.h>

#include "include/shikaku/shikaku.h"

static int tests, failures;

static void check(int holds, const char *what)
{
	tests++;
	if (!holds)
		failures++;
	printf("%s %d - %s\n", holds ? "ok" : "not ok", tests, what);
}

static int same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static void check_versions(void)
{
	check(shk_abi_version() >= SHK_ABI_VERSION, "the library has the header's ABI");
	check(shk_version() && *shk_version(), "the library tells its version");
}

static void check_codes(void)
{
	static const int32_t codes[] = {SHK_OK,
					SHK_ERR_ARGUMENT,
					SHK_ERR_STATE,
					SHK_ERR_MEMORY,
					SHK_ERR_IN_USE,
					SHK_ERR_CANCELLED,
					SHK_ERR_FILE,
					SHK_ERR_INTERNAL,
					SHK_ERR_NETWORK,
					SHK_ERR_TLS,
					SHK_ERR_TIMEOUT,
					SHK_ERR_PROTOCOL,
					SHK_ERR_CREDENTIALS,
					SHK_ERR_PASSCODE,
					SHK_ERR_PASSCODE_REUSED,
					SHK_ERR_CHALLENGE_EXPIRED,
					SHK_ERR_TOKEN_EXPIRED,
					SHK_ERR_SESSION,
					SHK_ERR_ACCOUNT,
					SHK_ERR_DEVICE,
					SHK_ERR_CLIENT,
					SHK_ERR_FIELD,
					SHK_ERR_PERIOD,
					SHK_ERR_NOT_FOUND,
					SHK_ERR_CONFLICT,
					SHK_ERR_REFERENCE_TAKEN,
					SHK_ERR_REFUSED,
					SHK_ERR_CURSOR,
					SHK_ERR_PROOF,
					SHK_ERR_PROOF_KEY,
					SHK_ERR_BUSY,
					SHK_ERR_SERVICE};
	const char *unknown = shk_code_text(12345);
	size_t i;
	int each = 1;
	for (i = 0; i < sizeof codes / sizeof codes[0]; i++)
		each = each && shk_code_text(codes[i]) && !same(shk_code_text(codes[i]), unknown);
	check(each, "every code has a sentence of its own");
	check(unknown != NULL, "an unknown code has a sentence too");
}

static void check_null(void)
{
	const shk_result *result = NULL;
	shk_results *results = NULL;
	const char *bytes = NULL;
	int64_t number = 0;
	check(shk_client_create(NULL) == SHK_ERR_ARGUMENT, "create refuses NULL");
	check(shk_login(NULL, "a", "b", "c") == SHK_ERR_ARGUMENT, "login refuses no client");
	check(shk_mfa(NULL, "123456") == SHK_ERR_ARGUMENT, "mfa refuses no client");
	check(shk_refresh(NULL, NULL, NULL) == SHK_ERR_ARGUMENT, "refresh refuses no client");
	check(shk_logout(NULL) == SHK_ERR_ARGUMENT, "logout refuses no client");
	check(shk_client_set_device_folder(NULL, NULL) == SHK_ERR_ARGUMENT &&
		      shk_device_register(NULL, NULL, NULL) == SHK_ERR_ARGUMENT &&
		      shk_device_list(NULL, NULL) == SHK_ERR_ARGUMENT &&
		      shk_device_close(NULL, "") == SHK_ERR_ARGUMENT && !shk_device_id(NULL),
	      "the devices' functions refuse no client");
	check(shk_devices_count(NULL) == 0 && !shk_devices_id(NULL, 0) &&
		      !shk_devices_name(NULL, 0) && !shk_devices_platform(NULL, 0) &&
		      !shk_devices_registered_at(NULL, 0) && !shk_devices_is_current(NULL, 0) &&
		      !shk_session_notice(NULL),
	      "no devices are none");
	check(shk_service_clock(NULL, NULL) == SHK_ERR_ARGUMENT, "no client has no clock");
	shk_devices_destroy(NULL);
	check(shk_access_history(NULL, "20261101", "20261130", NULL) == SHK_ERR_ARGUMENT &&
		      shk_accesses_next(NULL, NULL) == SHK_ERR_ARGUMENT && !shk_access_at(NULL) &&
		      !shk_access_call(NULL) && !shk_access_outcome(NULL) &&
		      shk_access_calls(NULL) == 0 && shk_access_results(NULL) == 0 &&
		      !shk_access_login_id(NULL) && !shk_access_device_id(NULL) &&
		      !shk_access_device_name(NULL) && !shk_access_staff(NULL) &&
		      !shk_access_operator(NULL) && !shk_access_reason(NULL),
	      "no access history has no accesses");
	shk_accesses_destroy(NULL);
	check(shk_count(NULL, "20261101", "20261130", 0, &number, NULL) == SHK_ERR_ARGUMENT,
	      "count refuses no client");
	check(shk_download(NULL, "20261101", "20261130", 0, NULL, NULL, &results) ==
		      SHK_ERR_ARGUMENT,
	      "download refuses no client");
	check(shk_results_next(NULL, &result) == SHK_ERR_ARGUMENT, "next refuses no results");
	check(shk_results_total(NULL) == -1, "no results have no total");
	check(shk_result_field(NULL, 0, "Name") == NULL && shk_result_id(NULL) == NULL &&
		      shk_result_qualification_count(NULL) == 0,
	      "no result has no fields");
	check(shk_result_raw(NULL, &bytes, &number) == SHK_ERR_ARGUMENT &&
		      shk_result_entry(NULL, &bytes, &number) == SHK_ERR_ARGUMENT,
	      "no result has no bytes");
	check(shk_error_code(NULL) == SHK_ERR_ARGUMENT && shk_error_text(NULL) == NULL &&
		      shk_error_exit(NULL) == 2,
	      "no client tells of an argument");
	check(shk_session_state(NULL) == SHK_SESSION_NONE && shk_client_user_data(NULL) == NULL,
	      "no client has no session");
	check(shk_references_create(NULL, NULL) == SHK_ERR_ARGUMENT &&
		      shk_references_add(NULL, "a", "b", NULL) == SHK_ERR_ARGUMENT &&
		      shk_references_send(NULL) == SHK_ERR_ARGUMENT &&
		      shk_references_count(NULL) == 0 &&
		      shk_references_code(NULL, 0) == SHK_ERR_ARGUMENT &&
		      shk_references_version(NULL, 0) == 0 &&
		      shk_references_held(NULL, 0) == NULL && shk_references_text(NULL, 0) == NULL,
	      "no list of numbers has anything");
	shk_cancel(NULL);
	shk_references_destroy(NULL);
	shk_results_destroy(NULL);
	shk_client_destroy(NULL);
	check(1, "cancel and destroy accept NULL");
}

static void check_proof(void)
{
	static const char none[] = "{\"keys\":[]}";
	static const char proof[] = "e30..AAAA";
	shk_proof *read = NULL;
	check(shk_proof_verify(NULL, "{}", 2, proof, NULL, &read) == SHK_ERR_ARGUMENT &&
		      shk_proof_verify(none, NULL, 0, proof, NULL, &read) == SHK_ERR_ARGUMENT &&
		      shk_proof_verify(none, "{}", -1, proof, NULL, &read) == SHK_ERR_ARGUMENT &&
		      shk_proof_verify(none, "{}", 2, NULL, NULL, &read) == SHK_ERR_ARGUMENT &&
		      shk_proof_verify_entry(none, NULL, 0, NULL, &read) == SHK_ERR_ARGUMENT,
	      "verifying needs keys, bytes and a proof");
	check(shk_proof_verify(none, "{}", 2, proof, NULL, &read) == SHK_ERR_PROOF &&
		      shk_proof_verify_entry(none, "{}", 2, NULL, NULL) == SHK_ERR_PROOF &&
		      read == NULL,
	      "what is no proof is refused");
	check(shk_proof_text(NULL, "id") == NULL && shk_result_proof(NULL) == NULL &&
		      shk_jwks(NULL, NULL) == SHK_ERR_ARGUMENT,
	      "no proof says nothing");
	shk_proof_destroy(NULL);
}

static void check_search(void)
{
	shk_search *search = NULL;
	check(shk_search_create("20261130", "20261101", &search) == SHK_ERR_ARGUMENT &&
		      shk_search_create("20261101", NULL, NULL) == SHK_ERR_ARGUMENT &&
		      search == NULL,
	      "a search has a period in order");
	check(shk_search_create(NULL, NULL, &search) == SHK_OK && search != NULL,
	      "a search without a period is of everything");
	check(shk_search_set_reference(search, 3) == SHK_ERR_ARGUMENT &&
		      shk_search_set_reference(search, SHK_REFERENCE_WITH) == SHK_OK &&
		      shk_search_set_validity(search, 7) == SHK_ERR_ARGUMENT &&
		      shk_search_set_validity(search, 1) == SHK_OK &&
		      shk_search_set_card_class(search, "08") == SHK_ERR_ARGUMENT &&
		      shk_search_set_card_class(search, "A1") == SHK_OK &&
		      shk_search_set_card_class(search, NULL) == SHK_OK,
	      "conditions have their ranges");
	check(shk_search_tag(search) == NULL && shk_search_set_tag(search, "\"t\"") == SHK_OK &&
		      same(shk_search_tag(search), "\"t\"") &&
		      shk_search_set_tag(search, "a\nb") == SHK_ERR_ARGUMENT &&
		      shk_search_set_tag(search, NULL) == SHK_OK && shk_search_tag(search) == NULL,
	      "a tag is taken up and forgotten");
	check(shk_search_set_tag(search, "t") == SHK_OK &&
		      shk_search_set_validity(search, 2) == SHK_OK &&
		      shk_search_tag(search) == NULL,
	      "of another search nothing is known");
	shk_search_destroy(search);
	shk_search_destroy(NULL);
	check(shk_search_set_validity(NULL, 1) == SHK_ERR_ARGUMENT &&
		      shk_search_tag(NULL) == NULL && shk_results_cursor(NULL) == NULL,
	      "no search has no conditions");
}

static void check_new(shk_client *client)
{
	shk_search *search = NULL;
	shk_results *results = NULL;
	int64_t number = -5;
	int32_t changed = -5;
	if (shk_search_create(NULL, NULL, &search) != SHK_OK)
		return;
	check(shk_search_count(client, NULL, &number, NULL) == SHK_ERR_ARGUMENT &&
		      shk_wait(client, search, -1, &changed) == SHK_ERR_ARGUMENT &&
		      shk_wait(client, search, 3601, &changed) == SHK_ERR_ARGUMENT &&
		      shk_wait(client, search, 0, NULL) == SHK_ERR_ARGUMENT &&
		      shk_search_download(client, NULL, NULL, NULL, &results) == SHK_ERR_ARGUMENT &&
		      shk_download_new(client, search, NULL, 3601, NULL, NULL, &results) ==
			      SHK_ERR_ARGUMENT,
	      "what is new has its arguments too");
	check(shk_download_new(client, search, "nonsense", 0, NULL, NULL, &results) ==
			      SHK_ERR_CURSOR &&
		      same(shk_error_problem(client), "cursor_refused") && results == NULL,
	      "a cursor that is none is lost");
	check(shk_search_count(client, search, &number, NULL) == SHK_ERR_STATE &&
		      shk_wait(client, search, 0, &changed) == SHK_ERR_STATE &&
		      shk_download_new(client, search, "a//", 0, NULL, NULL, &results) ==
			      SHK_ERR_STATE &&
		      number == -5 && changed == -5 && results == NULL,
	      "nothing is new without a session");
	shk_search_destroy(search);
}

static void check_setters(shk_client *client)
{
	int here = 7;
	char long_text[400];
	memset(long_text, 'a', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	check(shk_client_set_service(client, NULL) == SHK_ERR_ARGUMENT &&
		      shk_client_set_service(client, "http://a.example") == SHK_ERR_ARGUMENT &&
		      shk_client_set_service(client, "https://a.example/path") == SHK_ERR_ARGUMENT,
	      "a service is a bare https address");
	check(shk_client_set_service(client, "https://localhost:1") == SHK_OK,
	      "a good address is taken");
	check(shk_client_set_timeouts(client, 99, 1000) == SHK_ERR_ARGUMENT &&
		      shk_client_set_timeouts(client, 1000, 600001) == SHK_ERR_ARGUMENT &&
		      shk_client_set_timeouts(client, 1000, 2000) == SHK_OK,
	      "timeouts have a range");
	check(shk_client_set_product(client, "v", "p", NULL) == SHK_ERR_ARGUMENT &&
		      shk_client_set_product(client, "v", long_text, "1") == SHK_ERR_ARGUMENT &&
		      shk_client_set_product(client, "\xff", "p", "1") == SHK_ERR_ARGUMENT &&
		      shk_client_set_product(client, "", "p", "1") == SHK_ERR_ARGUMENT,
	      "vendor, product and version are short UTF-8 texts");
	check(shk_client_set_automatic_refresh(client, 2) == SHK_ERR_ARGUMENT &&
		      shk_client_set_automatic_refresh(client, 1) == SHK_OK,
	      "automatic refresh is 0 or 1");
	check(shk_client_set_ca_file(client, "") == SHK_ERR_ARGUMENT &&
		      shk_client_set_ca_file(client, NULL) == SHK_OK,
	      "a CA file has a name");
	check(shk_client_set_wire_profile(client, NULL) == SHK_ERR_ARGUMENT &&
		      shk_client_set_wire_profile(client, "/nonexistent") == SHK_ERR_FILE &&
		      shk_error_exit(client) == 1,
	      "a wire profile is a file");
	check(shk_client_set_proxy(client, "socks5://a") == SHK_ERR_ARGUMENT &&
		      shk_client_set_proxy(client, "") == SHK_OK,
	      "a proxy is an http address, or none");
	check(shk_client_set_user_data(client, &here) == SHK_OK &&
		      shk_client_user_data(client) == &here,
	      "user data come back");
}

static void check_order(shk_client *client)
{
	int64_t number = -5;
	shk_results *results = NULL;
	check(shk_login(client, "1312345678", "WA0000001", "correct horse") == SHK_ERR_STATE,
	      "no login without a product");
	check(shk_client_set_product(client, "会社", "製品", "1.0") == SHK_OK, "a product is told");
	check(shk_mfa(client, "123456") == SHK_ERR_STATE, "no passcode before the login");
	check(same(shk_error_problem(client), "session_absent") && shk_error_text(client) &&
		      shk_error_action(client) && shk_error_vendor_hint(client) &&
		      shk_error_exit(client) == 5,
	      "an error tells what, what next and what to check");
	check(shk_error_request_id(client) == NULL && shk_error_held_reference(client) == NULL &&
		      shk_error_field_count(client) == 0 && shk_error_field(client, 0) == NULL &&
		      shk_error_retry_after(client) == 0,
	      "what there is not is absent");
	check(shk_refresh(client, NULL, NULL) == SHK_ERR_STATE, "nothing to renew");
	check(shk_password_change(client, "a", "b") == SHK_ERR_STATE &&
		      shk_password_change(client, NULL, "b") == SHK_ERR_ARGUMENT,
	      "a password is changed within a session");
	check(shk_logout(client) == SHK_OK, "logging out without a session is done");
	check(shk_error_code(client) == SHK_OK && shk_error_text(client) == NULL &&
		      shk_error_exit(client) == 0,
	      "a call that is done has no error");
	check(shk_count(client, "20261101", "20261130", SHK_REFERENCE_ANY, &number, NULL) ==
			      SHK_ERR_STATE &&
		      number == -5,
	      "no count without a session, and nothing is written");
	check(shk_download(client, "20261101", "20261130", SHK_REFERENCE_ANY, NULL, NULL,
			   &results) == SHK_ERR_STATE &&
		      results == NULL,
	      "no download without a session");
}

static void check_arguments(shk_client *client)
{
	static const char id[] = "0123456789abcdef0123456789abcdef";
	int64_t number;
	check(shk_count(client, "20261131", "20261130", 0, &number, NULL) == SHK_ERR_ARGUMENT &&
		      shk_count(client, "2026", "20261130", 0, &number, NULL) == SHK_ERR_ARGUMENT &&
		      shk_count(client, "20261130", "20261101", 0, &number, NULL) ==
			      SHK_ERR_ARGUMENT &&
		      shk_count(client, "20261101", NULL, 0, &number, NULL) == SHK_ERR_ARGUMENT,
	      "a period is two days or seconds in order");
	check(shk_count(client, "20261101", "20261130", 3, &number, NULL) == SHK_ERR_ARGUMENT,
	      "an unknown filter is refused");
	check(shk_login(client, NULL, "WA0000001", "x") == SHK_ERR_ARGUMENT &&
		      shk_login(client, "1312345678", "WA0000001", "\xff\xfe") == SHK_ERR_ARGUMENT,
	      "login needs UTF-8 texts");
	check(shk_login(client, "1312345678", "W", "correct horse") == SHK_ERR_FIELD &&
		      shk_error_field_count(client) == 1 &&
		      same(shk_error_field(client, 0), "login_id") &&
		      shk_error_field_text(client, 0) && shk_error_field(client, 1) == NULL,
	      "a login id that is too short is named");
	check(shk_reference_register(client, "xyz", "1", NULL) == SHK_ERR_ARGUMENT &&
		      shk_reference_register(client, id, "", NULL) == SHK_ERR_ARGUMENT &&
		      shk_reference_register(client, id, "a\nb", NULL) == SHK_ERR_ARGUMENT &&
		      shk_reference_register(client, id,
					     "123456789012345678901234567890123456789012345678901",
					     NULL) == SHK_ERR_ARGUMENT,
	      "a number has 1 to 50 characters and no control");
	check(shk_reference_register(client, id,
				     "照会番号照会番号照会番号照会番号照会番号照会番号照会番号照会"
				     "番号照会番号照会番号"
				     "照会番号照会番号番号",
				     NULL) == SHK_ERR_STATE,
	      "50 characters of three bytes each are 50");
	check(shk_session_save(client, "/nonexistent/a") == SHK_ERR_STATE &&
		      shk_session_save(client, NULL) == SHK_ERR_ARGUMENT,
	      "no session is not saved");
	check(shk_session_restore(client, "/nonexistent/a") == SHK_ERR_STATE &&
		      shk_session_restore(client, "/") == SHK_ERR_FILE,
	      "a session that is not there, and what is none");
}

static void check_list(shk_client *client)
{
	static const char id[] = "0123456789abcdef0123456789abcdef";
	shk_references *list = NULL;
	int i, fits = 1;
	check(shk_references_create(client, &list) == SHK_OK && list, "a list is made");
	check(shk_references_send(list) == SHK_ERR_STATE, "an empty list is not sent");
	check(shk_references_add(list, "xyz", "1", NULL) == SHK_ERR_ARGUMENT &&
		      shk_references_add(list, id, "a\nb", NULL) == SHK_ERR_ARGUMENT &&
		      shk_references_count(list) == 0,
	      "a list takes what a single registration takes");
	for (i = 0; i < SHK_REFERENCES_MAX; i++)
		fits = fits && shk_references_add(list, id, NULL, "1") == SHK_OK;
	check(fits && shk_references_add(list, id, "1", NULL) == SHK_ERR_ARGUMENT &&
		      shk_references_count(list) == SHK_REFERENCES_MAX,
	      "a list has an end");
	check(shk_references_send(list) == SHK_ERR_STATE &&
		      shk_references_code(list, 0) == SHK_ERR_STATE &&
		      shk_references_code(list, SHK_REFERENCES_MAX) == SHK_ERR_ARGUMENT &&
		      shk_references_problem(list, 0) == NULL,
	      "without a session no change has an outcome");
	check(shk_references_add(list, id, "1", NULL) == SHK_ERR_STATE,
	      "what was sent is not added to");
	shk_references_destroy(list);
}

static void check_network(shk_client *client)
{
	check(shk_login(client, "1312345678", "WA0000001", "correct horse") == SHK_ERR_NETWORK &&
		      same(shk_error_problem(client), "network_unreachable") &&
		      shk_error_exit(client) == 9,
	      "where nobody listens the network is told");
	check(shk_session_state(client) == SHK_SESSION_NONE, "and there is no session");
}

int main(void)
{
	shk_client *client = NULL;
	check_versions();
	check_codes();
	check_null();
	check_proof();
	check_search();
	check(shk_client_create(&client) == SHK_OK && client != NULL, "a client is made");
	if (client) {
		check_setters(client);
		check_order(client);
		check_arguments(client);
		check_new(client);
		check_list(client);
		check_network(client);
		shk_client_destroy(client);
	}
	printf("1..%d\n", tests);
	return failures != 0;
}
