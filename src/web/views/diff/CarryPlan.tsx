import { For, Show } from "solid-js"
import type { Answer } from "../../api/Endpoints.ts"
import { VirtualList } from "../../components/VirtualList.tsx"
import { referenceLink } from "../../Links.ts"
import type { Query } from "../../Query.ts"
import { Chips } from "./Chips.tsx"
import { Ends } from "./Ends.tsx"
import { Likely } from "./Likely.tsx"

export type Plan = Answer<"GET /api/v1/carry">
type Carried = Plan["relations"][number]
type Successor = Carried["successors"][number]

/** What becomes of what follows. */
const outcomes = {
  accepted: { name: "accepted", tone: "good" },
  suggested: { name: "to review", tone: "warn" },
  unchanged: { name: "there already", tone: "" },
  decided: { name: "decided before", tone: "" }
} as const satisfies Readonly<Record<Successor["outcome"], unknown>>

const reasons: Readonly<Record<Successor["reasons"][number], string>> = {
  unchanged: "the same text",
  moved: "another identifier",
  reworded: "another wording",
  split: "split",
  merged: "merged with others",
  deleted: "gone",
  unclear: "unclear what continues it",
  reused: "its identifier names another one now",
  incomplete: "its set is not whole",
  "nothing-follows": "nothing follows from what is known",
  negative: "says that there is no relation",
  "needs-review": "awaits review itself"
}

/** What is shown of relations of which nothing follows. */
const lost = "lost"

const isShown = ({ successors }: Carried, chosen: ReadonlyArray<string>): boolean =>
  chosen.length === 0 ||
  (successors.length === 0 ? chosen.includes(lost) : successors.some(({ outcome }) => chosen.includes(outcome)))

const Uri = (props: { readonly uri: string }) => (
  <a class="mono" href={referenceLink(props.uri)}>
    {props.uri}
  </a>
)

const Relation = (props: { readonly relation: Carried; readonly plan: Plan }) => (
  <div class="list-row carried">
    <p class="row">
      <Ends {...props.relation} /> <span class="tag accent">{props.relation.type}</span>
    </p>
    <ul class="carried-successors" role="list">
      <For each={props.relation.successors} fallback={<li class="small">Nothing follows in {props.plan.to}.</li>}>
        {(successor) => (
          <li class="row small">
            <span class={`tag ${outcomes[successor.outcome].tone}`}>{outcomes[successor.outcome].name}</span>
            <Ends {...successor} />
            <span class="tag accent">{successor.type}</span>
            <span class="soft">{successor.reasons.map((reason) => reasons[reason]).join(", ")}</span>
            <Show when={successor.confidence < 1}>
              <Likely confidence={successor.confidence} />
            </Show>
          </li>
        )}
      </For>
      <For each={props.relation.missing}>
        {(uri) => (
          <li class="small">
            Nothing continues <Uri uri={uri} />.
          </li>
        )}
      </For>
      <For each={props.relation.reused}>
        {(uri) => (
          <li class="small">
            The identifier of <Uri uri={uri} /> now names another one.
          </li>
        )}
      </For>
      <For each={props.relation.unclear}>
        {({ possible, uri }) => (
          <li class="small">
            It is unclear what continues <Uri uri={uri} />
            <Show when={possible.length > 0} fallback=".">
              ; perhaps{" "}
              <For each={possible}>
                {({ confidence, reference }, index) => (
                  <>
                    {index() > 0 ? ", " : ""}
                    <Uri uri={reference.uri} /> <Likely confidence={confidence} />
                  </>
                )}
              </For>
            </Show>
          </li>
        )}
      </For>
    </ul>
  </div>
)

/** What carrying would do to each relation, and why. */
export const CarryPlan = (props: { readonly plan: Plan; readonly query: Query }) => {
  const chosen = () => props.query.list("outcome")
  const shown = () => props.plan.relations.filter((relation) => isShown(relation, chosen()))
  return (
    <>
      <Chips
        label="What becomes of relations"
        all={{ name: "all relations", count: props.plan.totals.relations }}
        chips={[
          ...(Object.keys(outcomes) as ReadonlyArray<keyof typeof outcomes>).map((outcome) => ({
            value: outcome,
            name: outcomes[outcome].name,
            count: props.plan.totals.successors[outcome]
          })),
          { value: lost, name: "nothing follows", count: props.plan.totals.withoutSuccessor }
        ]}
        chosen={chosen()}
        onChoose={(outcome) => props.query.set({ outcome })}
      />
      <VirtualList
        label="Relations"
        items={shown()}
        keyOf={({ sources, targets, to, type }) => JSON.stringify([sources, targets, to, type])}
        rowHeight={76}
      >
        {(relation) => <Relation relation={relation()} plan={props.plan} />}
      </VirtualList>
    </>
  )
}
