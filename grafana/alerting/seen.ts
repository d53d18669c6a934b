/** Rules that were seen firing in the simulated city, and on which fault or event of it (city.peers.test.ts). */
export const seenInCity: Readonly<Record<string, string>> = {};
