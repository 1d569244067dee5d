import * as Uuid from "../../domain/Uuid.ts"
import { within } from "../Items.ts"
import * as OscalProp from "../oscal/OscalProp.ts"
import { isObject } from "../text/JsonText.ts"
import { End, how, isMapper, isRationale, Map_, Mapping } from "./MappingOscalModel.ts"
import type * as Unkept from "./Unkept.ts"

const known = {
  map: [...Object.keys(Map_.fields), "uuid", "ns"],
  end: Object.keys(End.fields),
  mapping: [...Object.keys(Mapping.fields), "uuid"],
  // A description of the whole is a title rather than what is said of a relation.
  provenance: [...Object.keys(how), "mapping-description"]
}

/** What is said of a map, of its mapping or of all, and is nothing that a relation keeps. */
export const tell = (unkept: Unkept.Unkept, what: keyof typeof known, value: unknown, at: string): void => {
  if (!isObject(value)) return
  const where = what === "end" ? "a source or target" : what === "provenance" ? "the provenance" : `a ${what}`
  for (const key of Object.keys(value)) {
    if (!known[what].includes(key)) unkept.add(`${key} of ${where}`, within(at, key))
  }
  const status = value["status"]
  if (status === "deprecated" || status === "superseded") unkept.add(`that ${where} is ${status}`, within(at, "status"))
  for (const [key, isKnown] of [
    ["method", isMapper],
    ["matching-rationale", isRationale]
  ] as const) {
    const word = value[key]
    if (word !== undefined && !isKnown(word)) unkept.add(`the ${key} ${JSON.stringify(word)}`, within(at, key))
  }
  const score = value["confidence-score"]
  if (isObject(score) && score["percentage"] === undefined) unkept.add("a confidence-score in words", at)
  const props = value["props"]
  for (const prop of Array.isArray(props) ? props : []) {
    if (!isObject(prop) || prop["ns"] === OscalProp.ns || (what === "map" && prop["name"] === "strength")) continue
    if (what === "end" && (prop["name"] === "label" || Uuid.inText(String(prop["value"])) !== undefined)) continue
    unkept.add(`the property ${String(prop["name"])} of ${where}`, within(at, "props"))
  }
}
