/* SPDX-License-Identifier: Apache-2.0 */
/* The door of the API's rooms: a request from any adapter goes in here. */
#pragma once

#include "lib/web/web.h"
#include "server/api/service.h"

/* On the event loop; never blocks. Answers by web_finish, now or from another thread. */
void api_dispatch(struct service *service, struct web_exchange *exchange);

/* What a request is told that comes before the service is ready: exchange->reply only. */
void api_unready(struct web_exchange *exchange);
