/** A message of a gateway, in the order it was sent. The payload is only valid until take has returned, unless it is copied. */
export type Message = { readonly topic: string; readonly payload: Uint8Array };

/** Where a broker hands what it receives. */
export type Receiver = {
  /** Takes one message. undefined: taken, go on; a promise: the sender must wait until it resolves. Never throws, never rejects. */
  take(message: Message): Promise<void> | undefined;
  /** Messages can flow from now on: at start, and each time an external broker has been reached again. */
  up(): void;
  /** The external broker was lost: nothing will be heard until `up`. */
  down(): void;
};

/**
 * What carries messages between gateways and this cloud: the embedded one (aedes.ts) or a client of an external one (mqtt.ts).
 * Either shows the host's Sparkplug STATE: online once messages can flow, offline after close or when this process is gone.
 */
export type Broker = {
  /** Begins to receive. Called once. Rejects when the address cannot be listened on. */
  start(receiver: Receiver): Promise<void>;
  /** QoS 0 unless told. Resolves when it was handed to the network; an external broker that is away drops it. Never rejects. */
  publish(
    topic: string,
    payload: Uint8Array,
    options?: { readonly qos?: 0 | 1; readonly retain?: boolean },
  ): Promise<void>;
  /** Says offline, then ends all connections. Idempotent. */
  close(): Promise<void>;
};
