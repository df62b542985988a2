/* SPDX-License-Identifier: Apache-2.0 */
/* Two X25519 pairs made by `openssl genpkey`, for tests only; no program reads them. */
#pragma once

#define PRIVATE_1                                                            \
	"-----BEGIN PRIVATE KEY-----\n"                                      \
	"MC4CAQAwBQYDK2VuBCIEILjzqNK383AKuk4HW9aTRUjKwPR4zdOvJdDmdK9BYnZl\n" \
	"-----END PRIVATE KEY-----\n"
#define PUBLIC_1                                                         \
	"-----BEGIN PUBLIC KEY-----\n"                                   \
	"MCowBQYDK2VuAyEAnA3XpIkT532rSqMKCV5G88MqayhkNG9vGaiRnr7Zsx4=\n" \
	"-----END PUBLIC KEY-----\n"
#define PRIVATE_2                                                            \
	"-----BEGIN PRIVATE KEY-----\n"                                      \
	"MC4CAQAwBQYDK2VuBCIEIFi+E95ooWcumfiR5ULECzWk+KejlPRl1vX89xvd1hB8\n" \
	"-----END PRIVATE KEY-----\n"
