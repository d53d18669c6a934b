import { type AddressInfo, createServer, type Socket } from "node:net";

/** For tests: a serial server that speaks RFC 2217, written from the RFC apart from links/. */
export type SerialServer = {
  readonly port: number;
  /** COM port commands as they came, in hex: `01 00002580`. */
  readonly heard: string[];
  /** Data as it came, unescaped. */
  readonly line: number[];
  /** Sends bytes to the client as they are. */
  say(bytes: readonly number[]): void;
  /** Resolves when so many bytes of data have come. */
  untilData(count: number): Promise<void>;
  /** Resolves when anything has come. */
  readonly firstBytes: Promise<void>;
  close(): Promise<void>;
};

export type Behaviour = {
  /** What it answers to each Telnet option; the default takes all. */
  readonly option?: (verb: number, option: number) => readonly number[];
  /** The content of its answer to a COM port command; undefined for none. The default confirms. */
  readonly command?: (command: number, content: readonly number[]) => readonly number[] | undefined;
  /** What it says when a client comes, and whether it hangs up then. */
  readonly greeting?: string;
  readonly hangsUp?: true;
};

const [se, sb, will, as, dont, iac] = [240, 250, 251, 253, 254, 255];

export async function startSerialServer(behaviour: Behaviour = {}): Promise<SerialServer> {
  const agree = (verb: number, option: number) =>
    verb === will ? [iac, as, option] : verb === as ? [iac, will, option] : [];
  const { option = agree, command = (_: number, content: readonly number[]) => content, greeting, hangsUp } = behaviour;
  const heard: string[] = [];
  const line: number[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const { promise: firstBytes, resolve: noteFirst } = Promise.withResolvers<void>();
  let client: Socket | undefined;

  function take(stream: number[], socket: Socket): void {
    while (stream.length > 0) {
      if (stream[0] !== iac) line.push(stream.shift()!);
      else if (stream[1] === iac) line.push(...stream.splice(0, 2).slice(1));
      else if (stream[1] === sb) {
        const end = stream.findIndex((byte, i) => byte === se && stream[i - 1] === iac && i > 2);
        if (end < 0) return;
        const [name, ...content] = stream
          .splice(0, end + 1)
          .slice(3, -2)
          .filter((byte, i, all) => byte !== iac || all[i - 1] !== iac);
        heard.push(
          Buffer.from([name!, ...content])
            .toString("hex")
            .replace(/^../, "$& "),
        );
        const answer = command(name!, content);
        if (answer)
          socket.write(
            Uint8Array.from([
              iac,
              sb,
              44,
              name! + 100,
              ...answer.flatMap((each) => (each === iac ? [iac, iac] : [each])),
              iac,
              se,
            ]),
          );
      } else if (stream[1] !== undefined && stream[1] >= will && stream[1] <= dont) {
        if (stream.length < 3) return;
        const [, verb, which] = stream.splice(0, 3);
        socket.write(Uint8Array.from(option(verb!, which!)));
      } else stream.splice(0, 2);
    }
  }

  const server = createServer({ noDelay: true }, (socket) => {
    client = socket;
    const stream: number[] = [];
    socket.on("error", () => {});
    if (greeting !== undefined) socket.write(greeting);
    if (hangsUp) return void socket.end();
    socket.on("data", (chunk) => {
      noteFirst();
      stream.push(...chunk);
      take(stream, socket);
      for (const { count, resolve } of waiting) if (line.length >= count) resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...{ heard, line, firstBytes },
    port: (server.address() as AddressInfo).port,
    say: (bytes) => void client?.write(Uint8Array.from(bytes)),
    untilData: (count) =>
      new Promise((resolve) => (line.length >= count ? resolve() : waiting.push({ count, resolve }))),
    close: () => {
      client?.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
