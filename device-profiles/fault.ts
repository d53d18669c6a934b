export type Path = readonly (string | number)[];

/** One thing wrong with a profile: where, and in one sentence what is wrong and what would be right. */
export type Fault = { readonly path: Path; readonly message: string };
