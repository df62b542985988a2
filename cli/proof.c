/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys in, a verdict on each result out. */
#include "cli/proof.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/file.h"
#include "lib/terminal/say.h"

enum {
	JWKS_BYTES_MAX = 1024 * 1024,
	PROOF_TEXT_BYTES_MAX = 64 * 1024,
	RESULT_BYTES_MAX = 16 * 1024 * 1024,
};

int proof_keys_fetch(struct link *link, const struct cli_options *options)
{
	const char *text;
	/* Whoever is logged in need not name the service again. */
	int status = options->link.service ? 0 : link_session_take(link);
	if (!status)
		status = link_status(link, shk_jwks(link->client, &text), NULL);
	return status ? status : file_put(link->program, options->out, text);
}

/* --- verifying --- */

struct verdicts {
	const struct link *link;
	const char *jwks, *facility;
	int64_t good, bad;
	enum say_row worst;
};

static const char *method_word(const char *method)
{
	return strcmp(method, "visual") == 0 ? "目視" : "PIN";
}

static void good_say(const shk_proof *proof)
{
	(void)printf("○ %s 施設 %s 担当 %s %s 署名 %s\n", shk_proof_text(proof, "id"),
		     shk_proof_text(proof, "facility"), shk_proof_text(proof, "staff"),
		     method_word(shk_proof_text(proof, "method")),
		     shk_proof_text(proof, "issued_at"));
}

/* 0, or the exit status of what is no matter of this one result. */
static int verdict_take(struct verdicts *verdicts, int32_t code, shk_proof *proof)
{
	if (code == SHK_OK) {
		good_say(proof);
		shk_proof_destroy(proof);
		verdicts->good++;
		return 0;
	}
	if (code != SHK_ERR_PROOF && code != SHK_ERR_PROOF_KEY)
		return say_trouble(verdicts->link->program, SAY_USAGE, shk_code_text(code));
	if (code == SHK_ERR_PROOF || !verdicts->bad)
		verdicts->worst = code == SHK_ERR_PROOF ? SAY_PROOF_REFUSED : SAY_PROOF_KEY_UNKNOWN;
	verdicts->bad++;
	(void)printf("× %" PRId64 "件目: %s\n", verdicts->good + verdicts->bad,
		     shk_code_text(code));
	return 0;
}

static int entries_verify(struct verdicts *verdicts, FILE *in)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int status = 0;
	while (!status && (len = getline(&line, &room, in)) > 0) {
		shk_proof *proof = NULL;
		len -= line[len - 1] == '\n';
		if (len == 0)
			continue;
		int32_t code = shk_proof_verify_entry(verdicts->jwks, line, len, verdicts->facility,
						      &proof);
		status = verdict_take(verdicts, code, proof);
	}
	free(line);
	return status;
}

static int lines_verify(struct verdicts *verdicts, const char *path)
{
	bool is_standard = strcmp(path, "-") == 0;
	FILE *in = is_standard ? stdin : fopen(path, "r");
	if (!in)
		return say_trouble(verdicts->link->program, SAY_FILE_UNUSABLE, path);
	int status = entries_verify(verdicts, in);
	if (!status && ferror(in))
		status = say_trouble(verdicts->link->program, SAY_FILE_UNUSABLE, path);
	if (!is_standard)
		(void)fclose(in);
	return status;
}

static int one_verify(struct verdicts *verdicts, const char *result_path, const char *proof_path)
{
	char *text = NULL, *result = NULL;
	size_t len = 0, result_len = 0;
	shk_proof *proof = NULL;
	int status =
		file_get(verdicts->link->program, proof_path, PROOF_TEXT_BYTES_MAX, &text, &len);
	if (!status)
		status = file_get(verdicts->link->program, result_path, RESULT_BYTES_MAX, &result,
				  &result_len);
	if (!status) {
		text[strcspn(text, "\r\n")] = '\0';
		int32_t code = shk_proof_verify(verdicts->jwks, result, (int64_t)result_len, text,
						verdicts->facility, &proof);
		status = verdict_take(verdicts, code, proof);
	}
	free(text);
	free(result);
	return status;
}

int proof_verify(struct link *link, const struct cli_options *options)
{
	struct verdicts verdicts = {.link = link, .facility = options->facility};
	char *jwks = NULL;
	size_t len;
	int status = file_get(link->program, options->jwks, JWKS_BYTES_MAX, &jwks, &len);
	if (status)
		return status;
	verdicts.jwks = jwks;
	status = options->proof ? one_verify(&verdicts, options->file, options->proof)
				: lines_verify(&verdicts, options->file);
	free(jwks);
	if (status)
		return status;
	(void)fprintf(stderr, "%" PRId64 "件のうち%" PRId64 "件の証明を確かめました。\n",
		      verdicts.good + verdicts.bad, verdicts.good);
	return verdicts.bad ? say_trouble(link->program, verdicts.worst, options->file) : 0;
}
