/* SPDX-License-Identifier: Apache-2.0 */
/* What the workstation knows: charts, their dated insurances, the results it has seen. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/str.h"
#include "lib/record/record.h"

enum chart_state {
	CHART_LIVE,
	CHART_MERGED, /* into another: what comes for it is that one's */
	CHART_AWAY,   /* put away by hand; its number stays taken */
};

/* カルテ. Texts as somebody spelt them; absent where nobody has said anything. */
struct chart {
	int64_t number;
	struct str reference; /* 照会番号 */
	struct str name, kana, birth, sex;
	struct str post, address, telephone, notes;
	struct str ratio; /* per cent: "030" is 3割 */
	struct str limit_class, limit_from,
		limit_to; /* 限度額の区分 (OQSCD012), and from when to when */
	int first_visit;  /* yyyymmdd; 0: not known */
	enum chart_state state;
	int64_t merged_into;
	struct str confirmed_at; /* of its last 有効 result, 14 digits */
	int64_t version;	 /* rises with each change of the chart */
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
	struct str ratio;	 /* per cent, as last told with it; absent: not told */
	bool is_by_hand;	 /* somebody typed it, and no result has agreed yet */
	struct str confirmed_at; /* of the result that last agreed with it, 14 digits; or when it
				    was typed */
};

/* A 資格確認結果 on its way in; borrowed from where it came. */
struct result {
	struct str id;		 /* 32 hex digits */
	struct str confirmed_at; /* 14 digits */
	struct str reference;	 /* 照会番号; absent: none */
	struct str validity;	 /* OQSCD006; absent: not given */
	struct str remark;	 /* ProcessingResultMessage; absent: none */
	struct str method;	 /* how it was confirmed: "pin", "visual" */
	struct str staff;	 /* who confirmed it; absent: not told */
	struct str entry; /* with its proof, as shk_proof_verify_entry wants it; absent: none */
	struct str raw;	  /* the XmlMsg body, byte for byte */
	size_t qualifications_count;
	const struct record_qualification *first; /* NULL: none */
	bool remembers; /* somebody says whose it is: the chart learns its spelling of the name */
};
