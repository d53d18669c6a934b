import { type NodeIdentity, readIdentity } from "./identity.ts";

/** What firmware/boot485 has: a slot for what runs, and one for what is staged. */
export const pageBytes = 128;
export const slotPages = 110;
/** An image with its seal. */
export const slotBytes: number = pageBytes * slotPages;
export const digestsPerRequest = 32;

/** Modbus leaves it to its users (application protocol V1.1b3, 5). */
export const functionCode = 100;
/** Of a node's own registers: firmware/nodes/registers.h. */
export const nodeRegisters = { identity: 0x0100, words: 19, command: 0x0003, enterLoader: 0x4c44 } as const;

const operations = { info: 1, digests: 2, write: 3, activate: 4, run: 5, goBack: 6, prove: 7, giveKey: 8 } as const;

/** A PDU, and how long the PDUs may be that answer it: an exception, a refusal, what was asked for. */
export type LoaderRequest = {
  readonly operation: keyof typeof operations;
  readonly pdu: Uint8Array;
  readonly replyLengths: readonly number[];
};

/** Why boot485 did not do it. */
export type Refusal =
  /** It is no request, or names a page that is not there. */
  | "malformed"
  /** An image is on trial: the other slot is what it falls back to. */
  | "not-now"
  | "no-key"
  /** What is staged is no whole image. */
  | "no-image"
  | "wrong-class"
  | "false-tag"
  /** Not boot485 answers, or it is about to start the image. */
  | "other";

export type LoaderReply = { readonly payload: Uint8Array } | { readonly refused: Refusal };

const refusals: readonly (Refusal | undefined)[] = [
  undefined,
  "malformed",
  "not-now",
  "no-key",
  "no-image",
  "wrong-class",
  "false-tag",
];

const head = 3; // function, operation, status

function request(
  operation: keyof typeof operations,
  given: readonly number[] | Uint8Array,
  ...payloads: readonly number[]
): LoaderRequest {
  return {
    operation,
    pdu: Uint8Array.from([functionCode, operations[operation], ...given]),
    replyLengths: [2, head, ...payloads.filter((length) => length > 0).map((length) => head + length)],
  };
}

const infoBytes = 11;
const identityBytes = 34;

/** Each operation; the payload of its reply is read by the function beside it. */
export const loaderRequests = {
  info: (): LoaderRequest => request("info", [], infoBytes, infoBytes + identityBytes),
  /** At most digestsPerRequest. */
  digests: (slot: "running" | "staged", first: number, count: number): LoaderRequest =>
    request("digests", [slot === "running" ? 0 : 1, first, count], 4 * count),
  /** pageBytes into the staging slot. */
  write: (page: number, bytes: Uint8Array): LoaderRequest => request("write", [page, ...bytes], 4),
  /** Answered at once; what becomes of it, later `info`s tell. */
  activate: (tag: Uint8Array): LoaderRequest => request("activate", tag, 0),
  run: (): LoaderRequest => request("run", [], 0),
  goBack: (): LoaderRequest => request("goBack", [], 0),
  prove: (challenge: Uint8Array): LoaderRequest => request("prove", challenge, 16),
  giveKey: (key: Uint8Array, tag: Uint8Array): LoaderRequest => request("giveKey", [...key, ...tag], 0),
};

/** What a reply PDU says; undefined when it is no reply to this request. Never throws. */
export function readReply({ pdu: asked, replyLengths }: LoaderRequest, pdu: Uint8Array): LoaderReply | undefined {
  if (pdu.length === 2 && pdu[0] === (functionCode | 0x80)) return { refused: "other" };
  if (!replyLengths.includes(pdu.length) || pdu.length < head) return undefined;
  if (pdu[0] !== asked[0] || pdu[1] !== asked[1]) return undefined;
  const status = pdu[2]!;
  if (status === 0) return { payload: pdu.slice(head) };
  return pdu.length === head ? { refused: refusals[status] ?? "other" } : undefined;
}

export type Phase = "idle" | "swapping-in" | "trial" | "swapping-back";
/** What became of the last update. */
export type Outcome = "nothing" | "confirmed" | "rolled-back" | "reverted" | "not-authentic";

const phases: readonly Phase[] = ["idle", "swapping-in", "trial", "swapping-back"];
const outcomes: readonly Outcome[] = ["nothing", "confirmed", "rolled-back", "reverted", "not-authentic"];

/** How an update stands, as boot485's journal has it. */
export type UpdateReport = {
  readonly phase: Phase;
  readonly outcome: Outcome;
  /** Of activations and key changes, 0 to 65535: what a tag was made for counts once. */
  readonly counter: number;
};

export type LoaderInfo = UpdateReport & {
  readonly protocol: number;
  readonly hasKey: boolean;
  readonly slotPages: number;
  /** undefined: it has none yet. */
  readonly serial: number | undefined;
  /** The whole image in the slot that runs; undefined: there is none. */
  readonly runs: NodeIdentity | undefined;
};

/** undefined for what no boot485 says. */
export function readInfo(payload: Uint8Array): LoaderInfo | undefined {
  if (payload.length !== infoBytes && payload.length !== infoBytes + identityBytes) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const report = readReport(view.getUint16(1), view.getUint16(3));
  const serial = view.getUint32(7);
  return (
    report && {
      ...report,
      protocol: payload[0]!,
      hasKey: payload[5] === 1,
      slotPages: payload[6]!,
      serial: serial === 0xffffffff ? undefined : serial,
      runs: payload.length > infoBytes ? readIdentity(payload.subarray(infoBytes)) : undefined,
    }
  );
}

/** CRC-32s, one a page. */
export function readDigests(payload: Uint8Array): readonly number[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return Array.from({ length: payload.length >> 2 }, (_, n) => view.getUint32(4 * n));
}

/** The two `update` registers of a node; undefined for what boot485 does not say. */
export function readReport(word: number, counter: number): UpdateReport | undefined {
  const phase = phases[word >> 8];
  const outcome = outcomes[word & 0xff];
  return phase && outcome && { phase, outcome, counter };
}

export type NodeAnswer = NodeIdentity & {
  /** undefined: none yet. */
  readonly serial: number | undefined;
  /** Version of boot485's protocol; 0: another loader, or none. */
  readonly loader: number;
  readonly report: UpdateReport | undefined;
};

/** What a node says of itself in the registers from nodeRegisters.identity on; undefined for what no Weir node says. */
export function readNode(words: readonly number[]): NodeAnswer | undefined {
  if (words.length < nodeRegisters.words || words[0] !== 0x5745) return undefined;
  const serial = words[5]! * 0x10000 + words[6]!;
  const loader = words[16]!;
  return {
    hardwareClass: words[1]!,
    hardwareRevision: words[2]!,
    version: `${words[3]! >> 8}.${words[3]! & 0xff}.${words[4]}`,
    serial: serial === 0xffffffff ? undefined : serial,
    model: String.fromCharCode(...words.slice(8, 16).flatMap((word) => [word >> 8, word & 0xff])).replaceAll("\0", ""),
    loader,
    report: loader === 0 ? undefined : readReport(words[17]!, words[18]!),
  };
}
