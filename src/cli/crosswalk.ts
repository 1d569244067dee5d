import { NodeRuntime } from "@effect/platform-node"
import { run } from "./Main.ts"

NodeRuntime.runMain(run(process.argv.slice(2)), { disableErrorReporting: true })
