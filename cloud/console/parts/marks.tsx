import type { Freshness } from "../../api/freshness.ts";
import type { DeviceMark, Group } from "../model/grouping.ts";

/** A state by shape as well as by colour: disc live, triangle uncertain, cross bad, broken ring stale or offline. */
export function Mark({ of, label }: { readonly of: Freshness | DeviceMark; readonly label?: string }) {
  return (
    <svg class={`mark is-${of}`} viewBox="0 0 12 12" role="img" aria-label={label ?? of}>
      {shapes[of]}
    </svg>
  );
}

const ring = (
  <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2.6 1.8" />
);
const shapes = {
  live: <circle cx="6" cy="6" r="4" fill="currentColor" />,
  uncertain: <path d="M6 1.2 11.4 10.8H.6Z" fill="currentColor" />,
  bad: <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" />,
  stale: ring,
  offline: ring,
  silent: ring,
} as const;

/** A domain's sign. */
export function Sign({ of }: { readonly of: Group }) {
  return (
    <svg
      class={`sign of-${of}`}
      viewBox="0 0 24 24"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {signs[of]}
    </svg>
  );
}

const signs = {
  water: <path d="M12 3.5c3.2 4 6 7 6 10.5a6 6 0 0 1-12 0c0-3.5 2.8-6.5 6-10.500ZM9 14.500a3 3 0 0 0 3 3" />,
  air: <path d="M3 9h11.500a2.5 2.5 0 1 0-2.5-2.500M3 13h15.500a2.5 2.5 0 1 1-2.5 2.500M3 17h7a2 2 0 1 1-2 2" />,
  pipe: (
    <path d="M3 8v8M3 10h7.500a3.5 3.5 0 0 1 3.5 3.500V21M3 14h5.500a1.5 1.5 0 0 1 1.5 1.500V21M8 21h8M17 3v6M14 6h6" />
  ),
  light: <path d="M5 21V8a4 4 0 0 1 4-4h6M13 4h7v4h-7ZM15 11l-1.5 3M17 11v3.500M19 11l1.5 3M3 21h4" />,
  hazmat: <path d="M12 2.8 21.2 12 12 21.2 2.8 12ZM12 8v5M12 16v.1" />,
  gateway: <path d="M3 14h18v6H3ZM7 17h.1M11 17h.1M17 14V9M14 6.500a4.2 4.2 0 0 1 6 0M12 4a7.5 7.5 0 0 1 10 0" />,
  other: <path d="M12 4a8 8 0 1 0 .1 0M12 11v5M12 8v.1" />,
} as const;

/** Water held back by a notched wall. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 28 28" aria-hidden="true">
      <path d="M2 5h7v7l5 5 5-5V5h7v18H2Z" fill="currentColor" />
      <path d="M9 9.500c1.7-1.4 3.3-1.4 5 0s3.3 1.4 5 0v2.500l-5 5-5-5Z" class="logo-water" />
    </svg>
  );
}
