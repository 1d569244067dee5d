import { createEffect, createMemo, createSignal, Match, on, onCleanup, onMount, Show, Switch } from "solid-js"
import { told } from "../api/Failure.ts"
import { Bones } from "../components/Bones.tsx"
import { ConfidenceOf } from "../components/Confidence.tsx"
import { Problem } from "../components/Problem.tsx"
import { Title } from "../components/Title.tsx"
import { soughtLink } from "../Links.ts"
import { count, many } from "../Numbers.ts"
import { useQuery } from "../Query.ts"
import { rename, reviewer } from "../Reviewer.ts"
import { Bulk } from "./review/Bulk.tsx"
import { History } from "./review/History.tsx"
import { Keys, keyNames } from "./review/Keys.tsx"
import { itemName } from "./review/Names.ts"
import { Nothing } from "./review/Nothing.tsx"
import { Pair } from "./review/Pair.tsx"
import { createQueue, type Entry, mostSought, type Outcome } from "./review/Queue.ts"
import { QueueList } from "./review/QueueList.tsx"
import { Scope, wantedOf } from "./review/Scope.tsx"
import { Status } from "./review/Status.tsx"
import { Tables } from "./review/Tables.tsx"
import { TypeMenu } from "./review/TypeMenu.tsx"
import type { Type } from "./review/Types.ts"
import * as Verdicts from "./review/Verdicts.ts"
import "./Review.css"

/** What became of verdicts, in a sentence. */
const outcomeText = ({ decided, refused, unchanged }: Outcome, done: string): string =>
  refused[0] !== undefined
    ? `Not done: ${refused[0].problem}.`
    : decided.length === 0 && unchanged > 0
      ? "It had been decided just so before."
      : done

/** Goes through relations one by one: both texts beside each other, decided by a key. All that is shown is in the URL. */
export default function Review() {
  const query = useQuery()
  const wanted = createMemo(() => wantedOf(query))
  const queue = createQueue(wanted, () => query.text("at"))
  const [message, setMessage] = createSignal("")
  const [open, setOpen] = createSignal<"keys" | "bulk" | "types">()
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set())
  const [note, setNote] = createSignal("")
  const [isBusy, setIsBusy] = createSignal(false)

  const current = createMemo(() => {
    const index = queue.entries.findIndex(({ key }) => key === query.text("at"))
    return index < 0 ? 0 : index
  })
  /** Whether the URL names a relation that was looked for and is not shown. */
  const isMissed = () =>
    query.text("at") !== "" && !queue.isLoading() && queue.entries.every(({ key }) => key !== query.text("at"))
  const entry = (): Entry | undefined => queue.entries[current()]
  const choose = (index: number) => {
    const next = queue.entries[Math.max(0, Math.min(index, queue.entries.length - 1))]
    if (next !== undefined) query.set({ at: next.key })
  }
  const skip = (by: number) => choose(current() + by)

  // What was chosen and written belongs to one source.
  const source = createMemo(() => entry()?.item.relation.sources.join(" "))
  createEffect(on(source, () => setChosen(new Set<string>())))
  createEffect(
    on(
      () => entry()?.key,
      () => setNote("")
    )
  )

  const run = async (work: () => Promise<string>) => {
    if (isBusy()) return
    setIsBusy(true)
    try {
      setMessage(await work())
    } catch (error) {
      const { detail, next } = told(error)
      setMessage(`${detail} ${next}`)
    } finally {
      setIsBusy(false)
    }
  }

  /** Carries verdicts out, says so, and goes on to what is not decided. */
  const decide = (verdicts: Verdicts.Verdicts | undefined) => {
    if (verdicts === undefined) return
    void run(async () => {
      const at = current()
      const outcome = await queue.decide(verdicts.list, reviewer())
      if (outcome.refused.length === 0) {
        setChosen(new Set<string>())
        const next = queue.entries.findIndex(({ step }, index) => index > at && step === undefined)
        if (next >= 0) choose(next)
      }
      return outcomeText(outcome, verdicts.done)
    })
  }
  const options = () => ({ note: note().trim() || undefined })
  const say = (status: "accepted" | "rejected", as?: Type) => {
    const one = entry()
    if (one === undefined) return
    const set = queue.entries.filter(({ key }) => chosen().has(key))
    decide(
      set.length > 1 && status === "accepted"
        ? Verdicts.asSet(set, { ...options(), as })
        : Verdicts.one(one, status, { ...options(), as })
    )
  }
  const none = () => decide(entry() && Verdicts.none(entry(), queue.entries, options()))
  const undo = (step?: number) =>
    void run(async () => {
      const outcome = await queue.undo(reviewer(), step)
      return outcome === undefined ? "There is nothing of yours to take back." : outcomeText(outcome, "Taken back.")
    })
  const toggle = () => {
    const key = entry()?.key
    if (key === undefined || entry()?.item.targets.length === 0) return
    setChosen((keys) => {
      const next = new Set(keys)
      if (!next.delete(key)) next.add(key)
      return next
    })
  }

  const actions: Readonly<Record<keyof typeof keyNames, () => void>> = {
    a: () => say("accepted"),
    r: () => say("rejected"),
    t: () => setOpen("types"),
    s: () => skip(1),
    b: () => skip(-1),
    u: () => undo(),
    x: toggle,
    n: none,
    m: () => document.querySelector<HTMLElement>("#note")?.focus(),
    "?": () => setOpen("keys")
  }
  const other: Readonly<Record<string, keyof typeof keyNames>> = {
    y: "a",
    j: "s",
    ArrowDown: "s",
    k: "b",
    ArrowUp: "b"
  }
  const isKey = (key: string): key is keyof typeof keyNames => key in actions
  const onKey = (event: KeyboardEvent) => {
    const target = event.target instanceof HTMLElement ? event.target : undefined
    if (event.ctrlKey || event.metaKey || event.altKey || open() !== undefined) return
    if (target?.closest("input, textarea, select, [contenteditable], [role=menu], [role=dialog]")) {
      if (event.key === "Escape") target.blur()
      return
    }
    const key = other[event.key] ?? event.key
    if (!isKey(key)) return
    event.preventDefault()
    actions[key]()
  }
  onMount(() => document.addEventListener("keydown", onKey))
  onCleanup(() => document.removeEventListener("keydown", onKey))

  return (
    <>
      <Title text="Review" />
      <div class="head review-head">
        <h1>Review</h1>
        <p class="lead">
          <Show when={queue.left()} fallback="Relations, the candidates of one source together, the surest first.">
            {(left) => (
              <span class="numbers">
                {many(left(), "relation")}
                {query.text("show") === "" ? " left" : ""}, the surest of each source first.
              </span>
            )}
          </Show>
        </p>
        <div class="row review-tools">
          <label class="row small">
            <span class="soft">Deciding as</span>
            <input
              class="input"
              placeholder="your name"
              value={reviewer() ?? ""}
              onChange={(event) => rename(event.currentTarget.value)}
            />
          </label>
          <button class="button" type="button" onClick={() => setOpen("bulk")} disabled={!queue.left()}>
            Decide on all…
          </button>
          <Tables wanted={wanted()} onDone={(said) => (setMessage(said), queue.again())} />
          <button class="button quiet" type="button" onClick={() => setOpen("keys")}>
            Keys <kbd>?</kbd>
          </button>
        </div>
      </div>
      <Scope query={query} />
      <Switch>
        <Match when={queue.error() !== undefined}>
          <Problem error={queue.error()} onRetry={queue.again} />
        </Match>
        <Match when={queue.left() === undefined}>
          <Bones label="Loading what is to be reviewed" lines={9} />
        </Match>
        <Match when={queue.entries.length === 0}>
          <Nothing query={query} onSuggested={queue.again} />
        </Match>
        <Match when={entry()}>
          {(entry) => (
            <div class="beside">
              <QueueList queue={queue} current={current()} chosen={chosen()} onChoose={choose} />
              <section class="stack review-item" aria-label="The relation">
                <Show when={isMissed()}>
                  <p class="small" role="note">
                    The relation of this address is not among{" "}
                    {queue.hasMore() ? `the first ${count(mostSought)} of these` : "these"}; this is the first of them.{" "}
                    <Show when={soughtLink(query.text("at"))}>{(link) => <a href={link()}>Look for it in all</a>}</Show>
                  </p>
                </Show>
                <div class="row">
                  <h2 class="review-name">{itemName(entry().item)}</h2>
                  <span class="tag accent">{entry().item.relation.type}</span>
                  <Status relation={entry().item.relation} />
                  <ConfidenceOf item={entry().item} />
                </div>
                <Pair item={entry().item} />
                <div class="verdicts" role="toolbar" aria-label="Decide">
                  <button class="button primary" type="button" disabled={isBusy()} onClick={() => say("accepted")}>
                    <Show when={chosen().size > 1} fallback="Accept">
                      Accept {count(chosen().size)} as one set
                    </Show>{" "}
                    <kbd>a</kbd>
                  </button>
                  <button class="button" type="button" disabled={isBusy()} onClick={() => say("rejected")}>
                    Reject <kbd>r</kbd>
                  </button>
                  <TypeMenu
                    open={open() === "types"}
                    onOpen={(isOpen) => setOpen(isOpen ? "types" : undefined)}
                    current={entry().item.relation.type}
                    onChoose={(type) => say("accepted", type)}
                  />
                  <button class="button" type="button" disabled={isBusy()} onClick={none}>
                    No counterpart <kbd>n</kbd>
                  </button>
                  <button class="button quiet" type="button" onClick={() => skip(1)}>
                    Skip <kbd>s</kbd>
                  </button>
                  <button class="button quiet" type="button" disabled={!queue.canUndo()} onClick={() => undo()}>
                    Undo <kbd>u</kbd>
                  </button>
                </div>
                <div class="verdict-more row">
                  <label class="verdict-note small soft" for="note">
                    Note
                    <input
                      id="note"
                      class="input"
                      value={note()}
                      placeholder="kept with the decision"
                      onInput={(event) => setNote(event.currentTarget.value)}
                    />
                  </label>
                  <label class="check">
                    <input type="checkbox" checked={chosen().has(entry().key)} onChange={toggle} />
                    Part of a set <kbd>x</kbd>
                  </label>
                </div>
                <p class="verdict-said" role="status">
                  {message()}
                </p>
                <Show keyed when={`${entry().key} ${entry().step} ${entry().item.relation.status}`}>
                  <History relation={entry().item.relation} onUndo={undo} />
                </Show>
              </section>
            </div>
          )}
        </Match>
      </Switch>
      <Keys open={open() === "keys"} onClose={() => setOpen(undefined)} />
      <Show when={open() === "bulk"}>
        <Bulk
          wanted={wanted()}
          onClose={(done) => {
            setOpen(undefined)
            if (done === undefined) return
            setMessage(done)
            queue.again()
          }}
        />
      </Show>
    </>
  )
}
