import type { MappingFormat } from "./Mapping.ts"
import * as MappingAsvs from "./MappingAsvs.ts"
import * as MappingCiso from "./MappingCiso.ts"
import * as MappingCsv from "./MappingCsv.ts"
import * as MappingCtid from "./MappingCtid.ts"
import * as MappingGemara from "./MappingGemara.ts"
import * as MappingOpenCre from "./MappingOpenCre.ts"
import * as MappingOscal from "./MappingOscal.ts"
import * as MappingSssom from "./MappingSssom.ts"
import * as MappingStrm from "./MappingStrm.ts"
import * as MappingTrestle from "./MappingTrestle.ts"

/** The formats of mappings. The first that recognises a source reads it, so the particular stand before the general. */
export const mappingFormats: ReadonlyArray<MappingFormat> = [
  MappingOscal.format,
  MappingCtid.format,
  MappingCiso.format,
  MappingAsvs.format,
  MappingOpenCre.format,
  MappingGemara.format,
  MappingSssom.format,
  MappingTrestle.format,
  MappingStrm.format,
  MappingCsv.xlsx,
  MappingCsv.format
]
