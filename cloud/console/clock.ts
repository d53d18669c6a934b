/** The only place of the console that asks the browser for time. Ages are told by the server's clock: a phone's may be wrong. */
let aheadMs = 0;
const listeners = new Set<() => void>();

export function now(): number {
  return Date.now() + aheadMs;
}

/** Takes the server's time, which has just arrived. */
export function setServerTime(at: number): void {
  aheadMs = at - Date.now();
}

/** Calls listener each second. Returns a function that stops it. */
export function everySecond(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

setInterval(() => {
  for (const listener of listeners) listener();
}, 1000);

/** Runs once after ms. Returns a function that stops it. */
export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
