/* SPDX-License-Identifier: Apache-2.0 */
/* shikaku-admin; everything is in run.c, so that tests can call it. */
#include "lib/base/secret.h"
#include "server/admin/admin.h"

int main(int argc, char **argv)
{
	secret_process_guard();
	return admin_run(argc, argv, stdout, stderr);
}
