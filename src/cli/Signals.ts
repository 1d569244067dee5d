/** What ends the process before it is done, and the exit code that shells give it. */
const codes = { SIGINT: 130, SIGTERM: 143 } as const

type Signal = keyof typeof codes

/** Whether a call to the file system is under way, such as to open a pipe, which waits for its other end. */
const isWaiting = (): boolean => process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq"))

/** Ends the process. `process.exit` waits for every call to the file system, however long that takes; the signal does not. */
const end = (code: number, signal: Signal): void => {
  if (process.platform !== "win32" && isWaiting()) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }
  process.exit(code)
}

/** How long what was interrupted may take to clean up, in milliseconds; a server answers first what it was asked. */
export const patience = { command: 1500, server: 13_000 } as const

/** The signals that the process got. */
export interface Signals {
  /** From now on a first signal leaves it to the program to end, which cleans up; it is ended where it does not in so many milliseconds. */
  readonly handOver: (patience?: number) => void
  /** The program has ended: its exit code, which is that of the signal where there was one. Ends the process where it would not end. */
  readonly ended: (code: number) => number
}

/**
 * Listens to signals. At first, and when the program has ended, a signal ends the process at once. So does a second one at
 * any time: whatever is stored is sound at every moment.
 */
export const listen = (): Signals => {
  let isRunning = false
  let received: { readonly code: number; readonly signal: Signal } | undefined
  let limit: number = patience.command
  const onSignal = (signal: Signal) => () => {
    const code = codes[signal]
    if (!isRunning || received !== undefined) return end(received?.code ?? code, received?.signal ?? signal)
    received = { code, signal }
    setTimeout(() => end(code, signal), limit).unref()
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal(signal))
  return {
    handOver: (patience) => {
      isRunning = true
      limit = patience ?? limit
    },
    ended: (code) => {
      isRunning = false
      if (received === undefined) return code
      if (isWaiting()) end(received.code, received.signal)
      return received.code
    }
  }
}
