/** What an alert means and what to check first, in the order in which it is cheapest to check. */
export type Runbook = {
  /** Key of its panel on the board weir-runbooks. */
  readonly id: string;
  readonly name: { readonly en: string; readonly zh: string };
  readonly means: { readonly en: string; readonly zh: string };
  readonly check: { readonly en: readonly string[]; readonly zh: readonly string[] };
};

type Entry = Omit<Runbook, "id">;

const probe = {
  en: "Is the probe clean, in the water and in calibration? Compare with the second probe or a hand-held meter.",
  zh: "探头是否清洁、浸没、在校准期内？与备用探头或便携仪比对。",
};
const person = {
  en: "Nobody enters alone, and nobody without a personal gas detector.",
  zh: "严禁单人进入，进入须佩戴便携式气体检测仪。",
};

const entries = {
  "river-quality": {
    name: { zh: "河流断面超标", en: "River section over its class" },
    means: {
      en: "A river section is beyond the class it has to reach. Single high readings after rain are common; an hour is not.",
      zh: "河流断面超过目标水质类别。雨后短时升高常见，持续一小时则不正常。",
    },
    check: {
      en: [
        probe.en,
        "Rain in the last day, level and flow: washed in, or no dilution?",
        "The next station upstream: where does it begin?",
        "Outlets between the two: pumping stations, sewage works, storm overflows.",
      ],
      zh: [
        probe.zh,
        "近一天的降雨、水位与流量：冲刷带入还是缺水稀释？",
        "上游相邻断面：从哪里开始超标？",
        "两断面之间的排口：泵站、污水厂、雨水溢流口。",
      ],
    },
  },
  "lake-quality": {
    name: { zh: "湖库超标", en: "Lake over its class" },
    means: {
      en: "A lake or reservoir is beyond the class it has to reach. Its limits of phosphorus and nitrogen are stricter than a river's: with them come algae. Nitrogen is told beside the class, which leaves it out.",
      zh: "湖库超过目标水质类别。湖库的总磷、总氮限值比河流严：超标后易生水华。总氮单独提示，不参与定类。",
    },
    check: {
      en: [
        probe.en,
        "Chlorophyll, blue-green algae, oxygen by day and night, temperature: is a bloom beginning?",
        "Rivers and outlets that feed the lake, over the last days: which brings it?",
        "Where drinking water is taken from it: tell the waterworks.",
      ],
      zh: [
        probe.zh,
        "叶绿素、蓝绿藻、昼夜溶解氧与水温：是否正在形成水华？",
        "近几日入湖河流与排口：来自哪里？",
        "若为饮用水源：通知水厂。",
      ],
    },
  },
  outlet: {
    name: { zh: "排放口日均超标", en: "Outlet above its daily mean" },
    means: {
      en: "The mean of the last 24 hours at the outlet of a sewage works is above its discharge limit. The works' own permit may be stricter. Since March 2026 single samples are judged too, which these rules do not do.",
      zh: "污水处理厂排放口近 24 小时均值超过排放限值。该厂排污许可可能更严。2026 年 3 月起一次监测值也要考核，本规则不判断。",
    },
    check: {
      en: [
        probe.en,
        "Inflow and its load, rain in the sewers, temperature: what has come in?",
        "Aeration, return and waste sludge, dosing, filters: what stands still?",
        "The works' duty officer, before the day is over; the bureau, when it is confirmed.",
      ],
      zh: [
        probe.zh,
        "进水量与负荷、雨水混入、水温：进来了什么？",
        "曝气、回流与剩余污泥、加药、滤池：哪里停了？",
        "当日内通知厂方值班；确认后报主管部门。",
      ],
    },
  },
  "tap-water": {
    name: { zh: "饮用水超标", en: "Drinking water out of range" },
    means: {
      en: "Drinking water in the network is outside GB 5749. People drink it now.",
      zh: "管网饮用水超出 GB 5749 限值，用户正在饮用。",
    },
    check: {
      en: [
        "A second sample by hand at the same tap, at once.",
        "The plant's outlet at the time the water left it: the same?",
        "Works, bursts or valve operations in the district today.",
        "If confirmed: flush, and tell the waterworks' duty officer and the health bureau.",
      ],
      zh: [
        "立即在同一取样点人工复测。",
        "对照出厂水当时的数值是否同样异常。",
        "当日该分区的施工、爆管与阀门操作。",
        "确认后：排放冲洗，并报水厂值班与卫健部门。",
      ],
    },
  },
  disinfectant: {
    name: { zh: "余氯异常", en: "Chlorine out of range" },
    means: {
      en: "Chlorine at the tap is outside 0.05 to 2 mg/L. Too little lets germs grow; too much harms.",
      zh: "末梢水余氯超出 0.05–2 mg/L。过低细菌滋生，过高有害。",
    },
    check: {
      en: [
        "Sample flow through the analyser: a stopped flow reads zero.",
        "Dosing at the plant and its stock of disinfectant.",
        "Water that stands: night flow and dead ends of the district.",
        "If confirmed low: flush the main and dose; watch turbidity with it.",
      ],
      zh: [
        "分析仪取样水流是否中断（断流会显示为零）。",
        "水厂加药量与药剂库存。",
        "水龄：分区夜间流量与管网末端死水。",
        "确认偏低：冲洗管道、补加氯，同时关注浊度。",
      ],
    },
  },
  "air-quality": {
    name: { zh: "空气质量超标", en: "Air over its limit" },
    means: {
      en: "The mean of the period is beyond GB 3095, or the index is at a polluted level.",
      zh: "该时段平均浓度超过 GB 3095 限值，或指数达到污染等级。",
    },
    check: {
      en: [
        "Do neighbouring stations rise as well? All: weather. One: a source nearby, or the instrument.",
        "Wind direction and speed at the time.",
        "Dust: road works, unwashed trucks; ozone: sun and no wind; SO2: boilers and kilns.",
        "Zero and span check of the analyser.",
      ],
      zh: [
        "相邻站点是否同步上升？同步为气象，单站为附近源或仪器。",
        "当时风向风速。",
        "颗粒物查施工与渣土车，臭氧看日照与静风，二氧化硫查锅炉窑炉。",
        "分析仪零点与跨度检查。",
      ],
    },
  },
  noise: {
    name: { zh: "噪声超标", en: "Noise over its limit" },
    means: {
      en: "The equivalent level is beyond GB 3096 for this area and time of day.",
      zh: "等效声级超过 GB 3096 该功能区该时段限值。",
    },
    check: {
      en: [
        "Wind above 5 m/s or rain makes the reading invalid.",
        "Night construction permits, events, traffic diversions nearby.",
        "The microphone's wind screen.",
      ],
      zh: ["风速大于 5 m/s 或降雨时数据无效。", "附近夜间施工许可、活动与交通改道。", "传声器防风罩是否完好。"],
    },
  },
  gas: {
    name: { zh: "气体报警", en: "Gas alarm" },
    means: {
      en: "Gas at a detector is beyond an alarm level of GB/T 50493. At the second level people leave.",
      zh: "气体浓度超过 GB/T 50493 报警值。达到二级报警须撤离人员。",
    },
    check: {
      en: [
        "Second level: clear the place, no switches, no engines, call the fire service; then read on.",
        "Neighbouring heads and wind direction: where does it come from?",
        "Valves, hoses, unloading in progress.",
        person.en,
        "Detector state: warm-up, calibration or bump test?",
      ],
      zh: [
        "二级报警：先撤人，禁动电器与车辆，报消防，再往下查。",
        "相邻探头与风向：从哪里来？",
        "阀门、软管、是否正在卸车。",
        person.zh,
        "探测器状态：预热、标定或通气测试？",
      ],
    },
  },
  "gas-rising": {
    name: { zh: "气体快速上升", en: "Gas rising" },
    means: {
      en: "Gas rises so fast that it reaches the alarm level within minutes if nothing changes.",
      zh: "气体浓度快速上升，照此趋势数分钟内将达到报警值。",
    },
    check: {
      en: [
        "Is a tanker unloading or a hose being changed? Stop it.",
        "The other heads: does one lead?",
        "Ventilation and wind.",
      ],
      zh: ["是否正在卸车或更换软管？立即停止。", "其他探头：哪一个先升？", "通风与风向。"],
    },
  },
  oxygen: {
    name: { zh: "氧含量异常", en: "Oxygen out of range" },
    means: {
      en: "Oxygen is outside 19.5 to 23.5 %vol: suffocation below, fire above.",
      zh: "氧含量超出 19.5–23.5 %vol：偏低窒息，偏高助燃。",
    },
    check: {
      en: [
        person.en,
        "What displaces the air: nitrogen, propane, sewer gas?",
        "Ventilate from outside; measure again.",
      ],
      zh: [person.zh, "何种气体置换了空气：氮气、丙烷、沼气？", "由外部强制通风后复测。"],
    },
  },
  detector: {
    name: { zh: "探测器失效", en: "Detector not guarding" },
    means: {
      en: "A detector is ill, asleep or tested: until it is back nobody guards this place.",
      zh: "探测器故障、被抑制或在测试中：恢复前该处无人看守。",
    },
    check: {
      en: [
        "Who works on it, and is there a permit? Set a portable detector meanwhile.",
        "Fault code in the device's own list.",
        "Sample flow, filter, age of the cell.",
      ],
      zh: ["谁在作业、有无许可？期间放置便携式探测器。", "对照设备故障代码。", "采样流量、滤芯、传感器寿命。"],
    },
  },
  scene: {
    name: { zh: "火焰烟雾漏液", en: "Flame, smoke or leak" },
    means: {
      en: "A flame, smoke or leak detector has seen something.",
      zh: "火焰、烟雾或漏液探测器报警。",
    },
    check: {
      en: [
        "Look at the camera of the place before anybody goes.",
        "Call the site's duty officer; clear the place.",
        "A second detector: does it see it too?",
      ],
      zh: ["先看现场视频，再派人。", "联系现场值班，撤离人员。", "另一探测器是否同时报警？"],
    },
  },
  tank: {
    name: { zh: "储罐越限", en: "Tank beyond a limit" },
    means: {
      en: "A tank stands beyond one of its limits. At HH or LL its interlock should have acted.",
      zh: "储罐超过其报警限。达到高高或低低时联锁应已动作。",
    },
    check: {
      en: [
        "Is it being filled or drawn? Stop it at H; at HH the shut-off valve must be closed.",
        "The second level instrument: do both agree?",
        "Pressure with temperature: sun, or a blocked vent?",
        "Level falling with every valve shut is a leak: clear the place.",
      ],
      zh: [
        "是否在进料或出料？高位即停；高高位紧急切断阀应已关闭。",
        "第二套液位计是否一致？",
        "压力随温度：日晒还是呼吸阀堵塞？",
        "阀门全关而液位下降即为泄漏：撤离人员。",
      ],
    },
  },
  "tank-soon": {
    name: { zh: "储罐即将满罐", en: "Tank soon full" },
    means: {
      en: "If the tank goes on as it does, it reaches HH before anybody has walked there.",
      zh: "照此趋势，储罐很快将达到高高位，来不及到场处置。",
    },
    check: {
      en: ["Who is filling, and is he at the valve?", "The order: how much was to be filled?"],
      zh: ["谁在卸料，人是否在阀门旁？", "核对本次卸料量。"],
    },
  },
  flood: {
    name: { zh: "道路积水", en: "Water on a road" },
    means: {
      en: "Water stands on a road. At 25 cm cars stall and people drown in underpasses.",
      zh: "道路积水。25 cm 车辆熄火，下穿通道可致人溺亡。",
    },
    check: {
      en: [
        "Camera and sign of the underpass: is the barrier down?",
        "Its pumps: running, and does the level fall?",
        "Rain radar for the next hour.",
        "Close the road first, ask afterwards.",
      ],
      zh: [
        "下穿视频与情报板：道闸是否落下？",
        "排水泵是否运行、液位是否下降？",
        "未来一小时雷达回波。",
        "先封路，再核实。",
      ],
    },
  },
  "flood-soon": {
    name: { zh: "积水上涨", en: "Water on a road rising" },
    means: {
      en: "Water on the road rises and reaches the depth at which it is closed within half an hour.",
      zh: "积水上涨，照此趋势半小时内达到封路深度。",
    },
    check: {
      en: [
        "Send the pump crew now.",
        "Prepare the barrier and the diversion.",
        "Are all pumps of the station allowed to run?",
      ],
      zh: ["立即派排水抢险队。", "准备落杆与绕行。", "泵站各泵是否允许运行？"],
    },
  },
  sewer: {
    name: { zh: "管道将满", en: "Sewer nearly full" },
    means: {
      en: "A sewer or wet well is nearly full: cellars and streets are next.",
      zh: "排水管或集水井将满，随后漫入地下室与路面。",
    },
    check: {
      en: [
        "Pumps downstream: running? Power?",
        "Rain, or a dry-weather blockage? Compare with the next manhole.",
        "The level sensor: foam, spider webs, blind zone.",
      ],
      zh: ["下游泵站是否运行、有电？", "是降雨还是旱天堵塞？对比相邻检查井。", "液位计：泡沫、蛛网、盲区。"],
    },
  },
  manhole: {
    name: { zh: "井盖异常", en: "Manhole open" },
    means: {
      en: "A manhole is open or its cover has moved: somebody can fall in.",
      zh: "井盖打开或移位，行人可能坠落。",
    },
    check: {
      en: ["Is work announced there? Call the crew.", "Otherwise send the nearest patrol at once with a barrier."],
      zh: ["该处是否有报备作业？联系班组。", "否则立即派最近巡查人员围护。"],
    },
  },
  pressure: {
    name: { zh: "管网压力越限", en: "Pressure out of range" },
    means: {
      en: "Pressure in a main is outside what pipes and customers need. A sudden fall is a burst or a pump that tripped.",
      zh: "管网压力超出服务与管材范围。骤降多为爆管或水泵跳闸。",
    },
    check: {
      en: [
        "Flow into the district: up with pressure down is a burst; both down is the supply.",
        "Pumps and their power at the waterworks.",
        "Valve operations today.",
        "Below 50 kPa dirt may be sucked in: flush and sample before people drink.",
      ],
      zh: [
        "分区流量：压降流增为爆管，压流同降为供水侧。",
        "水厂水泵与供电。",
        "当日阀门操作。",
        "低于 50 kPa 有倒吸风险：恢复后先冲洗取样。",
      ],
    },
  },
  "pressure-falling": {
    name: { zh: "管网压力下降", en: "Pressure falling" },
    means: {
      en: "Pressure falls and passes the least that customers need within a quarter of an hour.",
      zh: "压力持续下降，照此趋势一刻钟内低于服务压力。",
    },
    check: {
      en: ["Flow into the district at the same time: a burst shows as a step.", "Pump hall: has one tripped?"],
      zh: ["同期分区流量：爆管表现为阶跃。", "送水泵房是否有泵跳闸？"],
    },
  },
  leak: {
    name: { zh: "漏损", en: "Leak" },
    means: { en: "A leak logger hears a leak.", zh: "漏损监测仪报告漏水。" },
    check: {
      en: [
        "Night flow of the district against its last ten nights.",
        "Neighbouring loggers: correlate before digging.",
      ],
      zh: ["分区夜间最小流量与前十夜对比。", "相邻记录仪相关定位后再开挖。"],
    },
  },
  lighting: {
    name: { zh: "路灯异常", en: "Lamp, pole or cabinet" },
    means: {
      en: "A lamp, pole or cabinet is not as it should be: dark, burning by day, leaning or open.",
      zh: "灯具、灯杆或箱柜异常：不亮、白昼亮灯、倾斜或箱门打开。",
    },
    check: {
      en: [
        "One lamp or all of a circuit? A circuit is a breaker or a cut cable.",
        "Was it commanded so, by schedule or by hand?",
        "Lamp fault code, then driver, then lamp.",
      ],
      zh: ["单灯还是整回路？整回路查断路器与电缆被盗。", "是否为计划或人工控制？", "先看故障代码，再查驱动与灯具。"],
    },
  },
  "electric-shock": {
    name: { zh: "漏电", en: "Leaking current" },
    means: {
      en: "Current leaks, or a pole is under voltage, or water stands in a cabinet: people may be killed by touching it.",
      zh: "漏电、灯杆带电或箱体进水：触碰可致命。",
    },
    check: {
      en: [
        "Switch the circuit off from here, at once.",
        "Nobody touches the pole; barrier until measured.",
        "Rain and flooding at the place: cable joints, door seals.",
      ],
      zh: ["立即远程断开回路。", "严禁触碰灯杆，测量前设围挡。", "现场降雨与积水：电缆接头、箱门密封。"],
    },
  },
  voltage: {
    name: { zh: "电压异常", en: "Voltage out of range" },
    means: { en: "Supply voltage is outside +7 % to −10 %.", zh: "供电电压超出 +7 % 至 −10 %。" },
    check: {
      en: [
        "All three phases, or one? One: a loose neutral burns lamps.",
        "Transformer tap and the load of the hour.",
        "Tell the grid operator with the record.",
      ],
      zh: ["三相还是单相？单相查零线松动，会烧灯。", "变压器分接与当时负荷。", "附记录报供电公司。"],
    },
  },
  silence: {
    name: { zh: "设备无数据", en: "Instrument silent" },
    means: {
      en: "An instrument gives no valid readings. What it watches is not watched.",
      zh: "设备无有效数据，其监测对象处于无人看守状态。",
    },
    check: {
      en: [
        "One instrument or a whole line? A line: converter, cable, power.",
        "`weir-edge read edge.yaml <device>` on the gateway says what it answers.",
        "Power and wiring at the instrument; then its address and baud rate.",
      ],
      zh: [
        "单台还是整条总线？整条查转换器、线缆、电源。",
        "在网关执行 `weir-edge read edge.yaml <设备>` 查看应答。",
        "现场查电源接线，再查地址与波特率。",
      ],
    },
  },
  "gateway-away": {
    name: { zh: "网关离线", en: "Gateway away" },
    means: {
      en: "A gateway is not connected. Its readings wait on its disk and arrive when it is back: nothing is lost yet.",
      zh: "网关未连接。数据暂存其磁盘，恢复后补传，暂无丢失。",
    },
    check: {
      en: [
        "Others of the same operator or street: network or power?",
        "SIM, signal strength, antenna.",
        "Its health page on port 9464, from the place.",
      ],
      zh: ["同运营商或同路段其他网关：网络还是停电？", "SIM 卡、信号强度、天线。", "现场打开其 9464 端口健康页。"],
    },
  },
  delivery: {
    name: { zh: "交付异常", en: "Delivery" },
    means: {
      en: "Records do not reach the store as they should: they wait, are missing, were refused or were given up.",
      zh: "记录未按时入库：积压、缺失、被拒或已放弃。",
    },
    check: {
      en: [
        "The delivery page: which gateway, since when?",
        "Waiting: is its link slow, or the store?",
        "Refused: `weir-edge outbox edge.yaml quarantine` says why; correct and retry.",
        "Given up: the outbox was full; how long was the outage?",
      ],
      zh: [
        "在交付页查看：哪台网关、何时开始？",
        "积压：链路慢还是数据库慢？",
        "被拒：`weir-edge outbox edge.yaml quarantine` 查原因，改正后重试。",
        "放弃：发件箱满，断网多久？",
      ],
    },
  },
  clock: {
    name: { zh: "时钟偏差", en: "Clock" },
    means: {
      en: "A gateway's clock is wrong: its readings stand at the wrong time.",
      zh: "网关时钟偏差，数据时间不正确。",
    },
    check: {
      en: [
        "Does it reach its time server (`chronyc tracking`)?",
        "The battery of its clock.",
        "The clocks of cloud and gateway against a third.",
      ],
      zh: ["能否访问时间服务器（`chronyc tracking`）？", "主板时钟电池。", "云端与网关时钟分别对照第三方。"],
    },
  },
  "data-quality": {
    name: { zh: "数据质量", en: "Data quality" },
    means: {
      en: "Yesterday too few readings came, or too few of them were good. Means of that day do not count.",
      zh: "昨日数据传输率或有效率不足，当日均值无效。",
    },
    check: {
      en: [
        "Silent hours, or single gaps all day? Hours: power or network. Gaps: the line.",
        "Quality codes: calibration, out of range, fault?",
        "Enter the calibration in the station's log.",
      ],
      zh: [
        "整小时缺失还是全天零星缺失？前者查电源网络，后者查总线。",
        "质量码：校准、超量程还是故障？",
        "校准须记入台账。",
      ],
    },
  },
  "flat-line": {
    name: { zh: "数值僵死", en: "Value stands still" },
    means: {
      en: "A value has not moved at all for hours. Nature does: the sensor, its cable or its converter does not.",
      zh: "数值数小时完全不变。自然量必有波动，应怀疑传感器、线缆或转换器。",
    },
    check: {
      en: [
        "Read it now at the gateway: does the raw value move?",
        "Is the probe in the water, the valve of the sample line open?",
        "Restart the converter; if it stays, change the probe.",
      ],
      zh: ["在网关直接读取：原始值是否变化？", "探头是否在水中、取样阀是否打开？", "重启转换器；仍不变则更换探头。"],
    },
  },
  "gateway-health": {
    name: { zh: "网关健康", en: "Gateway's health" },
    means: { en: "A gateway or instrument runs out of disk or battery.", zh: "网关或仪表磁盘、电池即将耗尽。" },
    check: {
      en: ["Disk: logs, or an outbox that cannot drain?", "Battery: solar panel, charger, cold nights."],
      zh: ["磁盘：日志还是发件箱积压？", "电池：太阳能板、充电器、低温。"],
    },
  },
  cloud: {
    name: { zh: "平台故障", en: "The platform itself" },
    means: {
      en: "The cloud's own facts have stopped, or its store is away. Until they are back no other alert can be trusted to fire.",
      zh: "云端自身统计中断或数据库不可用。恢复前其他告警均不可信。",
    },
    check: {
      en: [
        "Is weir-cloud running? Its log's last lines.",
        "Is InfluxDB answering, and is its disk full?",
        "Can Grafana read it: token, bucket `weir`?",
        "Gateways keep their readings meanwhile.",
      ],
      zh: [
        "weir-cloud 是否运行？看日志末尾。",
        "InfluxDB 是否应答、磁盘是否写满？",
        "Grafana 能否读取：令牌、存储桶 `weir`？",
        "期间数据保存在网关。",
      ],
    },
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type RunbookId = keyof typeof entries;

/** Every runbook by its id. */
export const runbooks = Object.fromEntries(
  Object.entries<Entry>(entries).map(([id, entry]) => [id, { id, ...entry }]),
) as Readonly<Record<RunbookId, Runbook>>;
