import { commandReason } from "@weir/wire/command-reason.ts";
import { expect, test } from "vitest";
import { outcomeText } from "./outcome.ts";

test("what became of a command, and why, is told in the reader's language", () => {
  const refused = { state: "refused", why: commandReason("notConnected", { gateway: "city/gw-1" }) } as const;
  expect(outcomeText(refused, "–", "en")).toBe("refused: city/gw-1 is not connected; nothing was sent");
  expect(outcomeText(refused, "–", "zh")).toBe("被拒绝：city/gw-1 未连接；未发送任何内容");
  expect(outcomeText({ state: "done", why: null }, "1 on", "zh")).toBe("已完成，回读 1 on");
  expect(outcomeText({ state: "failed", why: "unit 3: no answer" }, "–", "zh")).toBe(
    "失败（可能已执行）：unit 3: no answer",
  );
});
