import { storeContract } from "./contract.ts";
import { openMemoryStore } from "./memory.ts";
import type { Bucket, Point } from "./store.ts";

storeContract("memory", async () => {
  const kept = new Map<string, Point>();
  const tiers = new Map<string, Map<number, Bucket>>();
  const store = openMemoryStore(kept, tiers);
  return { store, reopen: async () => openMemoryStore(kept, tiers), end: () => store.close() };
});
