/* SPDX-License-Identifier: Apache-2.0 */
/* shikaku-admin; everything is in run.c, so that tests can call it. */
#include "lib/base/secret.h"
#include "server/admin/admin.h"

int main(int argc, char **argv)
{
	secret_process_guard();
	const struct admin_world world = {clock_system, password_cost_default, stdout, stderr};
	return admin_run(argc, argv, &world);
}
