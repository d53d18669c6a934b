import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "@weir/wire/clock.ts";
import type { FromThread, ToThread } from "./bus.ts";
import { openServer } from "./server.ts";
import type { ServerPlan } from "./server-plan.ts";

// A thread of its own: what a server costs to start and to run never holds up the lines of other buses.
// Linux takes this for the thread that asks: the programs that start beside it go first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const port = parentPort!;
const send = (message: FromThread) => port.postMessage(message);
const answers = new Map<number, (status: string) => void>();
let asked = 0;

try {
  const server = await openServer(workerData as ServerPlan, systemClock.now, (index, value) => {
    asked += 1;
    send({ ask: asked, index, value });
    return new Promise((resolve) => answers.set(asked, resolve));
  });
  port.on("message", (message: ToThread) => {
    if (message.conduct) server.behave(message.conduct);
    if (message.show) server.show(message.show);
    for (const { ask, status } of message.answers ?? []) {
      answers.get(ask)?.(status);
      answers.delete(ask);
    }
  });
  send({ up: true });
} catch (error) {
  send({ failed: (error as Error).message });
}
