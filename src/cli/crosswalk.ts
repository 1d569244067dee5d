import * as EarlyWorker from "../embedder/EarlyWorker.ts"
import * as Signals from "./Signals.ts"
import { wantsModel } from "./WantsModel.ts"

const signals = Signals.listen()
// The model loads in its thread while this one loads the rest of the program.
const args = process.argv.slice(2)
const early = wantsModel(args) ? EarlyWorker.start() : undefined
const { main } = await import("./Main.ts")
main(args, early, signals)
