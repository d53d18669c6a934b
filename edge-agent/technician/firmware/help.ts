/** What `weir-edge firmware --help` shows. */
export const firmwareHelp = `weir-edge firmware: new firmware for small nodes, over the lines that they share

  weir-edge firmware <edge.yaml> status                      updates under way, and those that are over
  weir-edge firmware <edge.yaml> check <device> <bundle>     whether this gateway would take it; changes nothing
  weir-edge firmware <edge.yaml> update <device> <bundle>    order it, and watch until it is over; Ctrl-C leaves it going on
  weir-edge firmware <edge.yaml> cancel <device>             take back what has not been activated
  weir-edge firmware <edge.yaml> retry <device>              try now what is parked: say so, then switch the node off and on

The agent that runs with this file does the work, one node of a bus at a time, and goes on polling the others; what it has accepted it
carries out, also after a loss of power. Without an agent: weir-firmware flash --bus. Bundles come from weir-firmware bundle and sign.

accepted, staged (the node holds it), activated (it is put in place), trial (it runs), confirmed (it has shown that it works);
rolled-back (it did not, and the one before runs); refused (nothing was changed); parked (tried again later, the reason beside it).

  --lang <l>   en or zh; otherwise as LANG says
  --json       for programs; update: a line a step

Examples
  weir-edge firmware edge.yaml check well-017 level.bundle
  weir-edge firmware edge.yaml update well-017 level.bundle
  weir-edge firmware edge.yaml status --json

Exit code: 0 all is well, update: the new image has confirmed itself; 1 not so; 2 the command was not understood.`;
