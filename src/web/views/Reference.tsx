import { Show } from "solid-js"
import { asked } from "../api/Asked.ts"
import { Answer } from "../components/Answer.tsx"
import { Title } from "../components/Title.tsx"
import { useQuery } from "../Query.ts"

/** A reference: its text, and what it is near and related to. */
export default function Reference() {
  const query = useQuery()
  const reference = asked("GET /api/v1/references/:uri", () => {
    const uri = query.text("uri")
    return uri === "" ? undefined : { params: { uri } }
  })
  return (
    <Answer of={reference} label="Loading the reference">
      {(reference) => (
        <article class="stack">
          <Title text={reference().title} />
          <h1>{reference().title}</h1>
          <Show when={reference().description}>{(text) => <p class="lead">{text()}</p>}</Show>
        </article>
      )}
    </Answer>
  )
}
