import { DateTime } from "effect"
import type { ScoredReference } from "../domain/ScoredReference.ts"
import type { Reference } from "../domain/Reference.ts"
import type { Relation } from "../domain/Relation.ts"
import type { Output } from "./Output.ts"
import { oneLine, type Safe, safe } from "../report/Safe.ts"

type Printer = Output["Service"]

const namesJson = ({ identifier, label, role }: Reference) => ({ identifier, label, role })

/** A reference as `--json` prints it; what it does not have is left out. */
export const referenceJson = (reference: Reference) => ({
  uri: reference.uri,
  title: reference.title,
  entityType: reference.entityType,
  description: reference.description,
  tags: reference.tags,
  metadata: reference.metadata,
  catalog: reference.catalog,
  ...namesJson(reference),
  createdAt: DateTime.formatIso(reference.createdAt),
  updatedAt: DateTime.formatIso(reference.updatedAt)
})

export const hitJson = ({ reference, score }: ScoredReference) => ({
  uri: reference.uri,
  title: reference.title,
  score,
  entityType: reference.entityType,
  description: reference.description,
  tags: reference.tags,
  metadata: reference.metadata,
  catalog: reference.catalog,
  ...namesJson(reference)
})

export const relationJson = (relation: Relation) => ({
  sources: relation.sources,
  targets: relation.targets,
  to: relation.to,
  type: relation.type,
  confidence: relation.confidence,
  status: relation.status,
  needsReview: relation.needsReview,
  provenance: relation.provenance,
  createdAt: DateTime.formatIso(relation.createdAt),
  updatedAt: DateTime.formatIso(relation.updatedAt)
})

/** Two lines for each hit: score, URI and title; the beginning of the description. */
export const hits = (output: Printer, found: ReadonlyArray<ScoredReference>): ReadonlyArray<Safe> =>
  found.flatMap(({ reference, score }) => {
    const number = score.toFixed(score < 1 ? 3 : 2).padStart(6)
    const head = safe`${number}  ${output.bold(reference.uri)}  ${oneLine(reference.title, output.width)}`
    return reference.description === undefined || reference.description === ""
      ? [head]
      : [head, safe`        ${output.dim(oneLine(reference.description, output.width - 8).toString())}`]
  })

/** `1 reference`, `2 references`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`
