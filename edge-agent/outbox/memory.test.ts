import { virtualClock } from "@weir/wire/clock.ts";
import { outboxContract } from "./contract.ts";
import { memoryOutbox } from "./memory.ts";

outboxContract("memory", async (options) => ({
  outbox: memoryOutbox({ clock: virtualClock(), ...options }),
  settle: async () => {},
}));
