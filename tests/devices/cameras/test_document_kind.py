"""The words on a page speak for a kind of document, or for none; a person decides."""

import sys
import types

import numpy as np
import pytest

from devices.cameras.document_kind import KINDS, suggest
from devices.cameras.ocr import Engine
from devices.errors import OcrMissing

PAGES = {
    "resident_card": ["中华人民共和国", "居民身份证", "签发机关 样例市公安局", "有效期限 2020.01.01-2040.01.01"],
    "household_register": ["常住人口登记卡", "姓名 样例", "户主或与户主关系 户主"],
    "business_licence": [
        "营 业 执 照",
        "（副 本）",
        "统一社会信用代码",
        "91350100M000100Y43",
        "法定代表人 样例",
        "注册资本",
    ],
    "property_certificate": ["中华人民共和国", "不动产权证书", "权利人 样例", "坐落 样例市样例路1号", "不动产单元号"],
    "marriage_certificate": [
        "中华人民共和国",
        "结婚证",
        "持证人 样例",
        "登记日期 2020年1月1日",
        "结婚证字号 J000000-2020-000000",
    ],
    "application_form": ["样例市个体工商户登记申请表", "申请人 样例", "申请事项 设立", "填表日期"],
    "power_of_attorney": ["授权委托书", "委托人：样例", "受托人：样例", "身份证号码"],
}


@pytest.mark.parametrize(("kind", "lines"), PAGES.items())
def test_a_page_speaks_for_its_kind(kind, lines):
    assert suggest(lines) == kind


@pytest.mark.parametrize("kind", ["resident_card", "business_licence", "property_certificate"])
def test_two_words_are_enough_where_the_title_was_not_read(kind):
    words = next(marks.words for marks in KINDS if marks.kind == kind)

    assert suggest([f"{words[0]} 样例", f"{words[1]} 样例"]) == kind
    assert suggest([f"{words[0]} 样例"]) is None


def test_a_form_that_asks_for_other_documents_is_still_a_form():
    lines = ["社会保障卡申领登记表", "申请人 样例", "提交材料", "居民身份证", "居民户口簿", "营业执照"]

    assert suggest(lines) == "application_form"


def test_a_sentence_that_mentions_a_document_is_not_its_title():
    assert suggest(["办理本事项须由申请人本人携带居民身份证原件及复印件到综合窗口提交"]) is None


def test_a_title_far_down_is_a_fields_name():
    assert suggest([*[f"第{n}行" for n in range(10)], "结婚证"]) is None


@pytest.mark.parametrize("lines", [[], [""], ["   "], ["A012"], ["样例市政务服务大厅"]])
def test_nothing_speaks_for_nothing(lines):
    assert suggest(lines) is None


def test_equal_voices_for_two_kinds_are_none():
    assert suggest(["公民身份号码", "签发机关", "法定代表人", "经营范围"]) is None


# ---- the engine ------------------------------------------------------------------------------------------------------


@pytest.fixture
def engine_module():
    """An engine that reads what it is told, in the form of rapidocr-onnxruntime 1.4: ([box, text, score], times)."""
    module = types.ModuleType("an_engine_for_tests")
    module.found = [[[[0, 0]], "营业执照", 0.98], [[[0, 0]], "丨一丿", 0.31]]
    module.loaded, module.breaks = 0, False

    class RapidOCR:
        def __init__(self):
            module.loaded += 1

        def __call__(self, page):
            if module.breaks:
                raise TypeError("secret words")
            return module.found, [0.1, 0.0, 0.5]

    module.RapidOCR = RapidOCR
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


PAGE = np.zeros((8, 8, 3), np.uint8)


def test_the_engine_is_loaded_once_and_its_doubtful_lines_are_left_out(engine_module):
    engine = Engine("camera", engine_module.__name__)

    assert [engine.lines(PAGE), engine.suggest(PAGE)] == [["营业执照"], "business_licence"]
    assert engine_module.loaded == 1


def test_an_engine_that_reads_nothing_gives_none(engine_module):
    engine_module.found = None

    assert Engine("camera", engine_module.__name__).suggest(PAGE) is None


def test_an_engine_that_fails_is_said_by_its_type_without_what_it_read(engine_module):
    engine = Engine("camera", engine_module.__name__)
    engine.lines(PAGE)
    engine_module.breaks = True

    with pytest.raises(OcrMissing, match="failed: TypeError"):
        engine.lines(PAGE)


def test_an_engine_that_is_not_installed_is_said_by_its_own_error():
    with pytest.raises(OcrMissing, match="nowhere_to_be_found is not installed"):
        Engine("camera", "nowhere_to_be_found").suggest(PAGE)


def test_the_real_engine_reads_a_title_where_it_is_installed():
    pytest.importorskip("rapidocr_onnxruntime")
    cv2 = pytest.importorskip("cv2")
    page = np.full((400, 1200, 3), 255, np.uint8)
    cv2.putText(page, "A012 HALLQ", (60, 220), cv2.FONT_HERSHEY_SIMPLEX, 4, (0, 0, 0), 8)

    assert any("A012" in line for line in Engine("camera").lines(page))
