"""The trades of the city: how many firms each has, how large they are, where they lie and what is dangerous in them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade.

    Args:
        names: what a firm's name ends in, each with its part of the id.
        homes: letters of the territories where its firms lie, a letter several times where there are more.
        median: people of the firm in the middle; firms are distributed log-normally around it.
        traits: what every firm has.
        crowded: from how many people on its site is a crowded place; None where it never is.
        machines: special equipment that is inspected, as far as a firm has any.
        licensed: whether it needs a 安全生产许可证.
    """

    industry: str
    regulator: str
    count: int
    names: tuple[tuple[str, str], ...]
    homes: str
    median: int
    traits: tuple[str, ...] = ()
    crowded: int | None = None
    machines: tuple[str, ...] = ()
    licensed: bool = False
    spread: float = 0.9


_RISK, _GOODS, _CROWD = ("high_risk",), ("high_risk", "dangerous_goods"), ("crowded_place",)
_HALL = 100
"""People in one hall from which on a labour-intensive workshop counts as a crowded place here."""

TRADES = (
    Trade("hazardous_chemicals", "reg-emergency", 14, (
        ("化工有限公司", "chem"), ("精细化工有限公司", "fine-chem"), ("涂料有限公司", "coatings"),
        ("化学品仓储有限公司", "chem-storage")), "BBBBKKH", 95, _GOODS,
        None, ("1号锅炉", "2号压力容器"), licensed=True),
    Trade("mining", "reg-emergency", 7, (
        ("石料有限公司", "quarry"), ("矿业有限公司", "mining")), "QQQQYB", 80, _RISK, licensed=True),
    Trade("metal_smelting", "reg-emergency", 4, (
        ("铸造有限公司", "foundry"), ("有色金属有限公司", "metals")), "QHK", 220, _RISK, None, ("1号起重机",)),
    Trade("fireworks", "reg-emergency", 3, (("烟花爆竹批发有限公司", "fireworks"),), "QYB", 14, _GOODS, licensed=True),
    Trade("explosives", "reg-industry", 1, (("民用爆破器材有限公司", "explosives"),), "Q", 60, _GOODS, licensed=True),
    Trade("construction", "reg-housing", 36, (
        ("建设工程有限公司", "construction"), ("建筑安装有限公司", "building"), ("市政工程有限公司", "civil-works"),
        ("装饰工程有限公司", "decoration")), "LLLHKKBYQ", 70, _RISK, None, ("1号塔吊", "施工升降机"), licensed=True),
    Trade("road_transport", "reg-transport", 26, (
        ("货运有限公司", "freight"), ("客运有限公司", "coach"), ("危货运输有限公司", "chem-freight"),
        ("出租汽车有限公司", "taxi")), "LHKKBBYQ", 45, _RISK),
    Trade("logistics", "reg-transport", 18, (
        ("物流有限公司", "logistics"), ("仓储有限公司", "storage")), "KKBBHL", 40, machines=("1号叉车", "2号叉车")),
    Trade("port", "reg-transport", 2, (("港务有限公司", "port"),), "B", 260, machines=("1号门机", "2号门机")),
    Trade("gas", "reg-urban", 6, (
        ("燃气有限公司", "gas"), ("液化气有限公司", "lpg")), "LHKBYQ", 40, _GOODS, None, ("1号储罐",)),
    Trade("fuel", "reg-commerce", 14, (("加油站有限公司", "fuel"),), "LHKBYQ", 11, _GOODS, None, spread=0.4),
    Trade("power", "reg-energy", 4, (("热电有限公司", "power"), ("新能源有限公司", "solar")), "KBQ", 90, (), None,
          ("1号锅炉", "2号锅炉")),
    Trade("manufacturing", "reg-industry", 80, (
        ("机械制造有限公司", "machinery"), ("五金制品有限公司", "hardware"), ("电子科技有限公司", "electronics"),
        ("塑料制品有限公司", "plastics"), ("汽车配件有限公司", "auto-parts"), ("包装印刷有限公司", "printing")),
        "KKKKHHHBYL", 55, (), _HALL, ("1号叉车", "1号行车")),
    Trade("textile", "reg-industry", 26, (
        ("纺织有限公司", "textile"), ("服装有限公司", "garment"), ("印染有限公司", "dyeing")), "HHHKY", 75, (), _HALL,
        ("1号锅炉",)),
    Trade("wood", "reg-industry", 14, (
        ("家具有限公司", "furniture"), ("木业有限公司", "wood")), "YYQKH", 32, (), _HALL),
    Trade("building_materials", "reg-industry", 13, (
        ("建材有限公司", "materials"), ("水泥有限公司", "cement"), ("混凝土有限公司", "concrete")), "QQHYK", 60, (),
        None, ("1号行车",)),
    Trade("food", "reg-market", 24, (
        ("食品有限公司", "food"), ("水产食品有限公司", "seafood"), ("饮料有限公司", "drinks"), ("茶业有限公司", "tea")),
        "BBYYQKH", 60, (), _HALL, ("1号锅炉", "1号制冷机")),
    Trade("commerce", "reg-commerce", 58, (
        ("商贸有限公司", "trade"), ("五金商行", "ironmongery"), ("建材商行", "builders-merchant"),
        ("超市有限公司", "supermarket"), ("百货有限公司", "store")), "LLLLHHKBYQ", 12, (), 60),
    Trade("catering", "reg-commerce", 40, (
        ("餐饮有限公司", "catering"), ("酒楼", "restaurant")), "LLLLHHKBYQ", 16, (), 30),
    Trade("hotel", "reg-culture-tourism", 18, (
        ("酒店有限公司", "hotel"), ("宾馆", "inn")), "LLLHKBYQQ", 42, _CROWD, machines=("客梯1", "客梯2")),
    Trade("entertainment", "reg-culture-tourism", 14, (
        ("娱乐有限公司", "entertainment"), ("影院有限公司", "cinema")), "LLLHKBY", 22, _CROWD, machines=("扶梯1",)),
    Trade("tourism", "reg-culture-tourism", 8, (
        ("旅游开发有限公司", "tourism"), ("景区管理有限公司", "scenic")), "QQQYB", 60, _CROWD, machines=("客运索道",)),
    Trade("hospital", "reg-health", 9, (("医院", "hospital"),), "LLHKBYQ", 180, _CROWD, machines=("病床电梯1",)),
    Trade("nursing", "reg-civil", 7, (("养老院", "nursing"),), "LHBYQ", 35, _CROWD, machines=("担架电梯1",)),
    Trade("school", "reg-education", 8, (("培训学校", "school"),), "LLHKB", 26, _CROWD),
    Trade("property", "reg-housing", 9, (("物业服务有限公司", "property"),), "LLLHK", 65, machines=("客梯1", "客梯2")),
    Trade("agriculture", "reg-agriculture", 10, (
        ("农业发展有限公司", "farm"), ("渔业有限公司", "fishery")), "YYYBBQ", 24),
)  # fmt: skip
"""In the order of their danger; the firms of each are told apart by their brands."""
