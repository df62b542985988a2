/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: what of the register is sealed, and what it is found by. */
#pragma once

#include "server/keys/keys.h"
#include "server/store/people.h"

/* The register's two look-up values. The texts of *ret_lookup are in ret_bytes. */
MUST_CHECK int seals_person_lookup(const struct keys *keys, struct str key,
				   struct keys_lookup *ret_bytes, struct store_lookup *ret_lookup);
MUST_CHECK int seals_certificate_lookup(const struct keys *keys, struct str aki, struct str serial,
					struct keys_lookup *ret_bytes,
					struct store_lookup *ret_lookup);

/* A person's columns, each sealed to the row's key_hmac; aki_serial, to hmac and person_no. */
enum seals_column { SEALS_PERSON_KEY, SEALS_PERSON_BODY, SEALS_CERTIFICATE };
MUST_CHECK int seals_close(const struct keys *keys, struct arena *arena, enum seals_column column,
			   struct str hmac, int64_t person_no, struct str text,
			   struct str *ret_sealed);
/* Fault: -EBADMSG. */
MUST_CHECK int seals_open(const struct keys *keys, struct arena *arena, enum seals_column column,
			  struct str hmac, int64_t person_no, struct str sealed,
			  struct str *ret_text);
