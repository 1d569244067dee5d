import { crc32, deflateRawSync } from "node:zlib"

/** A file to put into an archive; `size` is what the archive claims, by default the truth. */
export interface Zipped {
  readonly name: string
  readonly content: string | Uint8Array
  readonly size?: number
  readonly flags?: number
}

const numbers = (...fields: ReadonlyArray<readonly [value: number, bytes: 2 | 4]>): Buffer =>
  Buffer.concat(
    fields.map(([value, bytes]) => {
      const buffer = Buffer.alloc(bytes)
      buffer.writeUIntLE(value, 0, bytes)
      return buffer
    })
  )

/** Writes a ZIP archive, also such as no program would write. */
export const zip = (files: ReadonlyArray<Zipped>): Uint8Array => {
  const parts: Array<Buffer> = []
  const directory: Array<Buffer> = []
  let offset = 0
  for (const { content, flags = 0, name, size } of files) {
    const bytes = Buffer.from(content)
    const packed = deflateRawSync(bytes, { level: 9 })
    const common = numbers(
      [flags, 2],
      [8, 2],
      [0, 4],
      [crc32(bytes), 4],
      [packed.length, 4],
      [size ?? bytes.length, 4],
      [Buffer.byteLength(name), 2],
      [0, 2]
    )
    const local = Buffer.concat([numbers([0x04034b50, 4], [20, 2]), common, Buffer.from(name), packed])
    parts.push(local)
    directory.push(
      Buffer.concat([
        numbers([0x02014b50, 4], [20, 2], [20, 2]),
        common,
        numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]),
        Buffer.from(name)
      ])
    )
    offset += local.length
  }
  const list = Buffer.concat(directory)
  const count = files.length
  const end = numbers([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [list.length, 4], [offset, 4], [0, 2])
  return Buffer.concat([...parts, list, end])
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

/** The files of a workbook with one sheet, whose rows are the XML that is given. */
export const workbook = (rows: string, afterData = "", more: ReadonlyArray<Zipped> = []): ReadonlyArray<Zipped> => [
  {
    name: "[Content_Types].xml",
    content: `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`
  },
  {
    name: "_rels/.rels",
    content: `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`
  },
  {
    name: "xl/workbook.xml",
    content: `${xml}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>`
  },
  {
    name: "xl/_rels/workbook.xml.rels",
    content: `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
  },
  {
    name: "xl/worksheets/sheet1.xml",
    content: `${xml}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData>${afterData}</worksheet>`
  },
  ...more
]

/** A cell with a text in it. */
export const cell = (at: string, text: string): string => `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`
