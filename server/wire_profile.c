/* SPDX-License-Identifier: Apache-2.0 */
#include "server/wire_profile.h"

#include "lib/wire/profile_file.h"

int service_profile_read(const struct config *config, struct arena *arena, FILE *report,
			 struct wire_profile *ret_profile)
{
	struct wire_profile_complaint complaint = {0};
	struct str path = config->service.wire_profile;
	*ret_profile = wire_profile_default;
	if (!path.len)
		return 0;
	int r = wire_profile_read(arena, path.ptr, &complaint, ret_profile);
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	(void)fprintf(report, "%s: %s: %s\n%s: %s: %s\n", path.ptr, complaint.place, complaint.ja,
		      path.ptr, complaint.place, complaint.en);
	return SERVICE_PROFILE_REFUSED;
}
