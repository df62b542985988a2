/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small world for the tests of this room: two roots of one name, an attacker with the same name,
 * a responder, and one card's key that gets whatever certificate a test wants. It is noon of
 * 22 November 2026 in Japan.
 */
#pragma once

#include "lib/base/test.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/period.h"
#include "lib/pki/pki.h"
#include "sim/pki/make.h"

#define WORLD_SUBJECT "C=JP,CN=997794E9AGCIEG13221003A"

struct world {
	struct arena arena;
	struct make_pair old_root; /* 2019..2029 */
	struct make_pair root;	   /* 2023..2033 */
	struct make_pair evil;	   /* the root's name, serial and time */
	struct make_pair responder;
	EVP_PKEY *key; /* of the card */
	char folder[64];
	struct pki_anchors *anchors;
};

static inline int64_t at(const char *datetime)
{
	int64_t ms = 0;
	assert_int_equal(period_datetime_parse(str_of(datetime), &ms), 0);
	return ms;
}

static inline int64_t world_now(void)
{
	return at("20261122120000");
}

static inline void world_path(const struct world *world, const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", world->folder, name);
}

static inline void world_write(const struct world *world, const char *name, const char *text)
{
	char path[128];
	world_path(world, name, path);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static inline void world_write_root(const struct world *world, const char *name, X509 *root)
{
	char path[128];
	world_path(world, name, path);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, root), 1);
	fclose(file);
}

static inline void world_remove(const struct world *world, const char *name)
{
	char path[128];
	world_path(world, name, path);
	unlink(path);
}

static inline int world_create(void **state)
{
	struct world *world = test_calloc(1, sizeof *world);
	struct make_profile profile =
		make_root_profile(0x133C349, at("20190914000000"), at("20290914000000"));
	arena_init(&world->arena, 1 << 20);
	assert_int_equal(make_pair(&profile, NULL, &world->old_root), 0);
	profile = make_root_profile(0x6D18006, at("20230716000000"), at("20330715000000"));
	assert_int_equal(make_pair(&profile, NULL, &world->root), 0);
	assert_int_equal(make_pair(&profile, NULL, &world->evil), 0);
	profile = make_responder_profile(77, at("20261101000000"), at("20261201000000"));
	assert_int_equal(make_pair(&profile, &world->root, &world->responder), 0);
	world->key = make_key();
	snprintf(world->folder, sizeof world->folder, "/tmp/pki_test.XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	world_write_root(world, "1.pem", world->old_root.certificate);
	world_write_root(world, "2.pem", world->root.certificate);
	world_write(world, "policies.txt", "# test\n\n" MAKE_POLICY_AUTH "\n");
	assert_int_equal(pki_anchors_load(world->folder, PKI_TEST, &world->anchors), 0);
	*state = world;
	return 0;
}

static inline int world_destroy(void **state)
{
	struct world *world = *state;
	world_remove(world, "1.pem");
	world_remove(world, "2.pem");
	world_remove(world, "policies.txt");
	assert_int_equal(rmdir(world->folder), 0);
	pki_anchors_destroy(world->anchors);
	make_pair_clear(&world->old_root);
	make_pair_clear(&world->root);
	make_pair_clear(&world->evil);
	make_pair_clear(&world->responder);
	EVP_PKEY_free(world->key);
	arena_clear(&world->arena);
	test_free(world);
	return 0;
}

/* The right profile: four years left. */
static inline struct make_profile world_profile(void)
{
	return make_card_profile(WORLD_SUBJECT, 0xABCDEF, at("20251027000000"),
				 at("20300217235959"));
}

static inline struct str world_issue(struct world *world, const struct make_profile *profile,
				     const struct make_pair *issuer, EVP_PKEY *key)
{
	X509 *certificate = NULL;
	struct str der;
	assert_int_equal(make_certificate(profile, key, issuer, &certificate), 0);
	assert_int_equal(make_der(&world->arena, certificate, &der), 0);
	X509_free(certificate);
	return der;
}
