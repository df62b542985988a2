/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/acceptance/T36/herd.h"

/* The cards of all herds: a root's signature takes its time, and they are alike everywhere. */
static struct tap card_of(struct desk *desk, int card)
{
	static struct str issued[HERD];
	struct make_profile profile = world_profile();
	struct tap tap = {.method = "pin", .staff = "s1", .key = desk->world->key};
	profile.serial = HERD_SERIAL + (uint64_t)card;
	if (!issued[card].ptr)
		issued[card] =
			world_issue(desk->world, &profile, &desk->world->root, desk->world->key);
	tap.certificate = issued[card];
	return tap;
}

void herd_nonces(struct herd *herd, struct desk *desk, int cards)
{
	herd->done = 0;
	for (int i = 0; i < HERD; i++) {
		struct tap tap = card_of(desk, i % cards);
		struct house_call call = tap_call(desk, &tap);
		herd->calls[i] = (struct herd_call){
			.desk = desk,
			.request = house_request(desk->house, &call),
			.done = &herd->done,
		};
	}
}

void herd_prepare(struct herd *herd, struct desk *desk, int cards)
{
	assert_int_equal(db_begin(desk->house->db), 0); /* one sync for all */
	for (int i = 0; i < cards; i++)
		desk_register(desk, card_of(desk, i).certificate);
	assert_int_equal(db_commit(desk->house->db), 0);
	herd_nonces(herd, desk, cards);
}

static void *call_main(void *ctx)
{
	struct herd_call *call = ctx;
	struct web_exchange exchange;
	web_fake_call(&house_app, call->desk->house->service, &call->request, &exchange);
	call->status = exchange.reply.status;
	web_fake_clear(&exchange);
	atomic_fetch_add(call->done, 1);
	return NULL;
}

void herd_start(struct herd *herd)
{
	for (int i = 0; i < HERD; i++)
		assert_int_equal(pthread_create(&herd->calls[i].thread, NULL, call_main,
						&herd->calls[i]),
				 0);
}

void herd_join(struct herd *herd)
{
	for (int i = 0; i < HERD; i++)
		pthread_join(herd->calls[i].thread, NULL);
}

size_t herd_count(const struct herd *herd, int status)
{
	size_t count = 0;
	for (int i = 0; i < HERD; i++)
		count += herd->calls[i].status == status;
	return count;
}
