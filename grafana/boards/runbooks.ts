import { runbooks } from "../alerting/runbooks.ts";
import { text } from "../panels.ts";
import type { Board } from "../shape.ts";

const numbered = (steps: readonly string[]) => steps.map((step, n) => `${n + 1}. ${step}`).join("\n");

/** What each alert means and what to check first. Rules name its panels (alerting/rule.ts). */
export const runbookBoard: Board = {
  name: "runbooks",
  title: { zh: "处置手册", en: "Runbooks" },
  description: {
    zh: "告警响了先查什么？每条告警通知都链接到这里对应的一格。",
    en: "An alert rings: what to check first? Every notification links to its panel here.",
  },
  tags: ["alerts"],
  variables: [],
  from: "now-1h",
  refresh: "",
  sections: [
    {
      key: "runbooks",
      title: { zh: "告警处置", en: "Alerts" },
      panels: Object.values(runbooks).map(({ id, name, means, check }) =>
        text({
          key: id,
          title: { zh: `${name.zh}：先查什么？`, en: `${name.en}: what to check first?` },
          about: { zh: "与通知中的处置说明相同。", en: "The same as in the notification." },
          width: 12,
          height: 7,
          content: {
            zh: `${means.zh}\n\n${numbered(check.zh)}`,
            en: `${means.en}\n\n${numbered(check.en)}`,
          },
        }),
      ),
    },
  ],
};
