/** What ends the process before it is done, and the exit code that shells give it. */
const codes = { SIGINT: 130, SIGTERM: 143 } as const

/** How long what was interrupted may take to clean up, in milliseconds; a server answers first what it was asked. */
export const patience = { command: 1500, server: 13_000 } as const

/** The signals that the process got. */
export interface Signals {
  /** From now on a first signal leaves it to the program to end, which cleans up; it is ended where it does not in so many milliseconds. */
  readonly handOver: (patience?: number) => void
  /** The program has ended: its exit code, which is that of the signal where there was one. */
  readonly ended: (code: number) => number
}

/**
 * Listens to signals. At first, and when the program has ended, a signal ends the process at once. So does a second one at
 * any time: whatever is stored is sound at every moment.
 */
export const listen = (): Signals => {
  let isRunning = false
  let received: number | undefined
  let limit: number = patience.command
  const onSignal = (code: number) => () => {
    if (!isRunning || received !== undefined) process.exit(received ?? code)
    received = code
    setTimeout(() => process.exit(code), limit).unref()
  }
  for (const [signal, code] of Object.entries(codes)) process.on(signal, onSignal(code))
  return {
    handOver: (patience) => {
      isRunning = true
      limit = patience ?? limit
    },
    ended: (code) => {
      isRunning = false
      return received ?? code
    }
  }
}
