/**
 * A worker that runs bare onnxruntime-node over texts that are tokenised already, one text a run: the least that an
 * embedder in threads can do. It takes the next text from a counter that all workers share.
 */
import { parentPort, workerData } from "node:worker_threads"
import { InferenceSession, Tensor } from "onnxruntime-node"

export interface BareInput {
  readonly weights: string
  readonly tokens: ReadonlyArray<ReadonlyArray<number>>
  readonly next: SharedArrayBuffer
}

const { next, tokens, weights }: BareInput = workerData
const counter = new Int32Array(next)
const session = await InferenceSession.create(weights, { intraOpNumThreads: 1, interOpNumThreads: 1 })

const round = async () => {
  for (let i = Atomics.add(counter, 0, 1); i < tokens.length; i = Atomics.add(counter, 0, 1)) {
    const row = tokens[i] ?? []
    const shape = [1, row.length]
    await session.run({
      input_ids: new Tensor("int64", BigInt64Array.from(row, BigInt), shape),
      attention_mask: new Tensor("int64", new BigInt64Array(row.length).fill(1n), shape),
      token_type_ids: new Tensor("int64", new BigInt64Array(row.length), shape)
    })
  }
  parentPort?.postMessage("done")
}

parentPort?.on("message", (message: "round" | "close") => {
  if (message === "close") parentPort?.close()
  else void round()
})
parentPort?.postMessage("done")
