/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our card rooms on a real reader, for tests/stack/card.sh:
 *
 *   card_probe [--trace] [--last-try] [--key FILE] flow FOLDER   one flow; the PIN is a line on
 * stdin, or with --key no PIN: the simulated organisation. Leaves FOLDER/certificate.der, signature
 * and digest. card_probe loop FOLDER     a flow for each line (a PIN) on stdin card_probe hold MS
 * show the PIN 1234, keep the transaction MS long, end it card_probe peek            sign without
 * PIN: is the key still open from somebody else? card_probe wait MS         only wait for a card
 *   card_probe cancel MS       the same, cancelled from another thread after MS
 *
 * Prints "STEP OUTCOME" for each step and ends at the first outcome that is not 0.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/number.h"
#include "lib/card/jpki.h"
#include "lib/card/org_auth.h"
#include "lib/card/pcsc.h"
#include "sim/org_auth/org_auth_simulated.h"

enum { WAIT_MS = 3000, BEGIN_MS = 2000, ARENA_BYTES_MAX = 1 << 20 };

struct probe {
	struct arena arena;
	struct pcsc *pcsc;
	struct apdu_channel channel;
	const char *folder;
	const char *key_path;
	bool last_try_allowed;
};

static const char *name_of(int r)
{
	static const struct {
		int result;
		const char *name;
	} names[] = {
		{0, "done"},
		{CARD_GONE, "card_gone"},
		{CARD_RESET, "card_reset"},
		{CARD_TIMEOUT, "timeout"},
		{APDU_MALFORMED, "malformed"},
		{JPKI_NOT_THIS_CARD, "not_this_card"},
		{JPKI_PIN_FORM, "pin_form"},
		{JPKI_PIN_WRONG, "pin_wrong"},
		{JPKI_PIN_BLOCKED, "pin_blocked"},
		{JPKI_PIN_LAST_TRY, "pin_last_try"},
		{JPKI_PIN_NEEDED, "pin_needed"},
		{ORG_AUTH_REFUSED, "organisation_refused"},
		{PCSC_NO_SERVICE, "no_service"},
		{PCSC_NO_READER, "no_reader"},
		{PCSC_BUSY, "busy"},
		{PCSC_CARD_UNRESPONSIVE, "unresponsive"},
		{PCSC_CANCELLED, "cancelled"},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].result == r)
			return names[i].name;
	return "fault";
}

static int said(const char *step, int r)
{
	printf("%s %s\n", step, name_of(r));
	fflush(stdout);
	return r;
}

static void trace_print(void *ctx, const struct apdu_note *note)
{
	(void)ctx;
	printf("apdu %02X %02X %02X %02X sent=%zu received=%zu sw=%04X\n", note->cla, note->ins,
	       note->p1, note->p2, note->sent, note->received, note->sw);
}

static void file_write(const struct probe *probe, const char *name, struct str content)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", probe->folder, name);
	FILE *file = fopen(path, "wb");
	if (!file)
		abort();
	fwrite(content.ptr, 1, content.len, file);
	fclose(file);
}

static struct str file_read(struct arena *arena, const char *path)
{
	char *bytes = arena_alloc(arena, 8192);
	FILE *file = fopen(path, "rb");
	if (!file || !bytes)
		abort();
	size_t len = fread(bytes, 1, 8192, file);
	fclose(file);
	return str_bytes(bytes, len);
}

static int reader_begin(struct probe *probe, int64_t wait_ms)
{
	char reader[PCSC_READER_BYTES];
	int r = said("wait", pcsc_wait(probe->pcsc, STR(""), wait_ms, reader));
	if (r)
		return r;
	return said("begin", pcsc_begin(probe->pcsc, reader, BEGIN_MS));
}

static int pin_show(struct probe *probe, const struct secret *pin)
{
	unsigned tries = 99;
	int r = said("verify", jpki_verify_pin(&probe->channel, &probe->arena, pin,
					       probe->last_try_allowed, &tries));
	if (tries != 99)
		printf("tries %u\n", tries);
	return r;
}

static int organisation_show(struct probe *probe)
{
	AUTO(org_auth_simulated_destroyp) struct org_auth_simulated *simulated = NULL;
	int r = org_auth_simulated_create(file_read(&probe->arena, probe->key_path), &simulated);
	if (r)
		return said("organisation_key", r);
	const struct org_auth org = org_auth_simulated_table(simulated);
	return said("organisation", org_auth_open(&probe->channel, &probe->arena, &org));
}

static int digest_sign(struct probe *probe)
{
	unsigned char digest[JPKI_DIGEST_BYTES];
	struct str signature = {0};
	for (size_t i = 0; i < sizeof digest; i++)
		digest[i] = (unsigned char)i;
	int r = said("sign", jpki_sign(&probe->channel, &probe->arena, digest, &signature));
	if (r || !probe->folder)
		return r;
	file_write(probe, "digest", str_bytes(digest, sizeof digest));
	file_write(probe, "signature", signature);
	return 0;
}

static int card_talk(struct probe *probe, const struct secret *pin)
{
	enum jpki_kind kind;
	struct str der = {0};
	int r = said("open", jpki_open(&probe->channel, &probe->arena, &kind));
	if (r == 0)
		r = said("certificate", jpki_certificate(&probe->channel, &probe->arena, &der));
	if (r)
		return r;
	file_write(probe, "certificate.der", der);
	r = probe->key_path ? organisation_show(probe) : pin_show(probe, pin);
	return r ? r : digest_sign(probe);
}

static int flow(struct probe *probe, const struct secret *pin, int64_t wait_ms)
{
	probe->channel.exchanges = 0;
	int r = reader_begin(probe, wait_ms);
	if (r == 0)
		r = card_talk(probe, pin);
	pcsc_end(probe->pcsc);
	printf("exchanges %zu\n", probe->channel.exchanges);
	return said("flow", r);
}

static int flow_once(struct probe *probe)
{
	AUTO(secret_wipe) struct secret pin = {0};
	if (!probe->key_path && secret_read(&pin, STDIN_FILENO))
		return 1;
	return flow(probe, &pin, WAIT_MS);
}

static int flow_loop(struct probe *probe)
{
	AUTO(secret_wipe) struct secret pin = {0};
	while (secret_read(&pin, STDIN_FILENO) == 0)
		(void)flow(probe, &pin, 1500);
	return 0;
}

static int hold(struct probe *probe, int ms)
{
	AUTO(secret_wipe) struct secret pin = {0};
	enum jpki_kind kind;
	int r = secret_set(&pin, STR("1234"));
	if (r == 0)
		r = reader_begin(probe, WAIT_MS);
	if (r == 0)
		r = said("open", jpki_open(&probe->channel, &probe->arena, &kind));
	if (r == 0)
		r = pin_show(probe, &pin);
	if (r == 0)
		poll(NULL, 0, ms);
	pcsc_end(probe->pcsc);
	return said("held", r);
}

static int peek(struct probe *probe)
{
	enum jpki_kind kind;
	int r = reader_begin(probe, WAIT_MS);
	if (r == 0)
		r = said("open", jpki_open(&probe->channel, &probe->arena, &kind));
	if (r == 0)
		r = digest_sign(probe);
	pcsc_end(probe->pcsc);
	return r;
}

static int wait_only(struct probe *probe, int ms)
{
	char reader[PCSC_READER_BYTES];
	return said("wait", pcsc_wait(probe->pcsc, STR(""), ms, reader));
}

struct canceller {
	struct pcsc *pcsc;
	int ms;
};

static void *cancel_run(void *ctx)
{
	const struct canceller *canceller = ctx;
	poll(NULL, 0, canceller->ms);
	pcsc_cancel(canceller->pcsc);
	return NULL;
}

static int wait_cancelled(struct probe *probe, int ms)
{
	struct canceller canceller = {probe->pcsc, ms};
	pthread_t thread;
	if (pthread_create(&thread, NULL, cancel_run, &canceller))
		return 1;
	int r = wait_only(probe, 60000);
	pthread_join(thread, NULL);
	return r;
}

static int verb_run(struct probe *probe, const char *verb, const char *argument)
{
	int64_t ms = 0;
	if (!strcmp(verb, "peek"))
		return peek(probe);
	if (!argument)
		return 2;
	probe->folder = argument;
	if (!strcmp(verb, "flow"))
		return flow_once(probe);
	if (!strcmp(verb, "loop"))
		return flow_loop(probe);
	probe->folder = NULL;
	if (number_parse(str_of(argument), 0, 60000, &ms))
		return 2;
	if (!strcmp(verb, "hold"))
		return hold(probe, (int)ms);
	if (!strcmp(verb, "wait"))
		return wait_only(probe, (int)ms);
	return strcmp(verb, "cancel") ? 2 : wait_cancelled(probe, (int)ms);
}

int main(int argc, char **argv)
{
	struct probe probe = {0};
	int at = 1;
	arena_init(&probe.arena, ARENA_BYTES_MAX);
	for (; at < argc && argv[at][0] == '-'; at++) {
		if (!strcmp(argv[at], "--trace"))
			probe.channel.trace = trace_print;
		if (!strcmp(argv[at], "--last-try"))
			probe.last_try_allowed = true;
		if (!strcmp(argv[at], "--key") && at + 1 < argc)
			probe.key_path = argv[++at];
	}
	if (at >= argc || pcsc_create(&probe.pcsc) < 0)
		return 2;
	probe.channel.transport = pcsc_transport(probe.pcsc);
	int r = verb_run(&probe, argv[at], at + 1 < argc ? argv[at + 1] : NULL);
	pcsc_destroy(probe.pcsc);
	arena_clear(&probe.arena);
	return r ? 1 : 0;
}
