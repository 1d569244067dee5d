import { createSignal, For, type JSX, Match, Show, Switch } from "solid-js"
import { asked } from "../../api/Asked.ts"
import { ask } from "../../api/Client.ts"
import { type Job, watch } from "../../api/JobEvents.ts"
import { catalogLink } from "../../Links.ts"
import { count, many } from "../../Numbers.ts"
import { type Remedy, remedyOf } from "../../Remedies.ts"
import type { Uploads } from "./Uploads.ts"

type Result = NonNullable<Job["result"]>
type Report = Extract<Result, { readonly kind: "import" } | { readonly kind: "relations" }>["report"]

const stages: Readonly<Record<string, string>> = {
  checking: "Checking rows",
  saving: "Saving rows",
  embedding: "Embedding texts",
  computing: "Computing"
}

const shownAtFirst = 8

/** Things with a place in the file, of which some are shown. */
const Places = <A extends { readonly at: string }>(props: {
  readonly title: string
  readonly of: ReadonlyArray<A>
  readonly total: number
  readonly children: (one: A) => JSX.Element
}) => {
  const [shown, setShown] = createSignal(shownAtFirst)
  return (
    <Show when={props.of.length > 0}>
      <section class="import-places">
        <h3>
          {props.title} <span class="faint small">{count(props.total)}</span>
        </h3>
        <ul role="list">
          <For each={props.of.slice(0, shown())}>
            {(one) => (
              <li>
                <code>{one.at}</code>
                <div>{props.children(one)}</div>
              </li>
            )}
          </For>
        </ul>
        <Show when={shown() < props.of.length}>
          <button class="button" type="button" onClick={() => setShown((shown) => shown * 4)}>
            Show more
          </button>
        </Show>
      </section>
    </Show>
  )
}

/** What was done, in numbers. */
const summary = (report: Report): ReadonlyArray<string> => [
  `${count(report.created)} new`,
  `${count(report.updated)} changed`,
  `${count(report.unchanged)} as before`,
  ...("embedded" in report ? [`${count(report.embedded)} embedded`] : []),
  ...("missing" in report && report.missing > 0 ? [`${count(report.missing)} stored, but not in the file`] : []),
  ...("withdrawn" in report && report.withdrawn > 0 ? [`${count(report.withdrawn)} withdrawn by the file`] : []),
  ...("kept" in report && report.kept > 0 ? [`${count(report.kept)} left as somebody decided`] : [])
]

const catalogOf = (report: Report): string | undefined => ("catalog" in report ? report.catalog : undefined)

/** A file that is read, or was: how far it has come, what is wrong with it and what can be done. */
export const JobCard = (props: { readonly id: string; readonly uploads: Uploads; readonly onClose: () => void }) => {
  const job = asked("GET /api/v1/jobs/:id", () => ({ params: { id: props.id } }))
  const { error, watched } = watch(props.id, () => job.again())
  const [isCancelling, setCancelling] = createSignal(false)
  const cancel = async () => {
    setCancelling(true)
    await ask("DELETE /api/v1/jobs/:id", { params: { id: props.id } }).catch(() => setCancelling(false))
  }
  const end = () => watched().end
  const report = (): Report | undefined => {
    const ended = end()
    if (ended?._tag !== "JobDone") return undefined
    const { result } = ended
    return result.kind === "import" || result.kind === "relations" ? result.report : undefined
  }
  /** How many problems there are; the report of a job shows the first. */
  const problemCount = () => {
    const ended = end()
    const lists = ended?._tag === "JobDone" && "lists" in ended.result ? ended.result.lists : undefined
    return lists?.["failed"] ?? watched().problemCount
  }
  const failed = () => {
    const ended = end()
    return ended?._tag === "JobFailed" ? ended.problem : undefined
  }
  const progress = () => watched().progress
  const problems = () => report()?.failed ?? watched().problems
  const unread = () => {
    const known = report()
    return known !== undefined && "unread" in known ? known.unread : []
  }
  const outcome = () => {
    const ended = end()
    if (ended === undefined) return { tone: "accent", text: job.value()?.status === "waiting" ? "Waiting" : "Reading" }
    if (ended._tag === "JobFailed") return { tone: "bad", text: "Not read" }
    if (ended._tag === "JobCancelled") return { tone: "warn", text: "Cancelled" }
    if (report()?.refused === true) return { tone: "warn", text: "Nothing written" }
    return problems().length + unread().length > 0
      ? { tone: "warn", text: "Imported in part" }
      : { tone: "good", text: "Imported" }
  }

  return (
    <article class="panel import-job" aria-label={job.value()?.name ?? "A file"}>
      <div class="panel-head">
        <h2>{job.value()?.name ?? "…"}</h2>
        <span class={`tag ${outcome().tone}`} role="status">
          {outcome().text}
        </span>
      </div>
      <div class="panel-body stack">
        <Show when={error()}>
          <p>
            The server knows no such job any more: it keeps the last hundred, until it stops. What was imported is
            stored.
          </p>
        </Show>
        <Show when={end() === undefined && error() === undefined}>
          <div class="import-progress">
            <Show
              when={progress()?.total}
              fallback={<progress aria-label={`${job.value()?.name ?? "It"} is being read`} />}
            >
              {(total) => (
                <progress
                  aria-label={`How far ${job.value()?.name ?? "it"} has come`}
                  value={progress()?.done ?? 0}
                  max={total()}
                />
              )}
            </Show>
            <span class="small soft">
              {stages[progress()?.stage ?? ""] ?? "Waiting for its turn"}
              {progress() === undefined ? "" : `: ${count(progress()?.done ?? 0)}`}
              {progress()?.total === undefined ? "" : ` of ${count(progress()?.total ?? 0)}`}
            </span>
            <button class="button" type="button" disabled={isCancelling()} onClick={() => void cancel()}>
              {isCancelling() ? "Cancelling…" : "Cancel"}
            </button>
          </div>
        </Show>
        <Switch>
          <Match when={failed()}>
            {(problem) => (
              <div class="note bad">
                <h3>{problem().title}</h3>
                <p>{problem().detail}</p>
                <Show when={problem().remedy}>
                  {(remedy) => <Mend id={props.id} remedy={remedy()} uploads={props.uploads} />}
                </Show>
              </div>
            )}
          </Match>
          <Match when={end()?._tag === "JobCancelled"}>
            <p class="soft">What was written until then stays. The same file again goes on there.</p>
          </Match>
          <Match when={report()?.refused === true}>
            <div class="note warn">
              <p>Some rows are wrong or were not read, so nothing was written.</p>
              <Show
                when={props.uploads.again(props.id, { strict: false })}
                fallback={<p class="small">Choose the file again to import what is good in it.</p>}
              >
                {(again) => (
                  <div class="row">
                    <button class="button primary" type="button" onClick={() => again()()}>
                      Import what is good
                    </button>
                  </div>
                )}
              </Show>
            </div>
          </Match>
          <Match when={report()}>
            {(report) => (
              <div class="row">
                <For each={summary(report())}>{(text) => <span class="tag">{text}</span>}</For>
                <Show when={catalogOf(report())}>
                  {(catalog) => <a href={catalogLink(catalog())}>Browse {catalog()}</a>}
                </Show>
              </div>
            )}
          </Match>
        </Switch>
        <Places title="Problems" of={problems()} total={problemCount()}>
          {(one) => (
            <>
              <p>{one.problem}</p>
              <Show when={one.remedy}>{(remedy) => <p class="small soft">{remedyOf(remedy())}</p>}</Show>
            </>
          )}
        </Places>
        <Places title="Not read" of={unread()} total={unread().reduce((sum, { count = 1 }) => sum + count, 0)}>
          {(one) => (
            <p>
              A {one.kind} that looks like a requirement: <q>{one.text}</q>
              {(one.count ?? 1) > 1 ? ` and ${many((one.count ?? 1) - 1, "more", "more")}` : ""}
            </p>
          )}
        </Places>
        <Places title="Taken, but not whole" of={report()?.warnings ?? []} total={report()?.warnings.length ?? 0}>
          {(one) => <p>{one.problem}</p>}
        </Places>
        <Show when={end() !== undefined || error() !== undefined}>
          <div class="row">
            <button class="button quiet" type="button" onClick={() => props.onClose()}>
              Close
            </button>
          </div>
        </Show>
      </div>
    </article>
  )
}

/** What can be done about a file that was not read: a sentence, and a way to do it where there is one. */
const Mend = (props: { readonly id: string; readonly remedy: Remedy; readonly uploads: Uploads }) => {
  const [text, setText] = createSignal(props.remedy.action === "setOption" ? (props.remedy.example ?? "") : "")
  const option = () => (props.remedy.action === "setOption" ? props.remedy.option : undefined)
  const asRelations = () =>
    props.remedy.action === "importRelations" ? props.uploads.again(props.id, { kind: "relations" }) : undefined
  const withOption = () => {
    const name = option()
    return name === undefined || ["columns", "resources", "allowOutside"].includes(name)
      ? undefined
      : props.uploads.again(props.id, { options: { [name]: text() } })
  }
  return (
    <>
      <p>{remedyOf(props.remedy)}</p>
      <Show when={asRelations()}>
        {(again) => (
          <div class="row">
            <button class="button" type="button" onClick={() => again()()}>
              Import it as relations
            </button>
          </div>
        )}
      </Show>
      <Show when={withOption()}>
        {(again) => (
          <form
            class="row"
            onSubmit={(event) => {
              event.preventDefault()
              again()()
            }}
          >
            <label class="row">
              <span>{option()}</span>
              <input class="input" value={text()} required onInput={(event) => setText(event.currentTarget.value)} />
            </label>
            <button class="button" type="submit">
              Try again
            </button>
          </form>
        )}
      </Show>
    </>
  )
}
