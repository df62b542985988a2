/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls with a token draw on their account's and their facility's buckets, then on their address's,
 * which is wide: many small facilities stand behind one address of a carrier.
 *
 * Before a login nobody is known. It draws on a bucket for what it claims (facility, login id) from
 * this address: known or not, so that no answer tells; from this address, so that an outsider
 * cannot use up what the facility's own desk needs. Guessing from many addresses is what the lanes
 * in the store are for. Calls that anybody may make at any time (health) draw on none.
 */
#include "server/api/rate.h"

#include <arpa/inet.h>

#include "server/api/bucket.h"

enum kind { OF_ACCOUNT = 1, OF_FACILITY, OF_ADDRESS, OF_CLAIM };
enum { CLAIMS_MAX = 3, ADDRESS_V6_BYTES = 8 /* a customer's /64 */ };

static int number_of_text(const struct str *parts, size_t parts_count, uint64_t *ret_number)
{
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	int r = digest_parts(parts, parts_count, digest);
	if (r)
		return FOLD(r);
	memcpy(ret_number, digest, sizeof *ret_number);
	return 0;
}

/* What is not an address (a test's) is its text. */
static int address_number(const struct api_call *call, uint64_t *ret_number)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char address[16];
	struct str whose = call->request->peer.ptr ? call->request->peer : STR("");
	if (str_to_c(whose, text, sizeof text) == 0 && inet_pton(AF_INET6, text, address) == 1)
		whose = str_bytes(address, ADDRESS_V6_BYTES);
	return number_of_text(&whose, 1, ret_number);
}

/* Facility code and login id of a login, as typed; absent when the body does not say. */
static int claim_read(struct api_call *call, struct str parts[2])
{
	struct wire_login login = {0};
	struct wire_input input = {0};
	struct str body = call->request->body;
	int r = 0;
	parts[0] = parts[1] = (struct str){0};
	if (call->name == WIRE_LOGIN)
		r = wire_login_request_decode(body, &input, &login);
	else if (call->name == WIRE_READER_LOGIN)
		r = wire_reader_login_request_decode(body, &input, &login);
	if (r == 0 && login.facility_code.ptr)
		r = arena_copy(&call->arena, login.facility_code, &parts[0]);
	if (r == 0 && login.login_id.ptr)
		r = arena_copy(&call->arena, login.login_id, &parts[1]);
	wire_input_clear(&input);
	return r < 0 ? PASS(r) : 0;
}

struct claims {
	struct bucket_claim items[CLAIMS_MAX];
	size_t count;
};

static void claims_add(struct claims *claims, const struct api_call *call, enum kind kind,
		       uint64_t whose, struct bucket_rule rule)
{
	claims->items[claims->count++] =
		(struct bucket_claim){bucket_key(call->service->buckets, (int)kind, whose), rule};
}

static int login_claim(struct api_call *call, uint64_t address, struct claims *claims)
{
	struct str parts[3];
	uint64_t whose;
	int r = claim_read(call, parts);
	if (r)
		return PASS(r);
	if (!parts[1].ptr)
		return 0;
	parts[2] = str_bytes(&address, sizeof address);
	r = number_of_text(parts, 3, &whose);
	if (r)
		return PASS(r);
	const struct config *config = call->service->config;
	claims_add(claims, call, OF_CLAIM, whose,
		   (struct bucket_rule){config->limits.login_burst,
					config->limits.login_per_minute});
	return 0;
}

static int claims_collect(struct api_call *call, struct claims *claims)
{
	const struct config *config = call->service->config;
	uint64_t address;
	int r = address_number(call, &address);
	if (r)
		return PASS(r);
	if (call->caller.facility_no) {
		claims_add(claims, call, OF_ACCOUNT, (uint64_t)call->caller.account_no,
			   (struct bucket_rule){config->limits.account_burst,
						config->limits.account_per_minute});
		claims_add(claims, call, OF_FACILITY, (uint64_t)call->caller.facility_no,
			   (struct bucket_rule){config->limits.facility_burst,
						config->limits.facility_per_minute});
	} else {
		r = login_claim(call, address, claims);
		if (r)
			return PASS(r);
	}
	claims_add(claims, call, OF_ADDRESS, address,
		   (struct bucket_rule){config->limits.address_burst,
					config->limits.address_per_minute});
	return 0;
}

int rate_check(struct api_call *call)
{
	struct claims claims = {.count = 0};
	int64_t wait_ms;
	const struct wire_call_row *row = wire_call_row(call->name);
	if (!row->accounts && row->lane == WIRE_LANE_LOOP)
		return 0;
	int r = claims_collect(call, &claims);
	if (r)
		return PASS(r);
	r = buckets_take(call->service->buckets, claims.items, claims.count, call->begun_ms,
			 &wait_ms);
	if (r == 0)
		return 0;
	call->retry_after_s = retry_after_s(wait_ms);
	return PROBLEM_TOO_MANY_REQUESTS;
}
