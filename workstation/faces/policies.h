/* SPDX-License-Identifier: Apache-2.0 */
/* 取り込みの決まり: what this facility does with what a result tells, field by field. */
#pragma once

#include "workstation/faces/faces.h"

/*
 * {fields: [{name, label, meaning, choice?, otherwise}]}; choice: the facility's word, otherwise:
 * what holds without one. Set by chart_policy with number 0.
 */
MUST_CHECK int face_policies(struct face_call *call);
