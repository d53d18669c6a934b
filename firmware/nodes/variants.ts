/** A kind of node: what its image says of itself (nodes/<name>.h), and the device profile that reads it. */
export type Variant = {
  /** Of its image, and of its header in nodes/. */
  readonly name: string;
  readonly hardwareClass: number;
  readonly model: string;
  readonly profile: string;
};

/** Every kind of node on a Modbus line. Compared with the headers and the profiles by registers.test.ts. */
export const variants: readonly Variant[] = [
  { name: "level", hardwareClass: 1, model: "WEIR-LEVEL", profile: "pipe/weir-level" },
  { name: "air", hardwareClass: 2, model: "WEIR-AIR", profile: "air/weir-air" },
  { name: "pressure", hardwareClass: 3, model: "WEIR-PRESSURE", profile: "pipe/weir-pressure" },
  { name: "light", hardwareClass: 4, model: "WEIR-LIGHT", profile: "light/weir-light" },
  { name: "gas", hardwareClass: 5, model: "WEIR-GAS", profile: "hazmat/weir-gas" },
];

/** Of a hardware class that is not ours the number is all that is known. */
export const modelOf = (hardwareClass: number): string =>
  variants.find((each) => each.hardwareClass === hardwareClass)?.model ?? `hardware class ${hardwareClass}`;
