/** A Sparkplug host's STATE message: JSON `{"online":true,"timestamp":1}`, Sparkplug 3.0 §6.4.28. */
export type HostState = { readonly online: boolean; readonly timestamp: number };

/** undefined for whatever is not a STATE payload. */
export function parseHostState(payload: Uint8Array): HostState | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    const { online, timestamp } = (value ?? {}) as Partial<HostState>;
    return typeof online === "boolean" && Number.isSafeInteger(timestamp)
      ? { online, timestamp: timestamp! }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The later of two states; an older message than the last one says nothing. [tck-id-message-flow-edge-node-birth-publish-phid-timestamp] */
export function newerState(known: HostState | undefined, heard: HostState): HostState {
  return known && heard.timestamp < known.timestamp ? known : heard;
}
