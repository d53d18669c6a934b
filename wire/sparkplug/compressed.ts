import { encodePayload } from "./encode.ts";
import { DataType, type Payload } from "./payload.ts";

/**
 * A payload that holds another one compressed, as Eclipse Tahu's libraries have it: this uuid, the bytes as body, and how they were
 * compressed as the metric `algorithm`. DEFLATE is the zlib format (RFC 1950), GZIP RFC 1952; DEFLATE where none is named.
 */
export const compressedUuid = "SPBV1.0_COMPRESSED";
const algorithmName = "algorithm";

export type Algorithm = "DEFLATE" | "GZIP";
export type Compressed = { readonly algorithm: Algorithm; readonly body: Uint8Array };

/** The message around `body`, with the timestamp and the seq of what is in it. */
export function encodeCompressed(
  { algorithm, body }: Compressed,
  { timestamp, seq }: { readonly timestamp: number; readonly seq: number },
): Uint8Array {
  const metrics = [{ name: algorithmName, timestamp, datatype: DataType.String, value: algorithm }];
  return encodePayload({ timestamp, metrics, seq, uuid: compressedUuid, body });
}

/** What is compressed in a payload; undefined when nothing is, an error when it cannot be told how. */
export function compressedOf({ uuid, body, metrics }: Payload): Compressed | { readonly error: string } | undefined {
  if (uuid !== compressedUuid) return undefined;
  if (body === undefined) return { error: "says that it is compressed, and has no body" };
  const algorithm = metrics.find(({ name }) => name === algorithmName)?.value ?? "DEFLATE";
  if (algorithm === "DEFLATE" || algorithm === "GZIP") return { algorithm, body };
  return { error: `compressed with ${JSON.stringify(algorithm)}; expected DEFLATE or GZIP` };
}
