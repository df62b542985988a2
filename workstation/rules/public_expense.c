/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/rules/public_expense.h"

#include "lib/base/number.h"
#include "lib/record/insurer.h"

enum public_expense_finding public_expense_check(struct str number, size_t digits)
{
	if (!number.ptr)
		return PUBLIC_EXPENSE_ABSENT;
	if (!number_is_digits(number, digits))
		return PUBLIC_EXPENSE_MALFORMED;
	return check_digit_fits(number) ? PUBLIC_EXPENSE_FITS : PUBLIC_EXPENSE_DOUBTFUL;
}

/* 法別番号 of 公費: laws change, the list is a help to the eye and decides nothing. */
static const struct {
	char law[3];
	const char *scheme;
} schemes[] = {
	{"10", "結核（一般）"},
	{"11", "結核（入院）"},
	{"12", "生活保護"},
	{"13", "戦傷病者"},
	{"14", "戦傷病者（更生）"},
	{"15", "更生医療"},
	{"16", "育成医療"},
	{"17", "療育医療"},
	{"18", "原爆（認定）"},
	{"19", "原爆（一般）"},
	{"20", "措置入院"},
	{"21", "精神通院医療"},
	{"22", "麻薬"},
	{"23", "養育医療"},
	{"24", "療養介護医療"},
	{"25", "中国残留邦人等"},
	{"28", "感染症（一・二類）"},
	{"29", "新感染症"},
	{"30", "心神喪失者等"},
	{"38", "肝炎"},
	{"51", "特定疾患"},
	{"52", "小児慢性特定疾病"},
	{"53", "児童福祉施設"},
	{"54", "難病"},
	{"62", "特定B型肝炎"},
	{"66", "石綿"},
	{"79", "障害児施設"},
};

struct str public_expense_scheme(struct str payer_number)
{
	if (payer_number.len < 2)
		return (struct str){0};
	const struct str law = {payer_number.ptr, 2};
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (str_equal(str_of(schemes[i].law), law))
			return str_of(schemes[i].scheme);
	bool is_local = (law.ptr[0] == '8' && law.ptr[1] >= '0' && law.ptr[1] <= '9') ||
			str_equal(law, STR("41"));
	return is_local ? STR("地方公費") : (struct str){0};
}
