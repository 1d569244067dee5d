import Module from "node:module"
import { dirname } from "node:path"
import { Worker } from "node:worker_threads"
import { BUSY, type FromWorker, STOP, type ToWorker, type WorkerInput } from "./WorkerProtocol.ts"

/** How long the exit of a process waits for the inference that runs, in milliseconds. */
const exitPatience = 5000

/** What the owner of a worker is told. */
export interface WorkerListener {
  readonly onMessage: (message: FromWorker) => void
  /** The thread ended. `problem` says why it did so by itself. */
  readonly onExit: (problem: string) => void
}

/** A worker thread. Ending it in the middle of an inference aborts the process, so it has to be closed or parked. */
export interface WorkerHandle {
  /** Says who is told, also of what happened before. */
  readonly listen: (listener: WorkerListener) => void
  readonly send: (message: ToWorker) => void
  /** Whether the thread keeps the process alive. It does not until told so. */
  readonly hold: (yes: boolean) => void
  /** Blocks until the inference that runs is over, and lets no other begin: for the exit of the process. */
  readonly park: () => void
  /** Asks the thread to end after the text that runs, and waits for it. */
  readonly close: () => Promise<void>
}

/** Starts a thread that runs the file `url`, and loads its model at once. */
export const start = (url: URL, input: Omit<WorkerInput, "flags" | "compileCache">): WorkerHandle => {
  const buffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)
  const flags = new Int32Array(buffer)
  const cache = Module.getCompileCacheDir?.() // a folder for this version of Node, inside the one that was asked for
  const workerData: WorkerInput = { ...input, flags: buffer, compileCache: cache && dirname(cache) }
  // Nothing that a library prints may reach the program's stdout (to read it would keep the process alive); flags of the
  // parent, such as --input-type, are not for the worker.
  const worker = new Worker(url, { workerData, stdout: true, execArgv: [] })

  let listener: WorkerListener | undefined
  const unheard: Array<(listener: WorkerListener) => void> = []
  const tell = (event: (listener: WorkerListener) => void) => {
    if (listener === undefined) unheard.push(event)
    else event(listener)
  }

  let problem: string | undefined
  const exited = new Promise<void>((resolve) => {
    worker.on("error", (error: unknown) => {
      problem = error instanceof Error ? error.message : String(error)
    })
    worker.on("exit", (code) => {
      tell(({ onExit }) => onExit(problem ?? `its thread ended with code ${code}`))
      resolve()
    })
  })
  worker.on("message", (message: FromWorker) => tell(({ onMessage }) => onMessage(message)))
  worker.unref() // after the listener, which would hold the process again

  return {
    listen: (next) => {
      listener = next
      for (const event of unheard.splice(0)) event(next)
    },
    send: (message) => worker.postMessage(message),
    hold: (yes) => (yes ? worker.ref() : worker.unref()),
    park: () => {
      Atomics.store(flags, STOP, 1)
      Atomics.wait(flags, BUSY, 1, exitPatience)
    },
    close: () => {
      worker.ref()
      worker.postMessage({ _tag: "Close" } satisfies ToWorker)
      return exited
    }
  }
}
