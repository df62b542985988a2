/* SPDX-License-Identifier: Apache-2.0 */
/* TCP has no SO_PEERCRED; the kernel's table of sockets knows the owner of each. */
#include "lib/web/local_peer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/number.h"

enum { FIELDS_BEFORE_UID = 3 }; /* queues, timer, retransmissions */

/* The next field of a line, behind any number of blanks. */
static struct str field_next(struct str *line)
{
	struct str field = {0};
	*line = str_trim(*line);
	(void)str_split(line, ' ', &field);
	return field;
}

/* "0100007F:1F90": the address as the bytes lie in memory, the port in host order. */
static bool end_is(struct str field, uint16_t port)
{
	char text[16];
	int n = snprintf(text, sizeof text, "%08X:%04X", htonl(INADDR_LOOPBACK), port);
	return str_equal(field, (struct str){text, (size_t)n});
}

/*  sl  local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt   uid … */
static bool line_is(struct str line, uint16_t peer, uint16_t ours, uint32_t uid)
{
	int64_t owner;
	(void)field_next(&line);
	if (!end_is(field_next(&line), peer) || !end_is(field_next(&line), ours) ||
	    !str_equal(field_next(&line), STR("01")))
		return false;
	for (int i = 0; i < FIELDS_BEFORE_UID; i++)
		(void)field_next(&line);
	return number_parse(field_next(&line), 0, UINT32_MAX, &owner) == 0 && owner == uid;
}

bool local_peer_in(struct str table, uint16_t peer, uint16_t ours, uint32_t uid)
{
	struct str line;
	while (str_split(&table, '\n', &line))
		if (line_is(line, peer, ours, uid))
			return true;
	return false;
}

static void file_close(FILE **file)
{
	if (*file)
		fclose(*file);
}

bool local_peer_is(uint16_t peer, uint16_t ours, uint32_t uid)
{
	char line[256];
	AUTO(file_close) FILE *table = fopen("/proc/net/tcp", "re");
	while (table && fgets(line, sizeof line, table))
		if (local_peer_in(str_of(line), peer, ours, uid))
			return true;
	return false;
}
