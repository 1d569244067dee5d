import { Stream } from "effect"
import type { Reference } from "../domain/Reference.ts"
import type { Relation } from "../domain/Relation.ts"
import * as SetCell from "../domain/SetCell.ts"
import type { Role } from "../domain/Role.ts"
import { columns } from "../importer/Exported.ts"
import * as CsvText from "./CsvText.ts"
import { relationColumns } from "../importer/mapping/RelationFile.ts"

const jsonLine = (value: unknown): string => `${JSON.stringify(value)}\n`

/** A role that is not the one that is assumed. */
const saidRole = (role: Role): Role | undefined => (role === "requirement" ? undefined : role)

/** References as NDJSON: a line that says what follows, then one reference a line. Imported, they are as they were. */
export const referencesNdjson = <E, R>(
  references: Stream.Stream<Reference, E, R>,
  catalog: string | undefined
): Stream.Stream<string, E, R> =>
  Stream.concat(
    Stream.make(jsonLine({ crosswalk: "references", version: 1, catalog })),
    Stream.map(
      references,
      ({ catalog, description, entityType, identifier, label, metadata, role, tags, title, uri }) =>
        jsonLine({
          uri,
          title,
          entityType,
          description,
          tags,
          metadata,
          catalog,
          identifier,
          label,
          role: saidRole(role)
        })
    )
  )

/** Between semicolons where that can be read back, else as JSON. */
const tagsCell = (tags: ReadonlyArray<string>): string | undefined =>
  tags.length === 0
    ? undefined
    : tags.some((tag) => tag.includes(";") || tag.startsWith("[") || tag.trim() !== tag)
      ? JSON.stringify(tags)
      : tags.join("; ")

/** References as CSV. Cells that start a formula get an apostrophe, which importing takes away again. */
export const referencesCsv = <E, R>(references: Stream.Stream<Reference, E, R>): Stream.Stream<string, E, R> =>
  Stream.concat(
    Stream.make(CsvText.line(columns)),
    Stream.map(
      references,
      ({ catalog, description, entityType, identifier, label, metadata, role, tags, title, uri }) =>
        CsvText.line([
          uri,
          title,
          entityType,
          description,
          tagsCell(tags),
          metadata === undefined ? undefined : JSON.stringify(metadata),
          catalog,
          identifier,
          label,
          saidRole(role)
        ])
    )
  )

/** Relations as NDJSON, each with what is known of it. */
export const relationsNdjson = <E, R>(relations: Stream.Stream<Relation, E, R>): Stream.Stream<string, E, R> =>
  Stream.concat(
    Stream.make(jsonLine({ crosswalk: "relations", version: 2 })),
    Stream.map(relations, ({ confidence, needsReview, provenance, sources, status, targets, to, type }) =>
      jsonLine({ sources, targets, to, type, confidence, status, needsReview, provenance })
    )
  )

/** Relations as CSV. Cells that start a formula get an apostrophe, which importing takes away again. */
export const relationsCsv = <E, R>(relations: Stream.Stream<Relation, E, R>): Stream.Stream<string, E, R> =>
  Stream.concat(
    Stream.make(CsvText.line(relationColumns)),
    Stream.map(relations, ({ confidence, needsReview, provenance, sources, status, targets, to, type }) =>
      CsvText.line([
        SetCell.encode(sources),
        SetCell.encode(targets),
        to,
        type,
        confidence,
        status,
        needsReview,
        provenance.by,
        provenance.note,
        provenance.method,
        provenance.model,
        provenance.calibration,
        provenance.scores === undefined ? undefined : JSON.stringify(provenance.scores),
        provenance.mapper,
        provenance.rationale,
        provenance.strength,
        provenance.path === undefined ? undefined : JSON.stringify(provenance.path)
      ])
    )
  )
