/** SDI-12's check characters (1.4, 4.4.12.2), which Vaisala uses too: reckoned bit by bit, apart from the drivers. */
export function sdi12Check(line: string): string {
  let register = 0;
  for (const character of line)
    for (let i = 0; i < 8; i++) {
      const out = (register ^ (character.charCodeAt(0) >> i)) & 1;
      register = Math.floor(register / 2);
      if (out === 1) register ^= 0b1010_0000_0000_0001;
    }
  return [4096, 64, 1].map((by) => String.fromCharCode(64 + (Math.floor(register / by) % 64))).join("");
}
