import type { Chip } from "./board.ts";

type Ask = (metric: string) => number;

/** Microchip DS25095A: the ambient temperature in sixteenths of a degree, thirteen bits with sign, register 5. */
export function mcp9808(show: () => number): Chip {
  let resolution = 3;
  return {
    write: (register, [value = 0]) => {
      if (register === 8) resolution = value & 3;
    },
    read: (register, count) => {
      const step = 2 ** (3 - resolution);
      const raw = (Math.round((show() * 16) / step) * step) & 0x1fff;
      const words: Record<number, number> = { 5: raw, 6: 0x0054, 7: 0x0400 };
      const word = words[register] ?? 0;
      return [word >> 8, word & 0xff].slice(0, count);
    },
  };
}

/** Calibration of one part, from Bosch's worked example (BST-BMP280-DS001, 3.12); humidity of a usual BME280. */
const t = [27504, 26435, -1000] as const;
const p = [36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000] as const;
const h = { h1: 75, h2: 370, h3: 0, h4: 313, h5: 50, h6: 30 } as const;

/** Bosch BST-BME280-DS001: registers, and the compensation of 8.1 backwards, so that a host that computes it right finds the truth. */
export function bme280(show: Ask): Chip {
  let measuring = false;
  let oversampling = 0;

  function results(): readonly number[] {
    if (!measuring) return [0x80, 0, 0, 0x80, 0, 0, 0x80, 0];
    const fine = fineOf(show("air_temperature"));
    const adcT = solve((adc) => fineFrom(adc), fine, 0, 0xfffff);
    const adcP = solve((adc) => -pressureFrom(adc, fine), -show("air_pressure") * 1000, 0, 0xfffff);
    const adcH =
      oversampling === 0 ? 0x8000 : solve((adc) => humidityFrom(adc, fine), show("relative_humidity"), 0, 0xffff);
    return [...twenty(adcP), ...twenty(adcT), adcH >> 8, adcH & 0xff];
  }

  function registers(from: number): readonly number[] {
    if (from === 0xd0) return [0x60];
    if (from === 0xf7) return results();
    if (from === 0x88) return [...t, ...p].flatMap((word) => [word & 0xff, (word >> 8) & 0xff]);
    if (from === 0xa1) return [h.h1];
    if (from !== 0xe1) return [];
    return [h.h2 & 0xff, h.h2 >> 8, h.h3, h.h4 >> 4, (h.h4 & 15) | ((h.h5 & 15) << 4), h.h5 >> 4, h.h6];
  }

  return {
    write: (register, [value = 0]) => {
      if (register === 0xe0 && value === 0xb6) measuring = false;
      if (register === 0xf2) oversampling = value & 7;
      if (register === 0xf4) measuring = (value & 3) === 3;
    },
    read: (register, count) => {
      const content = registers(register);
      return Array.from({ length: count }, (_, i) => content[i] ?? 0);
    },
  };
}

/** t_fine of a temperature. */
function fineOf(celsius: number): number {
  return celsius * 5120;
}

function fineFrom(adc: number): number {
  const [t1, t2, t3] = t;
  return (adc / 16384 - t1 / 1024) * t2 + (adc / 131072 - t1 / 8192) ** 2 * t3;
}

function pressureFrom(adc: number, fine: number): number {
  const [p1, p2, p3, p4, p5, p6, p7, p8, p9] = p;
  const x = fine / 2 - 64000;
  const y = ((x * x * p6) / 32768 + x * p5 * 2) / 4 + p4 * 65536;
  const z = (1 + ((p3 * x * x) / 524288 + p2 * x) / 524288 / 32768) * p1;
  const pascal = ((1048576 - adc - y / 4096) * 6250) / z;
  return pascal + ((p9 * pascal * pascal) / 2147483648 + (pascal * p8) / 32768 + p7) / 16;
}

function humidityFrom(adc: number, fine: number): number {
  const x = fine - 76800;
  const grow = 1 + (h.h6 / 67108864) * x * (1 + (h.h3 / 67108864) * x);
  const raw = (adc - (h.h4 * 64 + (h.h5 / 16384) * x)) * ((h.h2 / 65536) * grow);
  return raw * (1 - (h.h1 * raw) / 524288);
}

/** The whole number at which a rising function comes to what is wanted. */
function solve(rising: (at: number) => number, wanted: number, low: number, high: number): number {
  let [from, to] = [low, high];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (rising(middle) < wanted) from = middle;
    else to = middle;
  }
  return wanted - rising(from) < rising(to) - wanted ? from : to;
}

function twenty(value: number): readonly number[] {
  return [value >> 12, (value >> 4) & 0xff, (value & 15) << 4];
}
