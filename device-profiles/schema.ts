import { z } from "zod";
import { type cjt188Address, type cjt188Point, cjt188Profile } from "./schema/cjt188.ts";
import { type dlt645Address, type dlt645Point, dlt645Profile } from "./schema/dlt645.ts";
import { type firmataAddress, type firmataExample, type firmataPoint, firmataProfile } from "./schema/firmata.ts";
import { type frameAddress, type frameExample, type framePoint, frameProfile } from "./schema/frame.ts";
import { type lineAddress, type linePoint, lineProfile } from "./schema/line.ts";
import type { meterExample } from "./schema/meter.ts";
import {
  type modbusAddress,
  type modbusExample,
  type modbusPoint,
  modbusProfile,
  type modbusTypes,
  type orders,
  type step,
  type tables,
} from "./schema/modbus.ts";
import { type nmeaAddress, type nmeaPoint, nmeaProfile } from "./schema/nmea.ts";
import { type opcuaAddress, type opcuaExample, type opcuaPoint, opcuaProfile } from "./schema/opcua.ts";
import { head } from "./schema/parts.ts";
import { type sdi12Address, type sdi12Example, type sdi12Point, sdi12Profile } from "./schema/sdi12.ts";
import type { textExample } from "./schema/text.ts";
import { type vaisalaAddress, type vaisalaPoint, vaisalaProfile } from "./schema/vaisala.ts";

/** A profile file: what every instrument says of itself, and the rest in the terms of its protocol. */
export const profile = z.discriminatedUnion("protocol", [
  modbusProfile,
  dlt645Profile,
  cjt188Profile,
  sdi12Profile,
  frameProfile,
  nmeaProfile,
  vaisalaProfile,
  lineProfile,
  firmataProfile,
  opcuaProfile,
]);

export const domains: readonly string[] = head.domain.options;

export type ModbusTable = (typeof tables)[number];
export type ModbusType = (typeof modbusTypes)[number];
export type ByteOrder = (typeof orders)[number];
export type MeasureStep = z.output<typeof step>;

export type ModbusAddress = z.output<typeof modbusAddress>;
export type Dlt645Address = z.output<typeof dlt645Address>;
export type Cjt188Address = z.output<typeof cjt188Address>;
export type Sdi12Address = z.output<typeof sdi12Address>;
export type FrameAddress = z.output<typeof frameAddress>;
export type NmeaAddress = z.output<typeof nmeaAddress>;
export type VaisalaAddress = z.output<typeof vaisalaAddress>;
export type LineAddress = z.output<typeof lineAddress>;
export type FirmataAddress = z.output<typeof firmataAddress>;
export type OpcuaAddress = z.output<typeof opcuaAddress>;
/** Where a value stands in lines of text. */
export type TextAddress = NmeaAddress | VaisalaAddress | LineAddress;
/** Where a point's bytes are, in its protocol's own terms. */
export type Address =
  | ModbusAddress
  | Dlt645Address
  | Cjt188Address
  | Sdi12Address
  | FrameAddress
  | TextAddress
  | FirmataAddress
  | OpcuaAddress;

/** What only Modbus points have. */
type NotModbus = { readonly decimals?: undefined; readonly write?: undefined };
export type ModbusPoint = z.output<typeof modbusPoint>;
export type Dlt645Point = z.output<typeof dlt645Point> & NotModbus;
export type Cjt188Point = z.output<typeof cjt188Point> & NotModbus;
export type Sdi12Point = z.output<typeof sdi12Point> & NotModbus;
export type FramePoint = z.output<typeof framePoint> & NotModbus;
export type NmeaPoint = z.output<typeof nmeaPoint> & NotModbus;
export type VaisalaPoint = z.output<typeof vaisalaPoint> & NotModbus;
export type LinePoint = z.output<typeof linePoint> & NotModbus;
export type FirmataPoint = z.output<typeof firmataPoint> & Pick<NotModbus, "decimals">;
export type TextPoint = NmeaPoint | VaisalaPoint | LinePoint;
export type OpcuaPoint = z.output<typeof opcuaPoint> & Pick<NotModbus, "decimals">;
export type ProfilePoint =
  | ModbusPoint
  | Dlt645Point
  | Cjt188Point
  | Sdi12Point
  | FramePoint
  | TextPoint
  | FirmataPoint
  | OpcuaPoint;

export type ProfileExample =
  | z.output<typeof modbusExample>
  | z.output<typeof meterExample>
  | z.output<typeof sdi12Example>
  | z.output<typeof frameExample>
  | z.output<typeof textExample>
  | z.output<typeof firmataExample>
  | z.output<typeof opcuaExample>;

/**
 * A profile as loaded: durations are ms; every `register` counts from 0 as sent on the wire, whatever the document's base was;
 * `id` is `<domain>/<file name>`, such as `light/eastron-sdm630`.
 */
export type ModbusProfile = z.output<typeof modbusProfile> & { readonly id: string };
export type Dlt645Profile = Loaded<z.output<typeof dlt645Profile>, Dlt645Point>;
export type Cjt188Profile = Loaded<z.output<typeof cjt188Profile>, Cjt188Point>;
export type Sdi12Profile = Loaded<z.output<typeof sdi12Profile>, Sdi12Point>;
export type FrameProfile = Loaded<z.output<typeof frameProfile>, FramePoint>;
export type NmeaProfile = Loaded<z.output<typeof nmeaProfile>, NmeaPoint>;
export type VaisalaProfile = Loaded<z.output<typeof vaisalaProfile>, VaisalaPoint>;
export type LineProfile = Loaded<z.output<typeof lineProfile>, LinePoint>;
export type FirmataProfile = Loaded<z.output<typeof firmataProfile>, FirmataPoint>;
/** An instrument that speaks in lines of text. */
export type TextProfile = NmeaProfile | VaisalaProfile | LineProfile;
export type OpcuaProfile = Loaded<z.output<typeof opcuaProfile>, OpcuaPoint>;
export type Profile =
  | ModbusProfile
  | Dlt645Profile
  | Cjt188Profile
  | Sdi12Profile
  | FrameProfile
  | TextProfile
  | FirmataProfile
  | OpcuaProfile;

type Loaded<Parsed, Point> = Omit<Parsed, "points"> & { readonly id: string; readonly points: Point[] };
