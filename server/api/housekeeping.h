/* SPDX-License-Identifier: Apache-2.0 */
/* What must be done now and then while the service runs: the tasks of its background work. */
#pragma once

#include "server/api/service.h"

/*
 * Starts service->tasks and mail_tasks, which tests without a thread turn by tasks_run_once. Keys,
 * store and retention are open. Faults: those of server/tasks.
 */
MUST_CHECK int housekeeping_start(struct service *service, bool thread);
