/* SPDX-License-Identifier: Apache-2.0 */
/* A build that cannot do 目視: better none than a pretended one. */
#include "reader/organisation.h"

#include <assert.h>
#include <stdlib.h>

int organisation_create(const char *key_path, struct organisation **ret_organisation)
{
	(void)key_path, (void)ret_organisation;
	return ORGANISATION_UNAVAILABLE;
}

void organisation_destroy(struct organisation *organisation)
{
	assert(!organisation);
}

struct org_auth organisation_table(struct organisation *organisation)
{
	(void)organisation;
	/* Nobody has an organisation to ask with. */
	abort();
}
