/* SPDX-License-Identifier: Apache-2.0 */
/* The SIMULATED organisation: its key is a PEM file of the test PKI. */
#include "reader/organisation.h"

#include "lib/base/file.h"
#include "sim/org_auth/org_auth_simulated.h"

enum { KEY_BYTES_MAX = 8192 };

/* The two names of one thing: the opaque type here is that of sim/org_auth. */
static struct org_auth_simulated *simulated_of(struct organisation *organisation)
{
	return (struct org_auth_simulated *)organisation;
}

int organisation_create(const char *key_path, struct organisation **ret_organisation)
{
	AUTO(arena_clear) struct arena arena = {0};
	struct org_auth_simulated *simulated = NULL;
	struct str pem = {0};
	arena_init(&arena, 2 * KEY_BYTES_MAX);
	int r = file_read(&arena, key_path, KEY_BYTES_MAX, &pem);
	if (r)
		return r < 0 ? PASS(r) : ORGANISATION_KEY_REFUSED;
	r = org_auth_simulated_create(pem, &simulated);
	if (r)
		return r < 0 ? PASS(r) : ORGANISATION_KEY_REFUSED;
	*ret_organisation = (struct organisation *)simulated;
	return 0;
}

void organisation_destroy(struct organisation *organisation)
{
	org_auth_simulated_destroy(simulated_of(organisation));
}

struct org_auth organisation_table(struct organisation *organisation)
{
	return org_auth_simulated_table(simulated_of(organisation));
}
