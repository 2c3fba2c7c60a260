"""Area codes at the front of numbers: places of Inner Mongolia, and the leagues that have become cities since.

A number keeps the code of the first registration for life, so an old or unknown code is never held against anyone.
Source: GB/T 2260 and its published history. The table is that of the region's halls and is not complete.
"""

from msgspec import Struct


class FormerArea(Struct, frozen=True):
    """A league that became a city and got another code."""

    name: str  # as it was called
    now: str  # the first four digits of today's code
    since: int  # the year of the change


LEAGUES = {  # no longer given; by the first four digits
    "1521": FormerArea("呼伦贝尔盟", "1507", 2001),
    "1523": FormerArea("哲里木盟", "1505", 1999),
    "1524": FormerArea("昭乌达盟", "1504", 1983),
    "1526": FormerArea("乌兰察布盟", "1509", 2003),
    "1527": FormerArea("伊克昭盟", "1506", 2001),
    "1528": FormerArea("巴彦淖尔盟", "1508", 2003),
}

PLACES = {
    "150000": "内蒙古自治区", "150100": "呼和浩特市", "150200": "包头市", "150202": "东河区", "150203": "昆都仑区",
    "150204": "青山区", "150205": "石拐区", "150206": "白云鄂博矿区", "150207": "九原区", "150221": "土默特右旗",
    "150222": "固阳县", "150223": "达尔罕茂明安联合旗", "150300": "乌海市", "150400": "赤峰市", "150429": "宁城县",
    "150500": "通辽市", "150600": "鄂尔多斯市", "150602": "东胜区", "150603": "康巴什区", "150621": "达拉特旗",
    "150622": "准格尔旗", "150623": "鄂托克前旗", "150624": "鄂托克旗", "150625": "杭锦旗", "150626": "乌审旗",
    "150627": "伊金霍洛旗", "150700": "呼伦贝尔市", "150702": "海拉尔区", "150703": "扎赉诺尔区", "150721": "阿荣旗",
    "150722": "莫力达瓦达斡尔族自治旗", "150723": "鄂伦春自治旗", "150724": "鄂温克族自治旗", "150725": "陈巴尔虎旗",
    "150726": "新巴尔虎左旗", "150727": "新巴尔虎右旗", "150781": "满洲里市", "150782": "牙克石市",
    "150783": "扎兰屯市", "150784": "额尔古纳市", "150785": "根河市", "150800": "巴彦淖尔市", "150802": "临河区",
    "150900": "乌兰察布市", "150902": "集宁区", "152200": "兴安盟", "152201": "乌兰浩特市", "152500": "锡林郭勒盟",
    "152502": "锡林浩特市", "152526": "西乌珠穆沁旗", "152900": "阿拉善盟",
}  # fmt: skip


def former_area(number: str) -> FormerArea | None:
    """The league whose old code stands at the front of a number or a code; None for any other."""
    return LEAGUES.get(number[:4])


def place_name(number: str) -> str | None:
    """The narrowest place that is known of the six digits at the front: a county, else its city or league.

    Returns:
        None for a code outside the table: outside Inner Mongolia, or of an area that was never given.
    """
    area = number[:6]
    return PLACES.get(area) or PLACES.get(f"{area[:4]}00")
