/* SPDX-License-Identifier: Apache-2.0 */
/* The page's files, which the build has put into the program. */
#include "workstation/faces/inside.h"

struct file {
	struct str path, type, bytes;
};

#include "ui_files.inc"

void files_answer(struct web_exchange *exchange)
{
	struct str path = exchange->request.path;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		if (!str_equal(files[i].path, path))
			continue;
		exchange->reply = (struct web_reply){.status = 200,
						     .content_type = files[i].type,
						     .body = files[i].bytes};
		return;
	}
	exchange->reply = (struct web_reply){.status = 404};
}
