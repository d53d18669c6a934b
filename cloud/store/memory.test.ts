import { storeContract } from "./contract.ts";
import { openMemoryStore } from "./memory.ts";
import type { Point } from "./store.ts";

storeContract("memory", async () => {
  const kept = new Map<string, Point>();
  const store = openMemoryStore(kept);
  return { store, reopen: async () => openMemoryStore(kept), end: () => store.close() };
});
