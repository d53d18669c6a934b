import { describeFaults } from "../faults/fault.ts";

const overview = `weir-sim: a small city of instruments, told over real sockets

  weir-sim run     bring the city up
  weir-sim fault   switch faults on and off while it runs
  weir-sim list    what the city has and where it answers

weir-sim <command> --help shows the options of a command.`;

const run = `weir-sim run [options]: bring the city up, until Ctrl-C

  --seed <n>             which city: the same seed and time give the same values (1)
  --speed <x>            the world's clock runs x times faster than this machine's (1)
  --from <instant>       what the world's clock shows at first (the same as --since)
  --since <instant>      when it showed that (now); a restart with the same speed, from and since goes on where the world is
  --host <address>       address to listen on (127.0.0.1)
  --port-base <port>     first port of the buses; 0 takes free ports (15020)
  --control-port <port>  where faults are switched, on 127.0.0.1 only; 0 takes a free port (15010)
  --data <folder>        where OPC UA servers keep key and certificate (a folder among the temporary files)
  --instant              serial lines answer at once instead of at their baud rate
  --fleet <units>x30     instead of the city: many equal units of 30 floats, for measuring
  --ports <n>            ports that the fleet is spread over (10)

  weir-sim run
  weir-sim run --seed 7 --speed 60 --from 2026-07-01T06:00:00+08:00
  weir-sim run --fleet 500x30 --port-base 16000`;

const list = `weir-sim list [options]: what the city has and where it answers

  --port-base <port>     first port of the buses (15020)
  --control-port <port>  what the city that runs there has, instead of what weir-sim run would bring up
  --json                 as data

  weir-sim list
  weir-sim list --control-port 4802                 the city of npm start
  weir-sim list --json | jq '.[].devices[].id'`;

function fault(): string {
  const kinds = describeFaults().map(
    ({ fault, options, what }) =>
      `  ${fault.padEnd(20)} ${what}\n                       ${options.map((option) => `--${option.replace("_", "-")}`).join(" ")}\n`,
  );
  return `weir-sim fault <bus or instrument> <fault> [options]
weir-sim fault --list
weir-sim fault --clear [<bus, instrument or number>]

${kinds.join("")}
  --for <seconds>        ends by itself; otherwise it stays until cleared
  --probability <0..1>   share of the replies that it hits
  --control-port <port>  of the simulator (15010)
  --json                 answers as data

  weir-sim fault east-sluice-level silence --for 60
  weir-sim fault kerb crc --probability 0.2
  weir-sim fault east-sluice-sonde exception --registers 9729-9730 --code 2
  weir-sim fault gas-station-heads drift --metric combustible_lel/pump --per-hour 5
  weir-sim fault pumping-station server-restart --for 10
  weir-sim fault --clear`;
}

/** What --help prints, of one command or of all. */
export function help(command?: "run" | "fault" | "list"): string {
  if (command === undefined) return overview;
  return { run, list, fault: fault() }[command];
}
