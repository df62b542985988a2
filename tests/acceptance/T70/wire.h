/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real library over a real service in one process: libshikaku's own sources, linked into the
 * test, speak to a house (service_test.h) through a transport that can be made to fail. The house
 * stays behind this header: its rooms and the workstation's use the same words for other things.
 */
#pragma once

#include "lib/base/clock.h"
#include "lib/base/secret.h"
#include "lib/client/transport.h"
#include "lib/db/testing.h"

#define WIRE_ORIGIN   "https://localhost:8443"
#define WIRE_FACILITY "1310000003"
#define WIRE_LOGIN_ID "WA0000001"

enum wire_accident {
	WIRE_WELL,
	WIRE_NOT_SENT,	  /* the request never arrives */
	WIRE_ANSWER_LOST, /* carried out, and nobody hears of it */
	WIRE_TWICE,	  /* arrives twice; the second answer is heard */
};

struct house;

/* The service and the wire to it; one for a program at a time. */
struct wire {
	struct house *house;
	struct clock_fake *time; /* the service's; the desk may go by it too */
	bool is_away;		 /* nothing arrives at all */
	enum wire_accident (*accident)(void *ctx, const struct transport_request *request);
	void *ctx;
	size_t requests, arrivals, registrations; /* the last: of 照会番号 */
};

extern struct wire wire;

/* A house on the fixture's engine, with one enrolled WA account, of a facility with a reader. */
void wire_open(const struct db_fixture *fixture);
void wire_close(void);

/* The account's password; the passcode of a step that was not used yet: time goes on. */
void wire_password(struct secret *ret_password);
void wire_passcode(char ret_passcode[7]);
/* One more person at the service, of their own name and birth date. */
void wire_person(int person);
/* Their card is tapped now. */
void wire_tap(int person);
/* One number out of the service's store; sql is a literal. */
int64_t wire_number(const char *sql);

struct transport __wrap_transport_of_curl(void *curl);
void __wrap_client_wait_system(void *ctx, int64_t ms, const atomic_int *cancelled);
