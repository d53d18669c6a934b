/** Sparkplug B 3.0 topics, chapter 4: `spBv1.0/<group>/<verb>/<edge node>[/<device>]`, `spBv1.0/STATE/<host>`. */
export type Verb = "NBIRTH" | "NDATA" | "NDEATH" | "NCMD" | "DBIRTH" | "DDATA" | "DDEATH" | "DCMD";
export type Topic =
  | { readonly verb: Verb; readonly group: string; readonly node: string; readonly device?: string }
  | { readonly verb: "STATE"; readonly host: string };
