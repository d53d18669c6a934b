/**
 * What is kept, sent and logged in English, and said again in Chinese where a person reads it: on the wire, on disk and in a log the
 * English sentence needs no catalogue to be read. `{name}` is a slot; both languages have the same ones.
 */
export type Sentence = { readonly en: string; readonly zh: string };

/** Any at all where the text is only known when it runs. */
type Slots<T extends string> = string extends T
  ? string
  : T extends `${string}{${infer Slot}}${infer Rest}`
    ? Slot | Slots<Rest>
    : never;
export type Parts<S extends Sentence> = Readonly<Record<Slots<S["en"]>, string | number | null>>;

/** The English sentence, its slots filled. */
export function say<const S extends Sentence>({ en }: S, parts: Parts<S>): string {
  return fill(en, parts);
}

/** Says a text in the reader's language. */
export type Teller = (text: string, language: "en" | "zh") => string;

/**
 * Says English in Chinese where that is asked for: a sentence of these, with what is in its slots, or one behind a place and a colon
 * (`10.0.0.1:502: …`), or behind another and a semicolon. Of several that fit the one with most words of its own is taken; what is none of
 * them stays as it is.
 */
export function tellerOf(sentences: readonly Sentence[]): Teller {
  const ownWords = ({ en }: Sentence) => en.replaceAll(slot, "").length;
  const known = [...sentences]
    .sort((a, b) => ownWords(b) - ownWords(a))
    .map(({ en, zh }) => ({ form: formOf(en), zh }));

  function whole(text: string): string | undefined {
    for (const { form, zh } of known) {
      const found = form.exec(text);
      if (found)
        return fill(zh, Object.fromEntries(Object.entries(found.groups ?? {}).map(([k, v]) => [k, translate(v)])));
    }
    return undefined;
  }

  function translate(text: string): string {
    const said = whole(text);
    if (said !== undefined) return said;
    for (const { index, 0: mark } of text.matchAll(/[:;] /g)) {
      const rest = whole(text.slice(index + mark.length));
      if (rest !== undefined) return `${translate(text.slice(0, index))}${mark === ": " ? "：" : "；"}${rest}`;
    }
    return text;
  }

  return (text, language) => (language === "en" ? text : translate(text));
}

const slot = /\{(\w+)\}/g;

/** A pattern for all sentences that the template can become; what stands twice is the same twice. */
function formOf(template: string): RegExp {
  const parts = template.split(slot).map((part, n, all) => {
    if (n % 2 === 0) return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    return all.indexOf(part) < n ? `\\k<${part}>` : `(?<${part}>.*?)`;
  });
  return new RegExp(`^${parts.join("")}$`, "s");
}

function fill(template: string, parts: Readonly<Record<string, string | number | null>>): string {
  return template.replaceAll(slot, (_, name: string) => String(parts[name]));
}
