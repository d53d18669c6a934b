import type { MeasureStep, ModbusProfile, Profile } from "./schema.ts";

/** The same profile with every register counted from 0, as sent on the wire. */
export function zeroBased(profile: Profile): Profile {
  return profile.protocol !== "modbus" || profile.base === 0 ? profile : shifted(profile);
}

function shifted(profile: ModbusProfile): ModbusProfile {
  const shift = <At extends { readonly register: number }>(at: At): At => ({
    ...at,
    register: at.register - profile.base,
  });
  const shiftStep = (step: MeasureStep): MeasureStep => {
    if ("write" in step) return { write: shift(step.write) };
    return "read" in step ? { read: shift(step.read) } : step;
  };
  return {
    ...profile,
    base: 0,
    points: profile.points.map((point) => ({
      ...point,
      at: shift(point.at),
      ...(point.decimals ? { decimals: shift(point.decimals) } : {}),
    })),
    ...(profile.identify && {
      identify: profile.identify.map((sign) => ("says" in sign ? sign : shift(sign))),
    }),
    ...(profile.measure
      ? {
          measure: {
            ...profile.measure,
            start: profile.measure.start.map(shiftStep),
            stop: profile.measure.stop.map(shiftStep),
          },
        }
      : {}),
  };
}
