/** The part of johnny-five 2.1.0 that sensors.ts uses. It has no types of its own. */
declare module "johnny-five/lib/sip.js" {
  type SensorDriver = { initialize(board: { io: unknown }, options: { address: number }): void };
  const SIP: { readonly Drivers: Readonly<Record<string, PropertyDescriptorMap>> };
  export default SIP;
  export type { SensorDriver };
}
