/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The adapter for nginx: a dynamic module of Debian's nginx that serves one web_app.
 *
 * A program makes its module of three things (server/meson.build shows how): the objects of
 * web_nginx_lib, its own rooms, and one source that says which app it is:
 *
 *	const struct web_app *const web_nginx_app = &shikaku_app;
 *
 * Then nginx.conf has, beside "load_module", these directives:
 *
 *	shikaku SETTINGS_PATH;           location: the app answers here, started from that file
 *	shikaku_body_timeout TIME;       http: for a whole request body, however it drips (8s)
 *	shikaku_reply_timeout TIME;      http: for the app's answer, and again for its sending (60s)
 *
 * The app also writes nginx's own refusals, when they are led to such a location:
 *
 *	error_page 400 404 413 … /e;
 *	location = /e { internal; shikaku SETTINGS_PATH; }
 *
 * start runs on a thread of its own and is tried again each second until it succeeds. The request
 * body must fit client_body_buffer_size; it is never put into a file.
 */
#pragma once

#include "lib/web/web.h"

/* Defined by the program. */
extern const struct web_app *const web_nginx_app;
