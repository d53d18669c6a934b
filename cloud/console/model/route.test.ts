import fc from "fast-check";
import { expect, test } from "vitest";
import { groups } from "./grouping.ts";
import { formatRoute, parseRoute, type Route } from "./route.ts";

const name = fc.string({ minLength: 1, unit: "grapheme" });
const route: fc.Arbitrary<Route> = fc.oneof(
  fc.record({ page: fc.constant("device" as const), site: name, device: name }),
  fc.record({ page: fc.constant("gateway" as const), site: name, gateway: name }),
  fc.constant({ page: "gateways" as const }),
  fc.constant({ page: "alarms" as const }),
  fc.record(
    {
      page: fc.constant("overview" as const),
      group: fc.constantFrom(...groups),
      site: name,
      attention: fc.constant(true as const),
    },
    { requiredKeys: ["page"] },
  ),
);

test("any page's address leads back to that page, whatever sites and devices are called", () => {
  fc.assert(
    fc.property(route, (each) => {
      expect(parseRoute(formatRoute(each))).toEqual(each);
    }),
  );
});

test("an address that makes no sense leads to the overview and breaks nothing", () => {
  expect(parseRoute("#/devices/%E0%A4%A/x")).toEqual({ page: "overview" });
  fc.assert(
    fc.property(fc.string(), (hash) => {
      expect(parseRoute(hash).page).toMatch(/^(overview|device|gateways|gateway|alarms)$/);
    }),
  );
});
