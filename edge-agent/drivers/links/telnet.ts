/** Telnet commands (RFC 854, RFC 855). */
const iac = 255;
export const verbs = { will: 251, wont: 252, do: 253, dont: 254 } as const;
const subnegotiation = { begin: 250, end: 240 };
const shortestVerb = verbs.will;
/** A subnegotiation that grows beyond this is of no option we know: its content is dropped. */
const longestContent = 512;

export type TelnetListener = {
  /** Data as it was before escaping. The bytes are only good during the call. */
  data(bytes: Uint8Array): void;
  option(verb: number, option: number): void;
  subnegotiation(option: number, content: Uint8Array): void;
};

/** Takes a Telnet stream in whatever pieces it comes and tells its parts, in order. Never throws, whatever comes; holds at most 512 bytes. */
export function createTelnetParser(listener: TelnetListener): (chunk: Uint8Array) => void {
  let state: "data" | "command" | "option" | "content" | "content-command" = "data";
  let verb = 0;
  let content: number[] = [];

  function command(byte: number): void {
    if (byte >= shortestVerb && byte < iac) [state, verb] = ["option", byte];
    else if (byte === subnegotiation.begin) [state, content] = ["content", []];
    else state = "data";
  }

  function contentCommand(byte: number): void {
    if (byte === iac) {
      keep(iac);
      state = "content";
    } else if (byte === subnegotiation.end) {
      state = "data";
      if (content.length > 0 && content.length <= longestContent)
        listener.subnegotiation(content[0]!, Uint8Array.from(content.slice(1)));
    } else command(byte); // the end was lost; go on with the command that shows it
  }

  function keep(byte: number): void {
    if (content.length <= longestContent) content.push(byte);
  }

  return (chunk) => {
    let from = 0;
    const flush = (to: number) => to > from && listener.data(chunk.subarray(from, to));
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (state === "data") {
        if (byte !== iac) continue;
        flush(at);
        state = "command";
      } else if (state === "command" && byte === iac) {
        from = at; // an escaped 255: the second one is data
        state = "data";
        continue;
      } else if (state === "command") command(byte);
      else if (state === "option") {
        listener.option(verb, byte);
        state = "data";
      } else if (state === "content-command") contentCommand(byte);
      else if (byte === iac) state = "content-command";
      else keep(byte);
      from = at + 1;
    }
    if (state === "data") flush(chunk.length);
  };
}

/** Data as it goes over Telnet: 255 doubled. */
export function escapeTelnet(bytes: Uint8Array): Uint8Array {
  return bytes.includes(iac)
    ? Uint8Array.from([...bytes].flatMap((byte) => (byte === iac ? [iac, iac] : [byte])))
    : bytes;
}

export function encodeOption(verb: number, option: number): Uint8Array {
  return Uint8Array.of(iac, verb, option);
}

export function encodeSubnegotiation(option: number, content: Uint8Array): Uint8Array {
  const { begin, end } = subnegotiation;
  return Uint8Array.of(iac, begin, option, ...escapeTelnet(content), iac, end);
}
