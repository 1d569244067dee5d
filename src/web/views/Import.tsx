import { createMemo, createSignal, For, onCleanup, onMount, Show } from "solid-js"
import { asked } from "../api/Asked.ts"
import type { Answer } from "../api/Endpoints.ts"
import type { Job } from "../api/JobEvents.ts"
import { Problem } from "../components/Problem.tsx"
import { Segments } from "../components/Segments.tsx"
import { Title } from "../components/Title.tsx"
import { time } from "../Numbers.ts"
import { useQuery, without } from "../Query.ts"
import { JobCard } from "./import/JobCard.tsx"
import { type Kind, makeUploads } from "./import/Uploads.ts"
import "./Import.css"

const statuses: Readonly<Record<Job["status"], string>> = {
  waiting: "waits",
  running: "is read",
  done: "was imported",
  failed: "was not read",
  cancelled: "was cancelled"
}

const statusOf = ({ rehearsed, status }: Answer<"GET /api/v1/jobs">["jobs"][number]): string =>
  rehearsed === true ? "was checked" : statuses[status]

const kinds = [
  ["import", "References"],
  ["relations", "Relations"]
] as const

/** Reads files into the store. The URL has the jobs that it shows, so that one finds them again. */
export default function Import() {
  const query = useQuery()
  const jobs = createMemo(() => query.list("job"))
  const uploads = makeUploads((id, replaces) =>
    query.set({
      job: (ids) => (replaces === undefined ? [id, ...ids] : ids.map((job) => (job === replaces ? id : job)))
    })
  )
  const recent = asked("GET /api/v1/jobs", () => ({}))
  const others = () =>
    recent
      .value()
      ?.jobs.filter(({ id, kind }) => (kind === "import" || kind === "relations") && !jobs().includes(id)) ?? []
  const [kind, setKind] = createSignal<Kind>("import")
  const [isChecked, setChecked] = createSignal(true)
  const [isOver, setOver] = createSignal(false)

  const take = (files: FileList | null | undefined) => {
    if (files) uploads.start([...files], { kind: kind(), store: !isChecked(), options: {} })
  }
  // Anywhere on the page: a browser would open a file that is dropped beside its place.
  const onOver = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes("Files") !== true) return
    event.preventDefault()
    setOver(true)
  }
  const onLeave = (event: DragEvent) => {
    if (event.relatedTarget === null) setOver(false)
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer?.files)
  }
  onMount(() => {
    document.addEventListener("dragover", onOver)
    document.addEventListener("dragleave", onLeave)
    document.addEventListener("drop", onDrop)
  })
  onCleanup(() => {
    document.removeEventListener("dragover", onOver)
    document.removeEventListener("dragleave", onLeave)
    document.removeEventListener("drop", onDrop)
  })

  return (
    <div class="stack">
      <Title text="Import" />
      <div class="head">
        <h1>Import</h1>
        <p class="lead">
          Catalogs and mappings in most formats: OSCAL, ASVS, CSV, Excel, Markdown, ReqIF and more. A file goes on being
          read when you leave this page.
        </p>
      </div>
      <div class="import-drop" classList={{ "import-over": isOver() }}>
        <label class="button primary">
          <input
            class="unseen"
            type="file"
            multiple
            onChange={(event) => {
              take(event.currentTarget.files)
              event.currentTarget.value = ""
            }}
          />
          Choose files
        </label>
        <p class="soft">or drop them here</p>
        <div class="row">
          <span class="small soft" aria-hidden="true">
            They hold
          </span>
          <Segments legend="What the files hold" name="kind" options={kinds} value={kind()} onChoose={setKind} />
          <label class="check">
            <input
              type="checkbox"
              checked={isChecked()}
              onChange={(event) => setChecked(event.currentTarget.checked)}
            />
            Check first, and write nothing until I say so
          </label>
        </div>
      </div>
      <For each={uploads.pending()}>
        {(upload) => (
          <Show
            when={upload.error}
            fallback={
              <p role="status" class="soft">
                Sending {upload.name}…
              </p>
            }
          >
            {(error) => (
              <div class="stack">
                <p>
                  <b>{upload.name}</b> did not arrive.
                </p>
                <Problem error={error()} onRetry={upload.retry} />
              </div>
            )}
          </Show>
        )}
      </For>
      <For each={jobs()}>
        {(id) => <JobCard id={id} uploads={uploads} onClose={() => query.set({ job: without(id) })} />}
      </For>
      <Show when={others().length > 0}>
        <section>
          <h2>Not long ago</h2>
          <ul class="import-recent" role="list">
            <For each={others()}>
              {(job) => (
                <li>
                  <button
                    class="button quiet"
                    type="button"
                    onClick={() => query.set({ job: (ids) => [job.id, ...ids] })}
                  >
                    {job.name}
                  </button>
                  <span class="small soft">
                    {statusOf(job)}, {time(job.createdAt)}
                  </span>
                </li>
              )}
            </For>
          </ul>
        </section>
      </Show>
    </div>
  )
}
