/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 公費: up to four a chart, each with a payer's and a recipient's number. Numbers are taken as they
 * stand on the certificate: a check digit that does not fit is told, never refused, since real
 * numbers that fail it exist.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

enum {
	PUBLIC_EXPENSE_PLACES = 4,
	PUBLIC_EXPENSE_PAYER_DIGITS = 8, /* 負担者番号: 法別 2, 都道府県 2, 実施機関 3, 検証 1 */
	PUBLIC_EXPENSE_RECIPIENT_DIGITS = 7, /* 受給者番号: 6, 検証 1 */
};

enum public_expense_finding {
	PUBLIC_EXPENSE_FITS,
	PUBLIC_EXPENSE_ABSENT,	  /* nothing typed */
	PUBLIC_EXPENSE_MALFORMED, /* not that many digits: refuse it */
	PUBLIC_EXPENSE_DOUBTFUL,  /* the check digit does not fit: tell, and take it */
};

/* number is folded (fold_plain); digits is one of the two above. */
enum public_expense_finding public_expense_check(struct str number, size_t digits);

/* The 制度 of a payer's number by its 法別番号 ("生活保護"); absent: not one that we know. */
struct str public_expense_scheme(struct str payer_number);
