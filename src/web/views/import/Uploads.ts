import { createSignal } from "solid-js"
import { send } from "../../api/Client.ts"
import type { Job } from "../../api/JobEvents.ts"

/** What a file is read as. */
export type Kind = "import" | "relations"

/** How a file is read. */
export interface Settings {
  readonly kind: Kind
  /** Whether anything is written; else it is said what would be. */
  readonly store: boolean
  /** Removes what the catalog has and the file does not. */
  readonly prune?: boolean
  /** What the source does not say, by the names of the options. */
  readonly options: Readonly<Record<string, string>>
}

/** A file that is on its way to the server, or was refused before it became a job. */
export interface Upload {
  readonly name: string
  readonly error: unknown
  readonly retry: () => void
  readonly dismiss: () => void
}

const types: Readonly<Record<string, string>> = {
  csv: "text/csv",
  json: "application/json",
  md: "text/markdown",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "text/xml",
  yaml: "text/yaml",
  yml: "text/yaml"
}

const typeOf = (name: string): string =>
  types[name.slice(name.lastIndexOf(".") + 1).toLowerCase()] ?? "application/octet-stream"

/** Sends files. What became a job is told to `onJob`; the file of a job is kept, to be sent again in another way. */
export const makeUploads = (onJob: (id: string, replaces: string | undefined) => void) => {
  const [pending, setPending] = createSignal<ReadonlyArray<Upload>>([])
  const files = new Map<string, readonly [File, Settings]>()

  const start = async (file: File, settings: Settings, replaces?: string): Promise<void> => {
    const remove = (entry: Upload) => setPending((before) => before.filter((other) => other !== entry))
    const retry = () => {
      remove(entry)
      void start(file, settings, replaces)
    }
    let entry: Upload = { name: file.name, error: undefined, retry, dismiss: () => remove(entry) }
    setPending((before) => [...before, entry])
    try {
      // What a browser says of a file's type depends on what is installed.
      const payload = file.slice(0, file.size, typeOf(file.name))
      const query = {
        name: file.name,
        store: settings.store,
        ...settings.options
      }
      const response =
        settings.kind === "import"
          ? await send("POST /api/v1/imports", { query: { ...query, prune: settings.prune }, payload })
          : await send("POST /api/v1/imports/relations", { query, payload })
      const job: Job = await response.json()
      files.set(job.id, [file, settings])
      remove(entry)
      onJob(job.id, replaces)
    } catch (error) {
      const failed = { ...entry, error, dismiss: () => remove(failed) }
      setPending((before) => before.map((other) => (other === entry ? failed : other)))
      entry = failed
    }
  }

  return {
    pending,
    start: (some: Iterable<File>, settings: Settings) => {
      for (const file of some) void start(file, settings)
    },
    /** Sends the file of a job again, in another way; undefined where this page does not have it (any more). */
    again: (id: string, change: Partial<Settings>): (() => void) | undefined => {
      const known = files.get(id)
      if (known === undefined) return undefined
      const [file, settings] = known
      const options = { ...settings.options, ...change.options }
      return () => void start(file, { ...settings, ...change, options }, id)
    }
  }
}

export type Uploads = ReturnType<typeof makeUploads>
