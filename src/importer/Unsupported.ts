import type { Head } from "./Importer.ts"

interface Kind {
  readonly is: (head: Head) => boolean
  /** What it is, and what to do. */
  readonly problem: string
}

const begins = (head: Head, ...bytes: ReadonlyArray<number>): boolean =>
  bytes.every((byte, index) => head.bytes[index] === byte)

const isZip = (head: Head): boolean => begins(head, 0x50, 0x4b, 0x03, 0x04)

/** JSON or YAML with such a key at its root, perhaps behind `$schema`. */
const hasRoot = ({ text }: Head, root: string): boolean =>
  new RegExp(`^\\s*\\{\\s*(?:"\\$schema"\\s*:\\s*"[^"]*"\\s*,\\s*)?"${root}"\\s*:`, "u").test(text) ||
  new RegExp(`^["']?${root}["']?:[ \\t]*\\r?$`, "mu").test(text)

const hasElement = ({ text }: Head, root: string): boolean =>
  /^\s*</u.test(text) && new RegExp(`<(?:[\\w.-]+:)?${root}[\\s>/]`, "u").test(text)

const oscal = (root: string, name: string): Kind => ({
  is: (head) => hasRoot(head, root) || (hasElement(head, root) && head.text.includes("csrc.nist.gov/ns/oscal")),
  problem: `is an OSCAL ${name}, which says how controls are met, and holds none itself. Import the catalog or profile that it names`
})

/** Kinds of files that are known by their beginning and not read, the particular before the general. */
const kinds: ReadonlyArray<Kind> = [
  oscal("system-security-plan", "system security plan (SSP)"),
  oscal("component-definition", "component definition"),
  oscal("assessment-plan", "assessment plan"),
  oscal("assessment-results", "assessment result"),
  oscal("plan-of-action-and-milestones", "plan of action and milestones (POA&M)"),
  {
    is: (head) => hasElement(head, "bom") && head.text.includes("cyclonedx.org/schema"),
    problem: "is CycloneDX in XML. Take its JSON, which `cyclonedx convert` writes"
  },
  {
    is: ({ text }) => /"spdxVersion"\s*:|^SPDXVersion:|"@context"\s*:\s*"https:\/\/spdx\.org/mu.test(text),
    problem: "is an SPDX bill of materials (SBOM): it lists packages and has no requirements"
  },
  {
    is: (head) => isZip(head) && head.text.includes("application/vnd.oasis.opendocument.spreadsheet"),
    problem: "is an OpenDocument spreadsheet (.ods). Save it as XLSX or CSV"
  },
  {
    is: (head) =>
      isZip(head) && (head.text.includes("application/vnd.oasis.opendocument") || /\bword\/|\bppt\//u.test(head.text)),
    problem: "is a text document or presentation. Put its requirements into a spreadsheet (XLSX or CSV) or Markdown"
  },
  {
    is: (head) => begins(head, 0xd0, 0xcf, 0x11, 0xe0),
    problem: "is an old Office file (.xls), or one with a password. Save it as XLSX without a password"
  },
  {
    is: (head) => begins(head, 0x25, 0x50, 0x44, 0x46),
    problem: "is a PDF. Take its spreadsheet or Markdown, or copy its requirements into one"
  },
  {
    is: (head) => /^\s*(?:<!--[\s\S]*?-->\s*)?(?:<!doctype\s+html|<html)\b/iu.test(head.text),
    problem: "is a web page (HTML), whatever its name says. Open it in a spreadsheet and save that as XLSX or CSV"
  },
  {
    is: (head) => head.text.startsWith("{\\rtf"),
    problem: "is rich text (RTF). Put its requirements into a spreadsheet (XLSX or CSV) or Markdown"
  }
]

/** Files that relate two catalogues. */
const mappings: ReadonlyArray<(head: Head) => boolean> = [
  (head) => hasRoot(head, "mapping-collection"),
  ({ text }) => /^\s*\{/u.test(text) && /"mapping_objects"\s*:/u.test(text) && /"attack_version"\s*:/u.test(text),
  // OWASP's own mapping between two versions of ASVS.
  ({ text }) => /^(?:---\r?\n)?v[\d.]+-[\d.]+:\r?\n\s+tag-v\d/u.test(text)
]

/** Whether a source is no text, as far as its beginning shows. */
export const isBinary = (head: Head): boolean => head.bytes.includes(0)

/** What a source is that no format reads, and what to do; `undefined` where it is none of these. */
export const problemOf = (head: Head): string | undefined => kinds.find(({ is }) => is(head))?.problem

/** Why a source holds relations and no references; `undefined` where it does not. */
export const mappingOf = (head: Head): string | undefined =>
  mappings.some((is) => is(head))
    ? "relates two catalogues and has no requirements itself. Import it as a mapping"
    : undefined
