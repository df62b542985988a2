/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/pki/hierarchy.h"

#include <stdio.h>

#define DAY_MS	INT64_C(86400000)
#define YEAR_MS (365 * DAY_MS)

enum {
	MODE_FILE = 0644,
	/* One counter serves roots, responders and cards: these are the roots'. */
	SERIAL_SIGN = 0x00BFCE,
	SERIAL_RESPONDER = 0x500,
	SERIAL_SERVER = 0x600,
};

/* Ten years each, a new one every few: the oldest is about to end, all live together. */
static const struct {
	uint64_t serial;
	int64_t age_ms;
} generations[HIERARCHY_GENERATIONS] = {
	{0x00BFCD, 9 * YEAR_MS},
	{0x133C349, 6 * YEAR_MS},
	{0x6D18006, 3 * YEAR_MS},
};

void hierarchy_clear(struct hierarchy *hierarchy)
{
	for (size_t i = 0; i < HIERARCHY_GENERATIONS; i++)
		make_pair_clear(&hierarchy->auth[i]);
	make_pair_clear(&hierarchy->evil);
	make_pair_clear(&hierarchy->sign);
	EVP_PKEY_free(hierarchy->organisation);
	hierarchy->organisation = NULL;
}

/* FOLDER/NAME.pem and FOLDER/NAME.key. */
static int pair_write(const struct folder *folder, const char *place, const char *name,
		      const struct make_pair *pair)
{
	char path[FOLDER_PATH_BYTES];
	snprintf(path, sizeof path, "%s%s.pem", place, name);
	int r = folder_write_certificate(folder, path, pair->certificate);
	snprintf(path, sizeof path, "%s%s.key", place, name);
	if (r == 0)
		r = folder_write_key(folder, path, pair->key);
	return r < 0 ? PASS(r) : 0;
}

static int responder_make(const struct hierarchy *hierarchy, struct keys *keys, size_t generation,
			  const char *name, const struct folder *folder, int64_t now_ms)
{
	AUTO(make_pair_clear) struct make_pair responder = {0};
	const struct make_pair *root = &hierarchy->auth[generation];
	struct make_profile profile = make_responder_profile(SERIAL_RESPONDER + generation,
							     now_ms - DAY_MS, now_ms + YEAR_MS);
	int r = 0;
	if (generation > 0)
		r = keys_pair(keys, &profile, root, &responder);
	if (r == 0)
		r = pair_write(folder, "ocsp/", name, generation > 0 ? &responder : root);
	return r < 0 ? PASS(r) : 0;
}

static int generation_make(struct hierarchy *hierarchy, struct keys *keys, size_t generation,
			   const struct folder *folder, int64_t now_ms)
{
	char name[20], path[FOLDER_PATH_BYTES];
	struct make_pair *root = &hierarchy->auth[generation];
	int64_t from_ms = now_ms - generations[generation].age_ms;
	struct make_profile profile =
		make_root_profile(generations[generation].serial, from_ms, from_ms + 10 * YEAR_MS);
	snprintf(name, sizeof name, "authca%zu", generation + 1);
	snprintf(path, sizeof path, "anchors/test/auth/%s.pem", name);
	int r = keys_pair(keys, &profile, NULL, root);
	if (r == 0)
		r = folder_write_certificate(folder, path, root->certificate);
	if (r == 0)
		r = pair_write(folder, "ca/", name, root);
	if (r == 0)
		r = responder_make(hierarchy, keys, generation, name, folder, now_ms);
	return r < 0 ? PASS(r) : 0;
}

/* The attacker copies whatever can be copied of the newest root: all but the key. */
static int others_make(struct hierarchy *hierarchy, struct keys *keys, const struct folder *folder,
		       int64_t now_ms)
{
	int64_t from_ms = now_ms - generations[HIERARCHY_GENERATIONS - 1].age_ms;
	struct make_profile profile =
		make_root_profile(generations[HIERARCHY_GENERATIONS - 1].serial, from_ms,
				  from_ms + 10 * YEAR_MS);
	int r = keys_pair(keys, &profile, NULL, &hierarchy->evil);
	if (r == 0)
		r = pair_write(folder, "ca/", "evilca", &hierarchy->evil);
	profile.subject = MAKE_NAME_SIGN;
	profile.serial = SERIAL_SIGN;
	if (r == 0)
		r = keys_pair(keys, &profile, NULL, &hierarchy->sign);
	if (r == 0)
		r = pair_write(folder, "ca/", "signca", &hierarchy->sign);
	return r < 0 ? PASS(r) : 0;
}

/* P-256, as a TLS server of today; its root's key is thrown away. */
static int server_make(const struct folder *folder, int64_t now_ms)
{
	AUTO(make_pair_clear) struct make_pair root = {.key = EVP_EC_gen("P-256")};
	AUTO(make_pair_clear) struct make_pair server = {.key = EVP_EC_gen("P-256")};
	struct make_profile above =
		make_root_profile(SERIAL_SERVER, now_ms - DAY_MS, now_ms + 2 * YEAR_MS);
	struct make_profile profile = {
		.subject = "CN=localhost",
		.serial = SERIAL_SERVER + 1,
		.not_before_ms = now_ms - DAY_MS,
		.not_after_ms = now_ms + YEAR_MS,
		.key_usage = "critical,digitalSignature",
		.basic_constraints = "critical,CA:FALSE",
		.extended_usage = "serverAuth",
		.subject_alt = "DNS:localhost,IP:127.0.0.1,IP:::1",
	};
	above.subject = "O=Shikaku test,CN=Shikaku test server root";
	if (!root.key || !server.key)
		return RAISE(EIO);
	int r = make_certificate(&above, root.key, NULL, &root.certificate);
	if (r == 0)
		r = make_certificate(&profile, server.key, &root, &server.certificate);
	if (r == 0)
		r = folder_write_certificate(folder, "server-ca.pem", root.certificate);
	if (r == 0)
		r = pair_write(folder, "", "server", &server);
	return r < 0 ? PASS(r) : 0;
}

static int organisation_make(struct hierarchy *hierarchy, struct keys *keys,
			     const struct folder *folder)
{
	hierarchy->organisation = keys_take(keys);
	int r = folder_write_key(folder, "org/organisation.key", hierarchy->organisation);
	if (r == 0)
		r = folder_write_public(folder, "org/organisation.pub", hierarchy->organisation);
	if (r == 0)
		r = folder_write_public(folder, "anchors/test/organisation.pub",
					hierarchy->organisation);
	return r < 0 ? PASS(r) : 0;
}

int hierarchy_make(struct hierarchy *hierarchy, struct keys *keys, const struct folder *folder,
		   int64_t now_ms)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < HIERARCHY_GENERATIONS; i++)
		r = generation_make(hierarchy, keys, i, folder, now_ms);
	if (r == 0)
		r = folder_write(folder, "anchors/test/auth/policies.txt", MODE_FILE,
				 STR("# 利用者証明用, test environment\n" MAKE_POLICY_AUTH "\n"));
	if (r == 0)
		r = others_make(hierarchy, keys, folder, now_ms);
	if (r == 0)
		r = server_make(folder, now_ms);
	if (r == 0)
		r = organisation_make(hierarchy, keys, folder);
	return r < 0 ? PASS(r) : 0;
}
