/* SPDX-License-Identifier: Apache-2.0 */
/* Names come out of the file and go to a terminal: what is not plain text is not repeated. */
#include "server/config_report.h"

#include "lib/base/utf8.h"

static const char *plain(const char *name)
{
	struct str text = str_of(name);
	return utf8_valid(text) && !utf8_has_control(text) ? name : "?";
}

static void sentence_print(const struct config_report *report, const char *section, const char *key,
			   const char *sentence)
{
	fprintf(report->out, "%s:", report->path);
	if (report->line)
		fprintf(report->out, "%d:", report->line);
	if (section)
		fprintf(report->out, " [%s] %s:", plain(section), plain(key));
	fprintf(report->out, " %s\n", sentence);
}

void config_refuse(struct config_report *report, const char *section, const char *key,
		   const char *ja, const char *en)
{
	report->refused = true;
	if (!report->out)
		return;
	sentence_print(report, section, key, ja);
	sentence_print(report, section, key, en);
}
