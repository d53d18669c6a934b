/**
 * What a line of text means to an instrument. Pure; lines come without their end, one ISO 8859-1 character a byte.
 * damaged: the line is meant for this place and fails its checksum or its form. refused: the instrument has no such message.
 */
export type Dialect<At> = { take(line: string, at: At): Message<At> | "damaged" | "refused" | undefined };

/** What one line carries: undefined for a place that is not in it, NaN where it says that there is no value. */
export type Message<At> = { rawAt(at: At): number | undefined };
