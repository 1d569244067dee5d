import { createSignal } from "solid-js"
import type { Options, Report } from "./Report.ts"

/** A file that somebody gave, as it was read. */
interface Given<A> {
  readonly name: string
  readonly value: A
}

const [exceptions, setExceptions] = createSignal<Given<NonNullable<Options["exceptions"]>>>()
const [baseline, setBaseline] = createSignal<Given<Report>>()

/** What no URL can hold: it stays until the page is closed or somebody takes it away, whatever view is looked at meanwhile. */
export { baseline, exceptions, setBaseline, setExceptions }
