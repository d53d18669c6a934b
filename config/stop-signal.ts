/** Aborts on SIGTERM, on SIGINT, and when the supervisor that holds this process's IPC channel has gone, even while the program was loading. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT", "disconnect"] as const) process.once(signal, () => stop.abort());
  if (process.connected === false) stop.abort();
  process.channel?.unref(); // the channel must not keep a stopped program from ending
  return stop.signal;
}
