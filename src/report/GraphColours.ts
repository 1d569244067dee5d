import type { RelationType } from "../domain/Relation.ts"

/** A colour for each type (Okabe and Ito's, which all kinds of colour vision tell apart, darkened for lines on white). */
export const colours: Readonly<Record<RelationType, string>> = {
  implements: "#0072b2",
  equal: "#00785a",
  subset: "#a86f00",
  superset: "#7a5195",
  intersects: "#b3527f",
  supersedes: "#b84a00",
  "no-relationship": "#767676"
}
