"""Which document a number belongs to, as far as its form tells."""

from enum import StrEnum


class NumberKind(StrEnum):
    """What a number is of. The names on the documents stand beside."""

    RESIDENT = "resident"  # 公民身份号码, also the social security number
    HMT_PERMIT = "hmt_permit"  # 港澳居民居住证, 台湾居民居住证
    FOREIGNER_2017 = "foreigner_2017"  # 外国人永久居留身份证 as issued from 2017
    FOREIGNER_2023 = "foreigner_2023"  # the same as issued from 2023
    HK_MACAU_PASS = "hk_macau_pass"  # noqa: S105 (港澳居民来往内地通行证, not a password)
    TAIWAN_PASS = "taiwan_pass"  # noqa: S105 (台湾居民来往大陆通行证)
    EXIT_PERMIT = "exit_permit"  # 往来港澳通行证
    PASSPORT = "passport"
