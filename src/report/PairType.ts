import type { RelationType } from "../domain/Relation.ts"

/**
 * What a relation between sets says of each pair, for formats that have only pairs: where several together are equal to one,
 * each is a part of it; what contains several contains each; of all else a pair only has something in common.
 */
export const ofPair = (type: RelationType, sources: number, targets: number): RelationType => {
  if (type === "equal")
    return sources > 1 ? (targets > 1 ? "intersects" : "subset") : targets > 1 ? "superset" : "equal"
  if (type === "subset") return targets > 1 ? "intersects" : "subset"
  if (type === "superset" || type === "implements" || type === "supersedes") return sources > 1 ? "intersects" : type
  return type
}
