import { afterEach } from "vitest";

// A command that was run in this process has let go of its channel, which is vitest's here (config/stop-signal.ts).
afterEach(() => process.channel?.ref());
