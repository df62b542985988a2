/* SPDX-License-Identifier: Apache-2.0 */
/* What the workstation knows: charts, their dated insurances, the results it has seen. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/base/str.h"
#include "lib/record/record.h"

/* カルテ. Texts as the first result spelt them; absent where it said nothing. */
struct chart {
	int64_t number;
	struct str reference; /* 照会番号 */
	struct str name, kana, birth, sex;
};

/* 保険, one period of it. Days are yyyymmdd. */
struct insurance {
	int64_t order; /* 1.. within the chart */
	struct str insurer_number, insurer_name, symbol, number, branch;
	struct str card_class, relation;
	struct str valid_from, valid_to, qualified;
	struct str key; /* record_member_key: whose insurance, for comparison */
	int begins;
	int closed_on;		 /* last day; 0: still open */
	struct str confirmed_at; /* of the result that last agreed with it, 14 digits */
};

/* A 資格確認結果 on its way in; borrowed from where it came. */
struct result {
	struct str id;		 /* 32 hex digits */
	struct str confirmed_at; /* 14 digits */
	struct str reference;	 /* 照会番号; absent: none */
	struct str validity;	 /* OQSCD006; absent: not given */
	struct str remark;	 /* ProcessingResultMessage; absent: none */
	struct str raw;		 /* the XmlMsg body, byte for byte */
	size_t qualifications_count;
	const struct record_qualification *first; /* NULL: none */
};
