import { createMemo } from "solid-js"
import { asked } from "../../api/Asked.ts"
import type { Request } from "../../api/Endpoints.ts"
import { Choice } from "../../components/Choice.tsx"
import { Segments } from "../../components/Segments.tsx"
import type { Query } from "../../Query.ts"
import { types } from "./Types.ts"

/** Which relations are reviewed, as the API asks for them. */
export type Wanted = NonNullable<Request<"GET /api/v1/review">["query"]>

/** What one can choose to look at, as the URL says it. */
const shows = [
  ["", "To decide"],
  ["accepted", "Accepted"],
  ["rejected", "Rejected"],
  ["changed", "Text changed"],
  ["any", "All"]
] as const

/** A number from 0 to 1 of the URL; nothing of what is none. */
const share = (text: string): number | undefined => {
  const number = Number(text)
  return text === "" || !(number >= 0 && number <= 1) ? undefined : number
}

const typeOf = (text: string) => types.find(([type]) => type === text)?.[0]

/** What the URL asks to be reviewed. */
export const wantedOf = (query: Query): Wanted => {
  const show = query.text("show")
  return {
    from: query.text("from") || undefined,
    to: query.text("to") || undefined,
    status: show === "accepted" || show === "rejected" || show === "any" ? show : undefined,
    needsReview: show === "changed" || undefined,
    type: typeOf(query.text("type")),
    minConfidence: share(query.text("min")),
    maxConfidence: share(query.text("max")),
    uri: query.text("uri") || undefined,
    level: query.text("level") || undefined,
    where: query.list("where")
  }
}

const Part = (props: {
  readonly label: string
  readonly value: string
  readonly hint: string
  /** What a reader of the screen hears, where the label says too little by itself. */
  readonly name?: string
  readonly onChoose: (value: string) => void
}) => (
  <label class="field narrow">
    <span>{props.label}</span>
    <input
      class="input"
      inputmode="decimal"
      aria-label={props.name}
      placeholder={props.hint}
      value={props.value}
      onChange={(event) => props.onChoose(event.currentTarget.value.trim())}
    />
  </label>
)

/** Chooses what is reviewed: the two catalogs, where the relations stand, how sure they are. */
export const Scope = (props: { readonly query: Query }) => {
  const catalogs = asked("GET /api/v1/catalogs", () => ({}))
  const ids = createMemo(() => (catalogs.value()?.catalogs ?? []).map(({ id }) => id))
  const set = (name: string) => (value: string) => props.query.set({ [name]: value, at: undefined })
  return (
    <form class="fields" aria-label="What to review" onSubmit={(event) => event.preventDefault()}>
      <div class="line">
        <Segments
          legend="Which relations"
          name="show"
          options={shows}
          value={props.query.text("show")}
          onChoose={set("show")}
        />
      </div>
      <Choice label="From" all="any catalog" value={props.query.text("from")} values={ids()} onChoose={set("from")} />
      <Choice label="To" all="any catalog" value={props.query.text("to")} values={ids()} onChoose={set("to")} />
      <Choice
        label="Type"
        all="any type"
        value={props.query.text("type")}
        values={types.map(([type]) => type)}
        onChoose={set("type")}
      />
      <Part label="Confidence from" hint="0" value={props.query.text("min")} onChoose={set("min")} />
      <Part label="up to" name="Confidence up to" hint="1" value={props.query.text("max")} onChoose={set("max")} />
      <Part label="Level" hint="any" value={props.query.text("level")} onChoose={set("level")} />
    </form>
  )
}
