/** What `weir-edge watch --help` shows. */
export const watchHelp = `weir-edge watch: the points of instruments, live

  weir-edge watch <edge.yaml> [device…]        all devices when none is named

Each point with its name, value and unit, how far it is to be trusted, its age, and its least and greatest value since the start; each
device with how long its cycle takes and, where something is wrong, what to check next. Needs no cloud.

While the agent of this configuration runs, the values are its own, from its health page, so that nobody else is on the line; it
tells a value that stays within its deadband again only with its heartbeat. Otherwise the instruments are asked from here, at
their configured periods, and a port that another program holds is named together with that program.

On a terminal: a table; q or Ctrl-C ends it, arrow keys scroll. Into a file or pipe: a line a change.

  --every <time>   ask the instruments, or the agent, so often: 2s (otherwise as configured; the agent every 1s)
  --for <time>     end by itself: 30s, 5m
  --json           every reading and every change, one JSON object a line, a summary last
  --lang <l>       en or zh; otherwise as LANG says

NO_COLOR=1 leaves colours out; nothing is told by colour alone.

Examples
  weir-edge watch edge.yaml
  weir-edge watch edge.yaml river-level-1 --every 2s --lang zh
  weir-edge watch edge.yaml --for 30s --json > commissioning.jsonl

Exit code: 0 the last reading of every point is good; 1 one is not, or a point was not read; 2 the command was not understood.`;
