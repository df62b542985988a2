/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: the sentence, the next step, the number to ask with. */
#include "lib/terminal/say.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/terminal/text.h"

struct problem {
	const char *code;
	int exit;
	const char *title, *action, *vendor;
};

#define PROBLEM_ROW(name, code, status, exit, title, action, vendor) \
	{code, exit, title, action, vendor},
static const struct problem problems[] = {
#include "api/problems.def"
};
#undef PROBLEM_ROW

static const char *const row_codes[SAY_ROWS] = {
	[SAY_USAGE] = "usage",
	[SAY_UNEXPECTED] = "unexpected",
	[SAY_FILE_UNUSABLE] = "file_unusable",
	[SAY_CANCELLED] = "cancelled",
	[SAY_CHART_UNKNOWN] = "chart_unknown",
	[SAY_RESULT_UNKNOWN] = "result_unknown",
	[SAY_REFERENCE_TAKEN] = "reference_taken",
	[SAY_PROOF_REFUSED] = "proof_refused",
	[SAY_PROOF_KEY_UNKNOWN] = "proof_key_unknown",
	[SAY_DESK_SETUP_NEEDED] = "desk_setup_needed",
	[SAY_DESK_SETUP_DONE] = "desk_setup_done",
	[SAY_DESK_PASSWORD_WRONG] = "desk_password_wrong",
	[SAY_DESK_PASSWORD_WEAK] = "desk_password_weak",
	[SAY_DESK_WAIT] = "desk_wait",
	[SAY_DESK_STAFF_REFUSED] = "desk_staff_refused",
	[SAY_DESK_VAULT_DAMAGED] = "desk_vault_damaged",
	[SAY_DESK_FACILITY_UNKNOWN] = "desk_facility_unknown",
	[SAY_DESK_CHARTS_FOREIGN] = "desk_charts_foreign",
	[SAY_DESK_RECOVERY_WRONG] = "desk_recovery_wrong",
	[SAY_BACKUP_UNREACHABLE] = "backup_unreachable",
	[SAY_BACKUP_DISK_FULL] = "backup_disk_full",
	[SAY_BACKUP_BROKEN] = "backup_broken",
	[SAY_BACKUP_HOME_TAKEN] = "backup_home_taken",
};

static const struct problem *problem_of(enum say_row row)
{
	for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
		if (strcmp(problems[i].code, row_codes[row]) == 0)
			return &problems[i];
	return &problems[0]; /* not reached: say_test.c asks for every row */
}

int say_exit(enum say_row row)
{
	return problem_of(row)->exit;
}

void say_text(FILE *out, const char *program, const struct say_words *words)
{
	(void)fprintf(out, "%s: ", program);
	text_put(out, words->text);
	(void)fputs("（", out);
	text_put(out, words->code.ptr ? words->code : STR("?"));
	(void)fputs("）\n", out);
}

void say_line(FILE *out, const char *label, struct str text)
{
	if (!text.len)
		return;
	(void)fprintf(out, "  %s: ", label);
	text_put(out, text);
	(void)fputc('\n', out);
}

void say_rest(FILE *out, const struct say_words *words)
{
	say_line(out, "次にすること", words->action);
	say_line(out, "ソフトの会社の方へ", words->vendor);
	say_line(out, "問い合わせ番号", words->request_id);
}

static int row_say(const char *program, enum say_row row, const char *label, const char *about,
		   const char *vendor)
{
	const struct problem *problem = problem_of(row);
	const struct say_words words = {
		.text = str_of(problem->title),
		.code = str_of(problem->code),
		.action = str_of(problem->action),
		.vendor = str_of(vendor ? vendor : problem->vendor),
	};
	say_text(stderr, program, &words);
	if (about)
		say_line(stderr, label, str_of(about));
	say_rest(stderr, &words);
	return problem->exit;
}

int say_trouble(const char *program, enum say_row row, const char *about)
{
	return row_say(program, row, "対象", about, NULL);
}

int say_fault(const char *program, enum say_row row, const char *about)
{
	char trace[256];
	return row_say(program, row, "対象", about, fault_trace(trace, sizeof trace));
}

int say_end(const char *program, int status)
{
	bool is_out = fflush(stdout) == 0 && !ferror(stdout);
	return status || is_out ? status : say_trouble(program, SAY_FILE_UNUSABLE, "標準出力");
}

int say_usage(const char *program, enum command_line_outcome outcome, const char *complaint)
{
	bool is_short = outcome == COMMAND_LINE_INCOMPLETE;
	return row_say(program, SAY_USAGE, is_short ? "足りないもの" : "分からないもの", complaint,
		       "");
}

bool say_is_watched(void)
{
	return isatty(STDERR_FILENO) == 1;
}

void say_bar(int64_t done, int64_t total)
{
	enum { WIDTH = 40 };
	char bar[WIDTH + 1];
	int64_t all = total > done ? total : done;
	int64_t filled = all ? done * WIDTH / all : WIDTH;
	for (int i = 0; i < WIDTH; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[WIDTH] = '\0';
	(void)fprintf(stderr, "\r[%s] %" PRId64 "/%" PRId64 "件%s", bar, done, all,
		      done >= all ? "\n" : "");
}
