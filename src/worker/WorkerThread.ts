import { Worker } from "node:worker_threads"
import { packageProblem } from "../domain/PackageFolder.ts"

/** What the owner of a thread is told. */
export interface WorkerListener<Out> {
  readonly onMessage: (message: Out) => void
  /** The thread ended. `problem` says why it did so by itself. */
  readonly onExit: (problem: string) => void
}

/** A thread that ends when it is asked to, and never otherwise: terminating one in native code aborts the process. */
export interface WorkerThread<In> {
  readonly send: (message: In, transfer?: ReadonlyArray<ArrayBuffer>) => void
  /** Whether the thread keeps the process alive. It does not until told so. */
  readonly hold: (yes: boolean) => void
  /** Asks the thread to end after what it is doing, and waits for it. */
  readonly close: () => Promise<void>
}

export interface WorkerThreadOptions<In, Out> extends WorkerListener<Out> {
  /** The file that it runs. */
  readonly url: URL
  readonly workerData: unknown
  /** The message that asks it to end. */
  readonly closing: In
}

/** Starts a thread. */
export const start = <In, Out>(options: WorkerThreadOptions<In, Out>): WorkerThread<In> => {
  const { closing, onExit, onMessage, url, workerData } = options
  // Nothing that a library prints may reach the program's stdout (to read it would keep the process alive); flags of the
  // parent, such as --input-type, are not for the worker.
  const worker = new Worker(url, { workerData, stdout: true, execArgv: [] })
  let problem: string | undefined
  const exited = new Promise<void>((resolve) => {
    worker.on("error", (error: unknown) => {
      problem = packageProblem ?? (error instanceof Error ? error.message : String(error))
    })
    worker.on("exit", (code) => {
      onExit(problem ?? `its thread ended with code ${code}`)
      resolve()
    })
  })
  worker.on("message", onMessage)
  worker.unref() // after the listener, which would hold the process again

  return {
    send: (message, transfer = []) => worker.postMessage(message, transfer),
    hold: (yes) => (yes ? worker.ref() : worker.unref()),
    close: () => {
      worker.ref()
      worker.postMessage(closing)
      return exited
    }
  }
}
