/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: the containers that elements stand in. */
#pragma once

#define GROUP_ELDERLY "ElderlyRecipientCertificateInfo"
#define GROUP_LIMIT   "LimitApplicationCertificateRelatedInfo"
#define DISEASE_LIST  "SpecificDiseasesCertificateList"
#define DISEASE_INFO  "SpecificDiseasesCertificateInfo"
