import { createSignal, For, type JSX, Match, Show, Switch } from "solid-js"
import { asked } from "../../api/Asked.ts"
import { ask, send } from "../../api/Client.ts"
import { sentence } from "../../api/Failure.ts"
import { type Job, watch } from "../../api/JobEvents.ts"
import { Growing } from "../../components/Growing.tsx"
import { download } from "../../Download.ts"
import { catalogLink } from "../../Links.ts"
import { count, many } from "../../Numbers.ts"
import { remedyOf } from "../../Remedies.ts"
import { Decide } from "./Decide.tsx"
import { Mend } from "./Mend.tsx"
import type { Uploads } from "./Uploads.ts"

type Result = NonNullable<Job["result"]>
export type Report = Extract<Result, { readonly kind: "import" } | { readonly kind: "relations" }>["report"]

const stages: Readonly<Record<string, string>> = {
  checking: "Checking rows",
  saving: "Reading rows",
  embedding: "Embedding texts",
  computing: "Computing"
}

const shownAtFirst = 8

/** Things with a place in the file. Where the server keeps more of them than it shows, all can be taken as a file. */
const Places = <A extends { readonly at: string }>(props: {
  readonly title: string
  readonly of: ReadonlyArray<A>
  readonly total: number
  /** Takes all of them away. */
  readonly onTake: () => void
  readonly children: (one: A) => JSX.Element
}) => (
  <Show when={props.of.length > 0}>
    <section class="import-places">
      <h3>
        {props.title} <span class="faint small">{count(props.total)}</span>
      </h3>
      <Growing of={props.of} first={shownAtFirst} label={props.title}>
        {(one) => (
          <li>
            <code>{one.at}</code>
            <div>{props.children(one)}</div>
          </li>
        )}
      </Growing>
      <Show when={props.total > props.of.length}>
        <p class="row small">
          These are the first {count(props.of.length)}.
          <button class="button" type="button" onClick={() => props.onTake()}>
            Take all as a file
          </button>
        </p>
      </Show>
    </section>
  </Show>
)

/** What was done, or would be, in numbers. */
const summary = (report: Report): ReadonlyArray<string> => [
  `${count(report.created)} new`,
  ...(report.updated > 0 ? [`${count(report.updated)} changed`] : []),
  ...(report.unchanged > 0 ? [`${count(report.unchanged)} as before`] : []),
  ...("embedded" in report && !report.rehearsed ? [`${count(report.embedded)} embedded`] : []),
  ...("missing" in report && report.missing > report.pruned
    ? [`${count(report.missing - report.pruned)} stored, but not in the file`]
    : []),
  ...("pruned" in report && report.pruned > 0 ? [`${count(report.pruned)} removed`] : []),
  ...("withdrawn" in report && report.withdrawn > 0 ? [`${count(report.withdrawn)} withdrawn by the file`] : []),
  ...("kept" in report && report.kept > 0 ? [`${count(report.kept)} left as somebody decided`] : [])
]

const stoppedOf = (report: Report): string | undefined => ("stopped" in report ? report.stopped?.problem : undefined)

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
  /** How many there are of what the report of a job shows the first. */
  const countOf = (list: "failed" | "unread" | "warnings", shown: number) => {
    const ended = end()
    const lists = ended?._tag === "JobDone" && "lists" in ended.result ? ended.result.lists : undefined
    return lists?.[list] ?? shown
  }
  const take = async () => {
    const response = await send("GET /api/v1/jobs/:id/rows", { params: { id: props.id } }).catch(() => undefined)
    if (response !== undefined) download(`${job.value()?.name ?? "import"}.ndjson`, await response.blob())
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
    const isWhole = problems().length + unread().length === 0
    if (report()?.rehearsed === true) {
      return { tone: isWhole ? "accent" : "warn", text: "Checked, nothing written yet" }
    }
    return isWhole ? { tone: "good", text: "Imported" } : { tone: "warn", text: "Imported in part" }
  }

  return (
    <article class="panel import-job" aria-label={job.value()?.name ?? "A file"}>
      <div class="panel-head">
        <h2>{job.value()?.name ?? "…"}</h2>
        <div class="row">
          <span class={`tag ${outcome().tone}`} role="status">
            {outcome().text}
          </span>
          <Show when={end() !== undefined || error() !== undefined}>
            <button class="button quiet small" type="button" onClick={() => props.onClose()}>
              Close
            </button>
          </Show>
        </div>
      </div>
      <div class="panel-body stack">
        <Show when={error()}>
          <p>
            The server knows no such job any more: it keeps the last hundred, until it stops. What was imported is
            stored.
          </p>
        </Show>
        <Show when={end() === undefined && error() === undefined}>
          <div class="row import-progress">
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
                <Show when={problem().detail}>{(detail) => <p>{sentence(detail())}</p>}</Show>
                <Show when={problem().remedy}>
                  {(remedy) => <Mend id={props.id} remedy={remedy()} uploads={props.uploads} />}
                </Show>
              </div>
            )}
          </Match>
          <Match when={end()?._tag === "JobCancelled"}>
            <p class="soft">What was written until then stays. The same file again goes on there.</p>
          </Match>
          <Match when={report()}>
            {(report) => (
              <>
                <div class="row">
                  <Show when={catalogOf(report())}>
                    {(catalog) => (
                      <Show when={!report().rehearsed} fallback={<span class="mono small">{catalog()}</span>}>
                        <a class="mono small" href={catalogLink(catalog())}>
                          {catalog()}
                        </a>
                      </Show>
                    )}
                  </Show>
                  <For each={summary(report())}>{(text) => <span class="tag">{text}</span>}</For>
                </div>
                <Show when={stoppedOf(report())}>
                  {(problem) => (
                    <div class="note warn">
                      <p>All was saved, but not all can be searched by meaning: {problem()}.</p>
                      <p>Import the same file again later; it goes on there.</p>
                    </div>
                  )}
                </Show>
                <Show when={report().rehearsed}>
                  <Decide
                    id={props.id}
                    report={report()}
                    isWhole={problems().length + unread().length === 0}
                    uploads={props.uploads}
                  />
                </Show>
              </>
            )}
          </Match>
        </Switch>
        <Places
          title="Problems"
          of={problems()}
          total={countOf("failed", watched().problemCount)}
          onTake={() => void take()}
        >
          {(one) => (
            <>
              <p>{one.problem}</p>
              <Show when={one.remedy}>{(remedy) => <p class="small soft">{remedyOf(remedy())}</p>}</Show>
            </>
          )}
        </Places>
        <Places title="Not read" of={unread()} total={countOf("unread", unread().length)} onTake={() => void take()}>
          {(one) => (
            <p>
              A {one.kind} that looks like a requirement: <q>{one.text}</q>
              {(one.count ?? 1) > 1 ? ` and ${many((one.count ?? 1) - 1, "more", "more")}` : ""}
            </p>
          )}
        </Places>
        <Places
          title="Taken, but not whole"
          of={report()?.warnings ?? []}
          total={countOf("warnings", report()?.warnings.length ?? 0)}
          onTake={() => void take()}
        >
          {(one) => <p>{one.problem}</p>}
        </Places>
      </div>
    </article>
  )
}
