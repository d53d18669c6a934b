import { river } from "../shows/water.ts";

export const zhoushan = river({
  name: "Zhoushan River",
  level: 2.05,
  flow: 36,
  lagHours: 6,
  risePer10mm: 0.2,
  burden: 0.55,
});
export const yinjiang = river({
  name: "Yinjiang River",
  level: 1.82,
  flow: 240,
  lagHours: 10,
  risePer10mm: 0.09,
  burden: 0.2,
});
