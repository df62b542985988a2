/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/people/certificates.h"

static bool is_hex(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return text.len >= 2 && text.len <= 64 && text.len % 2 == 0;
}

static size_t words_split(struct str line, struct str words[4])
{
	size_t count = 0;
	while (count < 4 && str_split(&line, ' ', &words[count]))
		count++;
	return count;
}

static int line_read(struct str line, struct certificates *certificates)
{
	struct str words[4];
	size_t count = words_split(line, words);
	struct certificate certificate = {.aki = words[count == 3],
					  .serial = words[1 + (count == 3)]};
	if ((count != 2 && count != 3) || !is_hex(certificate.aki) || !is_hex(certificate.serial))
		return CERTIFICATES_MALFORMED;
	bool again = count == 3 && str_equal(words[0], STR("renewed"));
	certificate.person = again ? 1 : ++certificates->people;
	certificates->list[certificates->count++] = certificate;
	return 0;
}

int certificates_read(struct arena *arena, struct str text, struct certificates *ret_certificates)
{
	struct certificates certificates = {0};
	size_t lines = 1;
	for (size_t i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n';
	if (lines > CERTIFICATES_MAX)
		return CERTIFICATES_MALFORMED;
	certificates.list = arena_array(arena, lines, sizeof *certificates.list);
	if (!certificates.list)
		return RAISE(ENOMEM);
	struct str line;
	while (str_split(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.len && line_read(line, &certificates))
			return CERTIFICATES_MALFORMED;
	}
	*ret_certificates = certificates;
	return 0;
}
