/* SPDX-License-Identifier: Apache-2.0 */
/* Each type of setting: what it takes, and how the refusal names it. */
#include "server/setting.h"

#include <assert.h>
#include <inttypes.h>

#include "lib/base/mail_address.h"
#include "lib/base/number.h"
#include "lib/base/utf8.h"

enum { TEXT_BYTES_MAX = 1023 };

static bool is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.';
}

static bool is_v6_char(char c)
{
	return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') ||
	       c == ':' || c == '.';
}

static bool is_of(struct str text, bool (*is_char)(char))
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_char(text.ptr[i]))
			return false;
	return text.len > 0;
}

/* "[v6]" or a name; what follows is left in *ret_rest. */
static bool host_take(struct str text, struct str *ret_host, struct str *ret_rest)
{
	char end = ':';
	struct str rest = text, host;
	if (str_starts(text, STR("["))) {
		end = ']';
		rest = (struct str){text.ptr + 1, text.len - 1};
	}
	const char *found = rest.len ? memchr(rest.ptr, end, rest.len) : NULL;
	if (end == ']' && !found)
		return false;
	host = (struct str){rest.ptr, found ? (size_t)(found - rest.ptr) : rest.len};
	size_t used = host.len + (end == ']' ? 2 : 0);
	*ret_host = host;
	*ret_rest = (struct str){text.ptr + used, text.len - used};
	return end == ']' ? is_of(host, is_v6_char) : is_of(host, is_host_char);
}

static bool port_take(struct str text, int64_t *ret_port)
{
	if (!str_starts(text, STR(":")))
		return false;
	return number_parse((struct str){text.ptr + 1, text.len - 1}, 1, 65535, ret_port) == 0;
}

bool setting_address_split(struct str text, struct str *ret_host, int64_t *ret_port)
{
	struct str rest;
	return host_take(text, ret_host, &rest) && port_take(rest, ret_port);
}

bool setting_origin_split(struct str text, struct str *ret_host, int64_t *ret_port)
{
	const struct str scheme = STR("https://");
	struct str rest;
	if (!str_starts(text, scheme))
		return false;
	text = (struct str){text.ptr + scheme.len, text.len - scheme.len};
	if (!host_take(text, ret_host, &rest))
		return false;
	*ret_port = 443;
	return rest.len == 0 || port_take(rest, ret_port);
}

static bool is_url(struct str text)
{
	if (memchr(text.ptr, ' ', text.len))
		return false;
	return str_starts(text, STR("http://")) || str_starts(text, STR("https://"));
}

bool setting_mails_next(struct str *rest, struct str *ret_address)
{
	struct str piece;
	if (!str_split(rest, ',', &piece))
		return false;
	*ret_address = str_trim(piece);
	return true;
}

static bool is_mails(struct str text)
{
	struct str rest = text, address;
	size_t count = 0;
	while (setting_mails_next(&rest, &address))
		if (++count > SETTING_MAILS_MAX || !mail_address_valid(address))
			return false;
	return true;
}

static bool is_text(struct str text)
{
	return text.len <= TEXT_BYTES_MAX && utf8_valid(text) && !utf8_has_control(text);
}

bool setting_is_path(struct str text)
{
	static const char refused[] = "\"'\\;{}$`#";
	for (size_t i = 0; i < text.len; i++)
		if (memchr(refused, text.ptr[i], sizeof refused - 1))
			return false;
	return str_starts(text, STR("/")) && is_text(text);
}

static bool text_allowed(const struct setting *setting, struct str text)
{
	struct str host;
	int64_t port;
	if (text.len == 0)
		return setting->preset && !*setting->preset;
	if (!is_text(text))
		return false;
	switch (setting->type) {
	case SETTING_PATH:
	case SETTING_FOLDER: return setting_is_path(text);
	case SETTING_ADDRESS: return setting_address_split(text, &host, &port);
	case SETTING_ORIGIN: return setting_origin_split(text, &host, &port);
	case SETTING_URL: return is_url(text);
	case SETTING_MAIL: return mail_address_valid(text);
	case SETTING_MAILS: return is_mails(text);
	case SETTING_TEXT:
	case SETTING_CHOICE:
	case SETTING_NUMBER: break;
	}
	return true;
}

static int choice_set(const struct setting *setting, struct str text, int *value)
{
	assert(setting->bytes == sizeof *value);
	for (const struct choice *choice = setting->choices; choice->word; choice++)
		if (str_equal(text, str_of(choice->word))) {
			*value = choice->value;
			return 0;
		}
	return SETTING_NOT_ALLOWED;
}

static int number_set(const struct setting *setting, struct str text, int64_t *value)
{
	assert(setting->bytes == sizeof *value);
	return number_parse(text, setting->min, setting->max, value) ? SETTING_NOT_ALLOWED : 0;
}

static int text_set(const struct setting *setting, struct str text, struct arena *arena,
		    struct str *value)
{
	assert(setting->bytes == sizeof *value);
	if (!text_allowed(setting, text))
		return SETTING_NOT_ALLOWED;
	int r = arena_copy(arena, text, value);
	return r < 0 ? PASS(r) : 0;
}

int setting_set(const struct setting *setting, struct str text, struct arena *arena,
		struct config *config)
{
	void *member = (char *)config + setting->offset;
	if (setting->type == SETTING_CHOICE)
		return choice_set(setting, text, member);
	if (setting->type == SETTING_NUMBER)
		return number_set(setting, text, member);
	return text_set(setting, text, arena, member);
}

/* "test | production" */
static struct str choices_print(const struct setting *setting, char *text, size_t bytes)
{
	size_t len = 0;
	for (const struct choice *choice = setting->choices; choice->word; choice++) {
		int n = snprintf(text + len, bytes - len, "%s%s", len ? " | " : "", choice->word);
		assert(n > 0 && (size_t)n < bytes - len);
		len += (size_t)n;
	}
	return (struct str){text, len};
}

/* What each type of text takes; numbers and choices say it of themselves. */
static const struct {
	const char *ja, *en;
} allowed[] = {
	[SETTING_TEXT] = {"制御文字を含まない文字列（1023バイトまで）",
			  "text without controls, up to 1023 bytes"},
	[SETTING_PATH] = {"「/」で始まるファイル名（\" ' \\ ; { } $ ` # を除く）",
			  "a file name beginning with / (without \" ' \\ ; { } $ ` #)"},
	[SETTING_FOLDER] = {"「/」で始まるフォルダー名（\" ' \\ ; { } $ ` # を除く）",
			    "a folder beginning with / (without \" ' \\ ; { } $ ` #)"},
	[SETTING_ADDRESS] = {"アドレス:ポート（例 127.0.0.1:8443、[::1]:8443）",
			     "address:port (127.0.0.1:8443, [::1]:8443)"},
	[SETTING_ORIGIN] = {"パスのない https の URL（例 https://localhost:8443）",
			    "an https URL without a path (https://localhost:8443)"},
	[SETTING_URL] = {"http:// か https:// で始まる URL",
			 "a URL beginning with http:// or https://"},
	[SETTING_MAIL] = {"メールアドレス（例 kanri@example.jp）",
			  "a mail address (kanri@example.jp)"},
	[SETTING_MAILS] = {"メールアドレス（8つまで、「,」で区切る）",
			   "mail addresses, at most 8, with commas between"},
};

const char *setting_allowed_ja(const struct setting *setting, char *text, size_t bytes)
{
	char words[100];
	if (setting->type == SETTING_CHOICE)
		snprintf(text, bytes, "%.*s のどれかにしてください。",
			 STR_ARG(choices_print(setting, words, sizeof words)));
	else if (setting->type == SETTING_NUMBER)
		snprintf(text, bytes, "%" PRId64 " から %" PRId64 " までの整数にしてください。",
			 setting->min, setting->max);
	else
		snprintf(text, bytes, "%sにしてください。", allowed[setting->type].ja);
	return text;
}

const char *setting_allowed_en(const struct setting *setting, char *text, size_t bytes)
{
	char words[100];
	if (setting->type == SETTING_CHOICE)
		snprintf(text, bytes, "must be one of %.*s.",
			 STR_ARG(choices_print(setting, words, sizeof words)));
	else if (setting->type == SETTING_NUMBER)
		snprintf(text, bytes, "must be a whole number from %" PRId64 " to %" PRId64 ".",
			 setting->min, setting->max);
	else
		snprintf(text, bytes, "must be %s.", allowed[setting->type].en);
	return text;
}
