import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, "edge.yaml");
const read = (text: string) => {
  writeFileSync(file, text);
  return readConfig(file);
};
const faultsOf = (text: string) => {
  try {
    read(text);
    return [];
  } catch (error) {
    return (error as Error).message.split("\n").map((line) => line.replace(file, "edge.yaml"));
  }
};

const good = `site: hailing
gateway: gw-1
buses:
  - { name: plc, tcp: "10.0.0.5:502" }
  - { name: line, serial: { path: /dev/ttyUSB0, parity: even } }
devices:
  - { id: level, bus: line, unit: 3, profile: water/keller-xline, every: 2s }
  - { id: meter, bus: plc, profile: light/eastron-sdm630, title: { en: Cabinet, zh: 配电箱 } }
uplink: { url: "mqtts://cloud:8883", password_file: secret }
`;

const opcuaPump = `model: P1
vendor: Test
names: { en: pump, zh: 泵 }
domain: pipe
kind: pump
source: made up for tests
protocol: opcua
namespaces: { own: "urn:test:pump" }
points: [{ quantity: pipe_flow, at: { node: Flow } }]
examples: [{ note: none, values: "Flow = Double 1", samples: { pipe_flow: 1 } }]
`;

describe("the agent's configuration", () => {
  test("comes complete: profiles loaded, durations in ms, sizes in bytes, paths beside the file", () => {
    const config = read(good);
    expect(config.buses).toEqual([
      { name: "plc", connectTimeoutMs: 3000, transport: { kind: "tcp", host: "10.0.0.5", port: 502 } },
      {
        name: "line",
        connectTimeoutMs: 3000,
        transport: { kind: "serial", path: "/dev/ttyUSB0", baud: 9600, dataBits: 8, parity: "even", stopBits: 1 },
      },
    ]);
    expect(config.devices.map(({ id, unit, everyMs, profile }) => [id, unit, everyMs, profile.id])).toEqual([
      ["level", 3, 2000, "water/keller-xline"],
      ["meter", 1, undefined, "light/eastron-sdm630"],
    ]);
    expect(config.titles.get("meter")).toEqual({ en: "Cabinet", zh: "配电箱" });
    expect(config.outbox).toEqual({ path: join(folder, "outbox.db"), limit: 2 ** 31, when_full: "drop-oldest" });
    expect(config.uplink).toMatchObject({
      password_file: join(folder, "secret"),
      window: 262_144,
      keep_alive: 30_000,
      host: "weir",
    });
  });

  test("installs firmware where it says whom it trusts, with its files beside it, and nowhere else", () => {
    expect(read(good).firmware).toBeUndefined();
    const { firmware } = read(`${good}firmware: { keys: trusted, node_keys: /var/lib/weir/nodes.keys }\n`);
    expect(firmware).toEqual({
      ...{ keys: join(folder, "trusted"), nodeKeys: "/var/lib/weir/nodes.keys", path: join(folder, "firmware") },
    });
    expect(faultsOf(`${good}firmware: { keys: trusted }\n`)).toEqual([expect.stringMatching(/firmware\.node_keys/)]);
  });

  test("the example is good", () => {
    expect(readConfig(join(import.meta.dirname, "edge.example.yaml")).devices).toHaveLength(5);
  });

  test("takes the line of a serial server as one of its own", () => {
    const config = read(good.replace("serial: { path: /dev/ttyUSB0,", "rfc2217: { host: 10.0.0.9, port: 4002,"));
    expect(config.buses[1]!.transport).toEqual({
      ...{ kind: "rfc2217", host: "10.0.0.9", port: 4002 },
      ...{ baud: 9600, dataBits: 8, parity: "even", stopBits: 1 },
    });
  });

  test("is refused where two buses name one port", () => {
    const line = (name: string) => `  - { name: ${name}, serial: { path: /dev/ttyUSB0 } }\n`;
    expect(faultsOf(good.replace("devices:", `${line("meters")}devices:`))).toEqual([
      "edge.yaml:6: buses.2.serial.path: /dev/ttyUSB0 is bus line already; put all the instruments of a line on one bus, and where one of them has other settings give them in its own serial",
    ]);
  });

  test("is refused with every fault at once, those of its form together with names that do not exist or stand twice", () => {
    expect(
      faultsOf(`site: a
gateway: gw
buses:
  - { name: x, tcp: "1.2.3.4:502" }
  - { name: x, tcp: "1.2.3.4:503" }
devices:
  - { id: d1, bus: z, unit: 3, profile: water/keller-xlin }
  - { id: d1, bus: x, unit: 3, profile: water/keller-xline, every: 5 }
  - { id: d2, bus: x, unit: 3, profile: water/keller-xline }
uplink: { url: "mqtt://localhost", windw: 1MiB }
`),
    ).toEqual([
      "edge.yaml:5: buses.1.name: bus x stands here twice; give one of them another name",
      'edge.yaml:7: devices.0.bus: no bus is called "z"; did you mean "x"?',
      'edge.yaml:7: devices.0.profile: no profile is called "water/keller-xlin"; did you mean "water/keller-xline"?',
      "edge.yaml:8: devices.1.every: 5: write a duration with its unit, such as 500ms, 5s, 2m or 1h",
      "edge.yaml:8: devices.1.id: d1 is already devices.0; ids are unique in a site",
      "edge.yaml:9: devices.2.unit: unit 3 on x is read already, by devices.1; every instrument of a bus has its own address",
      'edge.yaml:10: uplink.windw: unknown key; did you mean "window"?',
    ]);
  });

  const shared = good.replace('tcp: "10.0.0.5:502"', 'tcp: "10.0.0.5:502", proxy: { listen: "127.0.0.1:1502" }');

  test("shares a bus read-only, with four clients at a time, when it is told no more than where to listen", () => {
    expect(read(shared).proxies).toEqual([
      { bus: "plc", listen: { host: "127.0.0.1", port: 1502 }, write: false, clients: 4, waitMs: 2000 },
    ]);
    const open = shared.replace('"127.0.0.1:1502"', '"0.0.0.0:1502", allow: [192.168.1.50, 10.0.0.0/8], write: true');
    expect(read(open).proxies[0]).toMatchObject({ write: true, allow: ["192.168.1.50", "10.0.0.0/8"] });
    expect(read(good).proxies).toEqual([]);
  });

  test.each([
    [
      "open to the network without a list of clients",
      '"0.0.0.0:1502"',
      /^edge\.yaml:4: buses\.0\.proxy\.allow: is missing; .* Modbus knows no login: name the clients' addresses/,
    ],
    ["that lets everybody in", '"0.0.0.0:1502", allow: [0.0.0.0/0]', /allow\.0: .*that is everybody/],
    ["whose clients have names", '"0.0.0.0:1502", allow: [scada]', /allow\.0: .*expected an address such as 192/],
  ])("refuses a proxy %s", (_, listen, expected) => {
    expect(faultsOf(shared.replace('"127.0.0.1:1502"', listen))).toEqual([expect.stringMatching(expected)]);
  });

  test("refuses two proxies on one port", () => {
    const second = "name: line, proxy: { listen: '127.0.0.1:1502' }";
    expect(faultsOf(shared.replace("name: line", second))).toEqual([
      "edge.yaml:5: buses.1.proxy.listen: buses.0 listens on 127.0.0.1:1502 already; every proxy has a port of its own",
    ]);
  });

  const mixed = `site: hailing
gateway: gw-1
buses:
  - { name: line, serial: { path: /dev/ttyUSB0 } }
  - { name: plc, tcp: "10.0.0.5:502" }
devices:
  - { id: level, bus: line, unit: 3, profile: water/keller-xline }
  - { id: meter, bus: line, address: "123456789012", profile: light/generic-dlt645-2007-single-phase, serial: { baud: 2400, parity: even } }
  - { id: water, bus: line, address: "aaaaaaaaaaaaaa", profile: pipe/generic-cjt188-water }
uplink: { url: "mqtt://cloud" }
`;

  test("gives a meter its address, and what differs from its line, instead of a unit", () => {
    expect(read(mixed).devices.map(({ profile: _, ...rest }) => rest)).toEqual([
      { id: "level", bus: "line", unit: 3 },
      { id: "meter", bus: "line", address: "123456789012", line: { baud: 2400, parity: "even" } },
      { id: "water", bus: "line", address: "AAAAAAAAAAAAAA" },
    ]);
  });

  test.each([
    [
      "a meter with a unit",
      'address: "123456789012"',
      "unit: 1",
      /^edge\.yaml:8: devices\.1\.unit: .* speaks DL\/T 645 and has no unit; give its address, the 12 digits/,
    ],
    [
      "a meter without address",
      'address: "123456789012", ',
      "",
      /^edge\.yaml:8: devices\.1\.address: is missing; .*give its address, the 12 digits printed on it, in quotes/,
    ],
    [
      "an address without quotes",
      '"123456789012"',
      "123456789012",
      /^edge\.yaml:8: devices\.1\.address: 123456789012: write the address in quotes/,
    ],
    [
      "an address of another length",
      '"aaaaaaaaaaaaaa"',
      '"123456789012"',
      /^edge\.yaml:9: devices\.2\.address: "123456789012" is none; .* speaks CJ\/T 188: give its address, the 14 digits/,
    ],
    [
      "a Modbus instrument with an address",
      "unit: 3",
      'address: "3"',
      /^edge\.yaml:7: devices\.0\.address: .* speaks Modbus; give its unit, 1 to 247/,
    ],
    [
      "a meter on a Modbus TCP server",
      'bus: line, address: "123456789012"',
      'bus: plc, address: "123456789012"',
      /^edge\.yaml:8: devices\.1\.bus: .* speaks DL\/T 645, and plc is tcp; it takes a bus with serial or raw_tcp/,
    ],
    [
      "an SDI-12 sensor with two characters",
      'address: "aaaaaaaaaaaaaa", profile: pipe/generic-cjt188-water',
      'address: "10", profile: water/meter-hydros-21',
      /devices\.2\.address: "10" is none; .* speaks SDI-12: give its address, one character in quotes/,
    ],
    [
      "an instrument that speaks by itself among others",
      'address: "aaaaaaaaaaaaaa", profile: pipe/generic-cjt188-water',
      "profile: air/nova-sds011",
      /devices\.2\.bus: air\/nova-sds011 speaks by itself, so no other instrument can be read on line/,
    ],
    [
      "a meter twice",
      "id: water",
      'id: again, bus: line, address: "aaaaaaaaaaaaaa", profile: pipe/generic-cjt188-water }\n  - { id: water',
      /devices\.3\.address: address aaaaaaaaaaaaaa on line is read already, by devices\.2/,
    ],
  ])("refuses %s, saying what would be right", (_, from, to, expected) => {
    expect(mixed).toContain(from);
    expect(faultsOf(mixed.replace(from, to))).toEqual([expect.stringMatching(expected)]);
  });

  test("takes an OPC UA server as a bus, secrets by file, and an instrument by its node, letter by letter", () => {
    const profiles = join(folder, "profiles/pipe");
    mkdirSync(profiles, { recursive: true });
    writeFileSync(join(profiles, "test-pump.yaml"), opcuaPump);
    const text = (bus: string, address: string) => `site: s
gateway: g
profiles: profiles
buses: [{ name: plc, opcua: { url: "opc.tcp://10.0.0.5:4840", ${bus} } }]
devices: [{ id: p, bus: plc, address: "${address}", profile: pipe/test-pump }]
uplink: { url: "mqtt://127.0.0.1" }
`;
    const readBus = (bus: string, address = "Plant/own:Pump_1") => read(text(bus, address));
    const { buses, devices } = readBus('username: weir, password_file: secret, publish: 500ms, policy: "None"');
    expect(buses[0]!.transport).toEqual({
      kind: "opcua",
      url: "opc.tcp://10.0.0.5:4840",
      policy: "None",
      mode: "None",
      accept: [],
      identity: { kind: "user", name: "weir", passwordFile: join(folder, "secret"), plain: false },
      pki: join(folder, "opcua-pki"),
      reading: "subscribe",
      publishMs: 500,
    });
    expect(devices[0]!.address).toBe("Plant/own:Pump_1");
    expect(() => readBus("policy: Basic256")).toThrow(
      /Basic256 is broken; take a newer one, or say in deprecated_because/,
    );
    expect(() => readBus("policy: Basic256Sha256, mode: None")).toThrow(/both None or neither/);
    expect(() => readBus("username: weir")).toThrow(/username and password_file go together/);
    expect(() => readBus("", "ns=2;s=Pump")).toThrow(
      /a number of a namespace may change.*give its address, browse names/,
    );
    expect(() => readBus("", "my:Pump")).toThrow(/`namespaces` has no "my"/);
  });

  test("an instrument in a lake or at an outlet says so by its kind, and one that is in no water is told so", () => {
    const lake = good.replace("every: 2s", "water: lake");
    const meter = lake.replace("light/eastron-sdm630", "light/eastron-sdm630, water: outlet");
    expect(read(lake).devices.map(({ profile }) => profile.kind)).toEqual(["lake-level-probe", "power-meter"]);
    expect(read(good).devices[0]!.profile.kind).toBe("level-probe");
    expect(faultsOf(meter)).toEqual([
      expect.stringMatching(/devices\.1\.water: light\/eastron-sdm630 is .* leave it out/),
    ]);
  });

  test("a and A are two SDI-12 sensors", () => {
    const sensor = (address: string) =>
      `  - { id: s${address}, bus: line, address: "${address}", profile: water/meter-teros-12 }`;
    const text = mixed.replace("devices:", `devices:\n${sensor("a")}\n${sensor("A")}`);
    expect(read(text).devices.map(({ address }) => address)).toEqual(expect.arrayContaining(["a", "A"]));
  });

  test("names the profile's file and line when a profile of one's own is wrong", () => {
    const own = mkdtempSync(join(folder, "own-"));
    expect(faultsOf(`${good}profiles: ${own}\n`)).toEqual([
      expect.stringMatching(
        /^edge\.yaml:10: profiles: .*own-.*: holds no profiles; they are \*\.yaml in folders named/,
      ),
    ]);
  });
});
