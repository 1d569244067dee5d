import { createEffect, createMemo, createSignal, For, Match, on, Show, Switch } from "solid-js"
import { asked } from "../api/Asked.ts"
import { ask, send } from "../api/Client.ts"
import { Failure } from "../api/Failure.ts"
import { whole } from "../api/Whole.ts"
import { Bones } from "../components/Bones.tsx"
import { Choice } from "../components/Choice.tsx"
import { FileButton } from "../components/FileButton.tsx"
import { Growing } from "../components/Growing.tsx"
import { Problem } from "../components/Problem.tsx"
import { Rest } from "../components/Rest.tsx"
import { Title } from "../components/Title.tsx"
import { download } from "../Download.ts"
import { referenceLink } from "../Links.ts"
import { count, many } from "../Numbers.ts"
import { useQuery } from "../Query.ts"
import { baseline, exceptions, setBaseline, setExceptions } from "./coverage/Files.ts"
import { HeatMap } from "./coverage/HeatMap.tsx"
import { type Comparison, named, openedOf, optionsOf, type Options, type Report, states } from "./coverage/Report.ts"
import { Requirements } from "./coverage/Requirements.tsx"
import { Trend } from "./coverage/Trend.tsx"
import "./Coverage.css"

/** The documents that a report can be taken away as. */
const documents = [
  ["html", "HTML"],
  ["markdown", "Markdown"],
  ["csv", "CSV"],
  ["sarif", "SARIF"],
  ["junit", "JUnit"]
] as const

const unreadable = (name: string, why: string) =>
  new Failure(422, { title: "The file cannot be read", detail: `${name} ${why}` })

/** What a file of JSON says; whether it is what is asked for, the server decides. */
const parsed = (name: string, text: string) => {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable(name, "is not JSON")
  }
}

/** What is said of references of `by` that lead to nothing, and of exceptions for nothing. */
const Others = (props: { readonly report: Report }) => (
  <Show when={props.report.unlinked.length + props.report.unknownExceptions.length > 0}>
    <details class="panel coverage-others">
      <summary>
        {many(
          props.report.unlinked.length,
          `requirement of ${props.report.by} leads`,
          `requirements of ${props.report.by} lead`
        )}{" "}
        to nothing in {props.report.to}
        <Show when={props.report.unknownExceptions.length > 0}>
          ; {many(props.report.unknownExceptions.length, "exception is", "exceptions are")} for nothing that is here
        </Show>
      </summary>
      <Growing class="stack close" of={props.report.unlinked} first={50}>
        {({ title, uri }) => (
          <li class="small">
            <a href={referenceLink(uri)}>{title}</a> <span class="faint mono">{uri}</span>
          </li>
        )}
      </Growing>
      <Growing class="stack close" of={props.report.unknownExceptions} first={50}>
        {({ reason, reference }) => (
          <li class="small">
            <span class="mono">{reference}</span> <span class="faint">{reason}</span>
          </li>
        )}
      </Growing>
    </details>
  </Show>
)

/** How well a catalog is covered by another: a map by chapter and level that opens into the requirements. */
export default function Coverage() {
  const query = useQuery()
  const catalogs = asked("GET /api/v1/catalogs", () => ({}))
  const ids = createMemo(() => (catalogs.value()?.catalogs ?? []).map(({ id }) => id))
  const [trend, setTrend] = createSignal<Comparison>()
  const [error, setError] = createSignal<unknown>()

  const options = createMemo((): Options | undefined => {
    const wanted = optionsOf(query)
    const excepted = exceptions()
    return wanted === undefined || excepted === undefined ? wanted : { ...wanted, exceptions: excepted.value }
  })
  const report = whole("POST /api/v1/coverage", (cursor) => {
    const payload = options()
    return payload === undefined ? undefined : { payload, query: { cursor } }
  })

  const attempt = async (work: () => Promise<void> | void) => {
    setError(undefined)
    try {
      await work()
    } catch (reason) {
      setError(() => reason)
    }
  }
  createEffect(
    on([options, baseline], ([wanted, before]) => {
      setTrend(undefined)
      if (wanted === undefined || before === undefined) return
      void attempt(async () => {
        const payload = { options: wanted, baseline: before.value }
        setTrend(await ask("POST /api/v1/coverage/comparison", { payload }))
      })
    })
  )
  const take = (format: (typeof documents)[number][0]) =>
    attempt(async () => {
      const payload = options()
      if (payload === undefined) return
      const response = await send("POST /api/v1/coverage/document", { query: { format }, payload })
      download(`coverage.${format === "markdown" ? "md" : format === "junit" ? "xml" : format}`, await response.blob())
    })

  const opened = createMemo(() => ({
    chapter: query.list("chapter").at(0)?.slice(1),
    level: query.list("at").at(0)?.slice(1),
    state: query.text("state")
  }))
  // A chapter without a name is one too: `:` goes before what stands in the URL.
  const open = (chapter: string | undefined, level: string | undefined) =>
    query.set({
      chapter: chapter === undefined ? undefined : `:${chapter}`,
      at: level === undefined ? undefined : `:${level}`
    })
  const set = (name: string) => (value: string) =>
    query.set({ [name]: value, chapter: undefined, at: undefined, state: undefined })

  return (
    <>
      <Title text="Coverage" />
      <div class="head">
        <h1>Coverage</h1>
        <p class="lead">How much of one catalog another one answers, and where the gaps are.</p>
      </div>
      <form class="fields" aria-label="What is covered by what" onSubmit={(event) => event.preventDefault()}>
        <Choice label="Of" all="choose a catalog" value={query.text("to")} values={ids()} onChoose={set("to")} />
        <Choice label="By" all="choose a catalog" value={query.text("by")} values={ids()} onChoose={set("by")} />
        <label class="field narrow">
          <span>Level</span>
          <input
            class="input"
            placeholder="any"
            value={query.text("level")}
            onChange={(event) => set("level")(event.currentTarget.value.trim())}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={query.text("suggested") === "1"}
            onChange={(event) => query.set({ suggested: event.currentTarget.checked ? "1" : undefined })}
          />
          Count suggestions
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={query.text("partly") === "1"}
            onChange={(event) => query.set({ partly: event.currentTarget.checked ? "1" : undefined })}
          />
          Count what is covered in part
        </label>
        <FileButton
          label="Exceptions…"
          accept=".json"
          onText={(name, text) =>
            void attempt(() => {
              const read = parsed(name, text)
              const list = Array.isArray(read) ? read : read?.exceptions
              if (!Array.isArray(list)) throw unreadable(name, "is no list of exceptions")
              setExceptions({ name, value: list })
            })
          }
        />
        <Show keyed when={exceptions()}>
          {({ name, value }) => (
            <button
              class="tag accent"
              type="button"
              aria-label={`Without the exceptions of ${name}`}
              onClick={() => setExceptions(undefined)}
            >
              {many(value.length, "exception")} of {name} ×
            </button>
          )}
        </Show>
        <FileButton
          label="Baseline…"
          accept=".json"
          onText={(name, text) => void attempt(() => void setBaseline({ name, value: parsed(name, text) }))}
        />
      </form>
      <Show when={error()}>{(error) => <Problem error={error()} />}</Show>
      <Switch fallback={<Bones label="Loading the coverage" lines={9} />}>
        <Match when={options() === undefined}>
          <div class="empty">
            <h2>Choose two catalogs</h2>
            <p>The one that should be covered, such as a standard, and the one that covers it, such as your own.</p>
          </div>
        </Match>
        <Match when={report.error()}>{(error) => <Problem error={error()} onRetry={report.again} />}</Match>
        <Match when={report.value()}>
          {(found) => (
            <div class="stack coverage">
              <div class="coverage-sum">
                <p class="coverage-percent numbers">
                  {found().percent.toFixed(1)}
                  <span>%</span>
                </p>
                <ul class="row" role="list" aria-label="How many stand how">
                  <For each={states}>
                    {([state, name, tone]) => (
                      <li>
                        <button
                          type="button"
                          class={`tag ${tone}`}
                          aria-pressed={opened().state === state}
                          onClick={() => query.set({ state: opened().state === state ? undefined : state })}
                        >
                          {count(found()[state])} {name}
                        </button>
                      </li>
                    )}
                  </For>
                </ul>
                <div class="row coverage-take" role="group" aria-label="Download as">
                  <span class="faint small">Download as</span>
                  <button
                    class="button quiet"
                    type="button"
                    disabled={found().next !== undefined}
                    onClick={() =>
                      download("coverage.json", new Blob([JSON.stringify(found())], { type: "application/json" }))
                    }
                  >
                    JSON
                  </button>
                  <For each={documents}>
                    {([format, name]) => (
                      <button class="button quiet" type="button" onClick={() => void take(format)}>
                        {name}
                      </button>
                    )}
                  </For>
                </div>
              </div>
              <Show when={trend()}>
                {(trend) => (
                  <Trend comparison={trend()} name={baseline()?.name ?? ""} onClose={() => setBaseline(undefined)} />
                )}
              </Show>
              <HeatMap report={found()} opened={opened()} onOpen={open} />
              <section class="stack" aria-label="Requirements">
                <h2>
                  {opened().chapter === undefined ? "All chapters" : named(opened().chapter ?? "")}
                  <Show when={opened().level !== undefined}>, level {named(opened().level ?? "")}</Show>
                </h2>
                <Rest of={report} noun="row" />
                <Show keyed when={JSON.stringify(opened())}>
                  <Requirements references={openedOf(found(), opened())} />
                </Show>
              </section>
              <Others report={found()} />
            </div>
          )}
        </Match>
      </Switch>
    </>
  )
}
