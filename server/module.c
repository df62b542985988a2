/* SPDX-License-Identifier: Apache-2.0 */
/* shikakud_module.so: the service behind nginx. Everything else is in its rooms. */
#include "lib/web/web_nginx.h"
#include "server/service.h"

const struct web_app *const web_nginx_app = &shikaku_app;
