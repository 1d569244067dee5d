import type { RelationStatus } from "../domain/Relation.ts"
import type { Exchange } from "./Exchange.ts"
import * as ExportCiso from "./ExportCiso.ts"
import * as ExportCtid from "./ExportCtid.ts"
import * as ExportGemara from "./ExportGemara.ts"
import * as ExportOscal from "./ExportOscal.ts"
import * as ExportPairs from "./ExportPairs.ts"
import * as ExportSssom from "./ExportSssom.ts"
import * as ExportStrm from "./ExportStrm.ts"
import * as ExportTrestle from "./ExportTrestle.ts"
import type { Sheet } from "./Workbook.ts"

/** A format of others in which the relations between two catalogs are written; a format of mappings reads it back. */
export interface ExchangeFormat {
  /** The statuses that it can say. */
  readonly statuses: ReadonlyArray<RelationStatus>
  /** Those that are written where none is asked for. */
  readonly usual: ReadonlyArray<RelationStatus>
  /** The document; undefined where there is no relation that it can say. */
  readonly write: (exchange: Exchange) => string | undefined
  /** The same as the sheets of a workbook; absent where it has none. */
  readonly sheets?: (exchange: Exchange) => ReadonlyArray<Sheet> | undefined
}

const all = ["suggested", "accepted", "rejected"] as const
const accepted = ["accepted"] as const

/** The names of the formats. */
export const exchangeNames = ["oscal", "sssom", "strm", "ciso-assistant", "gemara", "trestle", "ctid", "pairs"] as const
export type ExchangeName = (typeof exchangeNames)[number]

/** Those that can be written as a workbook too. */
export const workbookNames = ["strm", "ciso-assistant", "pairs"] as const
export type WorkbookName = (typeof workbookNames)[number]

/** The formats by their names. */
export const exchangeFormats: Readonly<Record<ExchangeName, ExchangeFormat>> = {
  oscal: { statuses: ["suggested", "accepted"], usual: accepted, write: ExportOscal.mapping },
  sssom: { statuses: all, usual: all, write: ExportSssom.write },
  strm: { statuses: all, usual: accepted, write: ExportStrm.write, sheets: ExportStrm.sheets },
  "ciso-assistant": { statuses: accepted, usual: accepted, write: ExportCiso.write, sheets: ExportCiso.sheets },
  gemara: { statuses: accepted, usual: accepted, write: ExportGemara.write },
  trestle: { statuses: accepted, usual: accepted, write: ExportTrestle.write },
  ctid: { statuses: ["suggested", "accepted"], usual: accepted, write: ExportCtid.write },
  pairs: { statuses: accepted, usual: accepted, write: ExportPairs.write, sheets: ExportPairs.sheets }
}
