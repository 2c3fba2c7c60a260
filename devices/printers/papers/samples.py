"""One invented face of every paper, for pictures, benches and a printer's test page. Nobody and no number is real."""

from datetime import date, datetime, timedelta, timezone

from devices.printers.blocks import Block
from devices.printers.papers.acceptance_receipt import AcceptanceReceiptFace, acceptance_receipt
from devices.printers.papers.heading import Material, Signer
from devices.printers.papers.mandate import MandateFace, mandate
from devices.printers.papers.one_time_notice import Missing, OneTimeNoticeFace, one_time_notice
from devices.printers.papers.service_guide import ServiceGuideFace, service_guide
from devices.printers.papers.ticket import Mark, TicketFace, ticket
from hall.scripts import Scripts
from hall.texts import Texts

HALL = "样例市政务服务大厅"
AT = datetime(2025, 3, 3, 9, 12, tzinfo=timezone(timedelta(hours=8)))
# Inner Mongolia Autonomous Region, and "Mongolian script": words that are sure; a hall's own come from its translator.
INNER_MONGOLIA = "ᠥᠪᠥᠷ ᠮᠣᠩᠭᠤᠯ\u202fᠤᠨ ᠥᠪᠡᠷᠲᠡᠭᠡᠨ ᠵᠠᠰᠠᠬᠤ ᠣᠷᠤᠨ"
SCRIPT = "ᠮᠣᠩᠭᠤᠯ ᠪᠢᠴᠢᠭ"
CLERK = Signer(issued_at=AT, counter="1号窗口", staff_no="T0001")
KIOSK = Signer(issued_at=AT, counter="自助机 K01")
FOOD_MATERIALS = (
    Material(name="食品经营许可申请书", form="原件"),
    Material(name="营业执照", form="复印件", copies=0),
    Material(name="经营场所布局图", form="原件", note="可容缺后补"),
)
FOOD, FOOD_CODE = "食品经营许可核发", "11159900MB0TXY114R3990190005000"

TICKET = TicketFace(
    hall_name=HALL,
    display_number="A023",
    matter="企业设立登记",
    department="样例市市场监督管理局",
    zone="1楼 企业服务区",
    counters="1–8号窗口",
    ahead_count=5,
    wait="10–20分钟",
    identity_tail="000X",
    issued_at=AT,
    kiosk_id="K01",
    qr_url="http://127.0.0.1:8080/t/0b9c1f2e-5d5a-4a55-9f0e-0c6f2d1e7a10",
)
REPRINT = TicketFace(
    hall_name=HALL,
    display_number="B117",
    matter="社会保障卡申领",
    department="样例市人力资源和社会保障局",
    zone="1楼 社会事务区",
    counters="9–20号窗口",
    ahead_count=2,
    wait="5–10分钟",
    identity_tail="0028",
    issued_at=AT,
    kiosk_id="K01",
    qr_url="http://127.0.0.1:8080/t/1c9c1f2e-5d5a-4a55-9f0e-0c6f2d1e7a11",
    is_copy=True,
    marks=(Mark.BOOKED,),
)
MONGOLIAN = TicketFace(
    hall_name="内蒙古自治区 样例大厅",
    display_number="C008",
    matter="蒙古文",
    department="样例市行政审批和政务服务局",
    zone="1楼 社会事务区",
    counters="9–20号窗口",
    ahead_count=1,
    wait="5分钟以内",
    identity_tail="0036",
    issued_at=AT,
    kiosk_id="K01",
    qr_url="http://127.0.0.1:8080/t/2d9c1f2e-5d5a-4a55-9f0e-0c6f2d1e7a12",
    marks=(Mark.GREEN_CHANNEL,),
    hall_name_mn=INNER_MONGOLIA,
    matter_mn=SCRIPT,
)
RECEIPT = AcceptanceReceiptFace(
    hall_name=HALL,
    matter=FOOD,
    item_code=FOOD_CODE,
    acceptance_no="1599-20250303-000001",
    applicant="测**",
    limit="7个工作日",
    due_on=date(2025, 3, 12),
    collect="48、49号出件窗口，或邮寄送达",
    materials=FOOD_MATERIALS,
    enquiry="10000000001",
    guide_version="2025-02",
    qr_url="http://127.0.0.1:8080/c/1599-20250303-000001",
    signer=CLERK,
)
NOTICE = OneTimeNoticeFace(
    hall_name=HALL,
    matter=FOOD,
    item_code=FOOD_CODE,
    department="样例市市场监督管理局",
    limit="法定20个工作日，承诺7个工作日",
    legal_basis=("《样例食品经营管理办法》第九条：从事食品销售和餐饮服务，应当依法取得许可。",),
    steps=("窗口或网上提交申请", "五个工作日内核查经营场所", "作出决定，发放许可证或者说明理由"),
    materials=FOOD_MATERIALS,
    refusal_reasons=("经营场所与有毒、有害场所以及其他污染源的距离不符合要求", "隐瞒真实情况或者提供虚假材料"),
    enquiry="10000000001",
    signer=CLERK,
    missing=(
        Missing(name="经营场所布局图", how="缺操作间标注，请补画后到1号窗口提交，或在网上补传"),
        Missing(name="食品经营许可申请书", how="第2页缺申请人签字，请当场补签"),
    ),
)
GUIDE = ServiceGuideFace(
    hall_name=HALL,
    matter=FOOD,
    item_code=FOOD_CODE,
    implementing_body="样例市市场监督管理局",
    audience="企业法人、个体工商户",
    acceptance_conditions=("已取得营业执照", "具有与经营品种、数量相适应的场所和设施"),
    legal_limit="20个工作日",
    promised_limit="7个工作日",
    visits="最多1次",
    fee="不收费",
    materials=FOOD_MATERIALS,
    steps=("提交申请", "核查经营场所", "决定与送达"),
    place="样例市政务服务大厅1楼企业服务区1–8号窗口",
    hours="星期一至星期五 09:00–12:00、13:00–17:00",
    enquiry="10000000001",
    complaint="10000000002",
    guide_version="2025-02",
    qr_url="http://127.0.0.1:8080/g/I005",
    signer=KIOSK,
)
MANDATE = MandateFace(
    hall_name=HALL,
    mandate_no="W1599-20250303-0001",
    matter=FOOD,
    agent="帮办代办窗口 工号T0050",
    agent_phone="10000000003",
    scope=("代为提交、补正申请材料", "代为签收文书和领取证照"),
    period="2025-03-03 至 2025-04-02",
    materials=FOOD_MATERIALS[::2],
    limit="7个工作日",
    signer=Signer(issued_at=AT, counter="50号窗口", staff_no="T0050"),
    qr_url="http://127.0.0.1:8080/c/W1599-20250303-0001",
)


def sample_papers(texts: Texts) -> dict[str, tuple[Block, ...]]:
    """Every paper by its name, laid out."""
    return {
        "ticket": ticket(TICKET, texts),
        "ticket-reprint": ticket(REPRINT, texts),
        "ticket-mn": ticket(MONGOLIAN, texts, Scripts.MN_LEFT_ZH),
        "receipt": acceptance_receipt(RECEIPT, texts),
        "notice": one_time_notice(NOTICE, texts),
        "guide": service_guide(GUIDE, texts),
        "mandate": mandate(MANDATE, texts),
    }
