import { createUniqueId, For, Show } from "solid-js"
import type { Asked } from "../../api/Asked.ts"
import type { Answer } from "../../api/Endpoints.ts"
import { ConfidenceOf } from "../../components/Confidence.tsx"
import { Problem } from "../../components/Problem.tsx"
import { ReferenceLink } from "../../components/ReferenceLink.tsx"
import { reviewLink } from "../../Links.ts"
import { count, time } from "../../Numbers.ts"
import { deedOf, incoming, isAbout, type Item, methodOf, outgoing, tone } from "../../Relations.ts"

/** The newest decisions on a reference, and whether they are all. */
interface Log {
  readonly log: Asked<Answer<"GET /api/v1/decisions">>
  readonly isWhole: boolean
}

/** What a relation rests on, and what became of it. */
const Origin = (props: Log & { readonly item: Item }) => {
  const relation = () => props.item.relation
  const scores = () => Object.entries(relation().provenance.scores ?? {})
  const history = () => (props.log.value()?.decisions ?? []).filter((decision) => isAbout(decision, relation()))
  return (
    <div class="origin small">
      <dl class="metadata">
        <div>
          <dt>origin</dt>
          <dd>{methodOf(relation().provenance.method)}</dd>
        </div>
        <Show when={relation().provenance.by}>
          {(by) => (
            <div>
              <dt>by</dt>
              <dd>{by()}</dd>
            </div>
          )}
        </Show>
        <Show when={relation().provenance.note}>
          {(note) => (
            <div>
              <dt>note</dt>
              <dd>{note()}</dd>
            </div>
          )}
        </Show>
        <Show when={scores().length > 0}>
          <div>
            <dt>scores</dt>
            <dd class="numbers">
              {scores()
                .map(([name, score]) => `${name} ${score.toFixed(2)}`)
                .join(", ")}
            </dd>
          </div>
        </Show>
        <div>
          <dt>saved</dt>
          <dd>{time(relation().createdAt)}</dd>
        </div>
      </dl>
      <h4>History</h4>
      <Show when={props.log.error()}>{(error) => <Problem error={error()} onRetry={props.log.again} />}</Show>
      <Show
        when={history().length > 0}
        fallback={
          <Show when={props.isWhole && props.log.value() !== undefined}>
            <p class="faint">Nobody has decided on it yet.</p>
          </Show>
        }
      >
        <ol class="stack tight history" role="list">
          <For each={history()}>
            {(decision) => (
              <li>
                <time dateTime={decision.at}>{time(decision.at)}</time>
                <span>
                  <strong>{decision.by ?? "Somebody"}</strong> {deedOf(decision)}
                  <Show when={decision.note}>{(note) => <q>{note()}</q>}</Show>
                </span>
              </li>
            )}
          </For>
        </ol>
      </Show>
      <Show when={!props.isWhole}>
        <p class="faint">
          Of this reference the newest {count(props.log.value()?.decisions.length ?? 0)} decisions are read here;{" "}
          <a href={reviewLink(relation())}>the review</a> has all on this relation.
        </p>
      </Show>
    </div>
  )
}

/** A relation as it is told of one of its ends, the reference with this URI. */
export const RelationItem = (props: Log & { readonly uri: string; readonly item: Item }) => {
  const id = createUniqueId()
  const relation = () => props.item.relation
  const isSource = () => relation().sources.includes(props.uri)
  const others = () => (isSource() ? props.item.targets : props.item.sources)
  const beside = () =>
    (isSource() ? props.item.sources : props.item.targets).filter((reference) => reference.uri !== props.uri)
  const verb = () => (isSource() ? outgoing : incoming)[relation().type]
  return (
    <li class="relation">
      <div class="relation-top row">
        <strong id={id}>{relation().to === undefined ? verb() : `has no counterpart in ${relation().to}`}</strong>
        <span class={`tag ${tone[relation().status]}`}>{relation().status}</span>
        <Show when={relation().needsReview}>
          <span class="tag warn">a text has changed since</span>
        </Show>
        <ConfidenceOf item={props.item} />
      </div>
      <ul class="stack tight" role="list" aria-labelledby={id}>
        <For each={others()}>
          {(reference) => (
            <li>
              <ReferenceLink reference={reference} />
            </li>
          )}
        </For>
      </ul>
      <Show when={beside().length > 0}>
        <p class="soft small">
          together with{" "}
          <For each={beside()}>
            {(reference, i) => (
              <>
                {i() > 0 ? ", " : ""}
                <ReferenceLink reference={reference} />
              </>
            )}
          </For>
        </p>
      </Show>
      <details>
        <summary>Where it comes from</summary>
        <Origin item={props.item} log={props.log} isWhole={props.isWhole} />
      </details>
    </li>
  )
}
