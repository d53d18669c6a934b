import type { ModbusAddress } from "@weir/device-profiles/schema.ts";

/** One result per address, in the order asked. A point that fails does not fail the others. */
export type Result = { readonly raw: number } | { readonly error: LinkErrorCode };

/**
 * timeout: nothing came. crc, frame: what came was not a whole frame. mismatch: a frame, but not the answer to this request.
 * exception-1..11: the device said no. closed: the link went away. unsupported: learnt earlier that the device has no such register.
 */
export type LinkErrorCode = "timeout" | "crc" | "frame" | "mismatch" | "closed" | "refused" | "unsupported" | `exception-${number}`;

export class LinkError extends Error {
  readonly code: LinkErrorCode;
  constructor(code: LinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type Address = ModbusAddress;
