/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: the sentence, the next step, the number to ask with. */
#include "cli/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static void say_line(const char *label, const char *text)
{
	if (text && *text)
		(void)fprintf(stderr, "  %s: %s\n", label, text);
}

int say_error(const shk_client *client)
{
	const char *problem = shk_error_problem(client);
	(void)fprintf(stderr, "shikaku: %s（%s）\n", shk_error_text(client),
		      problem ? problem : "?");
	for (int32_t i = 0; i < shk_error_field_count(client); i++)
		say_line(shk_error_field(client, i), shk_error_field_text(client, i));
	if (shk_error_code(client) == SHK_ERR_CONFLICT)
		say_line("いま登録されている照会番号", shk_error_held_reference(client)
							       ? shk_error_held_reference(client)
							       : "（なし）");
	say_line("次にすること", shk_error_action(client));
	if (shk_error_retry_after(client))
		(void)fprintf(stderr, "  待つ時間: %" PRId32 "秒\n", shk_error_retry_after(client));
	say_line("ソフトの会社の方へ", shk_error_vendor_hint(client));
	say_line("問い合わせ番号", shk_error_request_id(client));
	return shk_error_exit(client);
}

int say_code(int32_t code)
{
	(void)fprintf(stderr, "shikaku: %s\n", shk_code_text(code));
	return EXIT_UNEXPECTED;
}

int say_usage(const char *complaint)
{
	(void)fprintf(stderr,
		      "shikaku: コマンドの使い方が違います: %s\n"
		      "  次にすること: shikaku --help で使い方を確かめてください。\n",
		      complaint);
	return EXIT_USAGE;
}

bool say_is_watched(void)
{
	return isatty(STDERR_FILENO) == 1;
}

int32_t SHK_CALL say_progress(void *ctx, int64_t done, int64_t total)
{
	enum { WIDTH = 40 };
	char bar[WIDTH + 1];
	int64_t all = total > done ? total : done;
	int64_t filled = all ? done * WIDTH / all : WIDTH;
	(void)ctx;
	for (int i = 0; i < WIDTH; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[WIDTH] = '\0';
	(void)fprintf(stderr, "\r[%s] %" PRId64 "/%" PRId64 "件%s", bar, done, all,
		      done >= all ? "\n" : "");
	return 0;
}
