import type { Columns } from "./Importer.ts"
import * as Fields from "./Fields.ts"

/** A field of a reference that a column may hold. */
export type Field = keyof Columns

/** The fields in the order in which columns are found for them. */
export const fields = ["uri", "id", "title", "description", "entityType", "tags", "catalog"] as const

const words = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/u)

/** What spreadsheets in English, German, French, Spanish, Italian, Portuguese and Dutch call the fields; the surest first. */
const usual: Fields.Words<Field> = {
  uri: ["uri", "iri"],
  id: words(`
    id identifier key requirementid requirementidentifier reqid reqidentifier controlid controlidentifier shortcode
    refid referenceid uid ruleid itemid safeguardid cissafeguard practiceid measureid criterionid clauseid policyid
    subcategoryid statementid masvsid mstgid asvsid objectidentifier issuekey issueid code requirementcode controlcode rulecode
    requirementno requirementnumber requirementnr reqno reqnumber reqnr controlno controlnumber controlnr
    ruleno rulenumber rulenr itemno itemnumber itemnr clauseno clausenumber requirementref reqref controlref
    anforderungsid anforderungid anforderungsnr anforderungsnummer anforderungskennung anforderungscode
    massnahmenid massnahmennr massnahmennummer regelid regelnr regelnummer kontrollnr kontrollid
    kennung kennziffer kennzeichen bezeichner identifikator kurzel schlussel
    identifiant idexigence identifiantexigence identifiantdelexigence numerodexigence refexigence cle
    identificador idrequisito iddelrequisito idderequisito numeroderequisito codigo clave
    identificativo codice kenmerk
    ref number`),
  title: words(`
    title name label heading sectionname controlname controltitle requirementname requirementtitle rulename ruletitle
    itemname itemtitle safeguardname safeguardtitle practicename practicetitle shortname shorttitle shorttext
    shortdescription objectheading objectshorttext summary subject headline caption
    titel bezeichnung uberschrift kurztitel kurzbezeichnung kurztext kurzbeschreibung betreff benennung kurzname
    anforderungstitel anforderungsname anforderungsbezeichnung thema
    titre intitule nom libelle sujet objet
    titulo nombre denominacion asunto encabezado titolo nome denominazione designacao naam onderwerp`),
  description: words(`
    description text requirement reqdescription requirementdescription requirementtext requirementstatement
    requirementspecification controltext controldescription controlstatement controlspecification controlrequirement
    ruletext ruledescription securityrequirement verificationrequirement detailedverificationrequirement
    specification statement content contents body fulltext longtext longdescription detaileddescription
    details detail wording definition objecttext
    beschreibung anforderungstext anforderungsbeschreibung anforderungsinhalt anforderung volltext langtext wortlaut
    langbeschreibung inhalt sicherheitsanforderung vorgabe forderung massnahmenbeschreibung massnahmentext massnahme
    texte enonce exigence contenu descriptiondelexigence textedelexigence texteexigence
    descripcion texto enunciado requisito requerimiento contenido descripciondelrequisito textodelrequisito
    descrizione testo contenuto descricao conteudo omschrijving beschrijving tekst eis`),
  entityType: ["entitytype", "type", "kind", "typ", "tipo"],
  tags: words("tags keywords labels schlagworte schlagworter stichworte motscles etiquetas etiquettes"),
  catalog: ["catalog", "catalogue", "katalog"]
}

/** What columns of a table hold where none is called by a surer name. The keys of objects mean more by such words. */
const late: Fields.Words<Field> = {
  uri: [],
  id: words("no nr num nummer numero ziffer lfdnr laufendenummer item reference referenz referencia riferimento req"),
  title: [],
  description: words("control rule regel safeguard practice measure mesure medida policy criterion criteria objective"),
  entityType: [],
  tags: [],
  catalog: []
}

/** What is a title where no column is called one, because another holds the text. */
const lateTitles = words(
  "requirement control anforderung exigence requisito massnahme rule regel safeguard practice measure mesure topic"
)

/** The last word of a name that says what it holds, behind whose it is: `SCF #`, `Practice Title`, `controlText`. */
const endings = [
  ["id", /^(?:id|identifier|identifikator|nr|no|number|code)$|(?:nummer|kennung)$/u],
  ["title", /^(?:title|name|titre|titulo)$|(?:titel|bezeichnung)$/u],
  [
    "description",
    /^(?:description|requirement|statement|specification|text|exigence)$|(?:beschreibung|anforderung|text)$/u
  ]
] as const

/** What such a name is not about: what a requirement belongs to or refers to. */
const others =
  /parent|chapter|section|owner|author|user|group|famil|categor|domain|target|cwe|cve|capec|technique|catalog|version|revision|page|phone|sort|mapping|file|kapitel|abschnitt|kontext|context/iu

const lastWord = (name: string): string =>
  name
    .replace(/[([{][^)\]}]*[)\]}]/gu, " ")
    .replaceAll("#", " number ")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .map(Fields.plain)
    .at(-1) ?? ""

/** The only free column whose name ends like that, where there is just one. */
const byEnding = (names: ReadonlyArray<string>, found: Map<Field, string>): void => {
  for (const [field, ending] of endings) {
    if (found.has(field) || (field === "id" && found.has("uri"))) continue
    const taken = new Set(found.values())
    const [only, ...more] = names.filter(
      (name) => !taken.has(name) && !others.test(name) && ending.test(lastWord(name))
    )
    if (only !== undefined && more.length === 0) found.set(field, only)
  }
}

/** Which keys hold the fields of a reference, by their usual names. */
export const resolve = (names: ReadonlyArray<string>, columns: Columns): Fields.Fields<Field> =>
  Fields.resolve(usual, fields, names, columns)

/** Which columns of a table hold the fields of a reference; tables name them in more ways than objects do. */
export const resolveColumns = (
  names: ReadonlyArray<string>,
  columns: Columns,
  isFilled?: (name: string) => boolean
): Fields.Fields<Field> => {
  const found = new Map(Fields.resolve(usual, fields, names, columns, isFilled))
  const free = () => {
    const taken = new Set(found.values())
    return names.filter((name) => !taken.has(name))
  }
  for (const field of ["id", "description"] as const) {
    if (found.has(field)) continue
    const name = Fields.resolve(late, [field], free(), {}, isFilled).get(field)
    if (name !== undefined) found.set(field, name)
  }
  byEnding(names, found)
  if (found.has("title") || !found.has("description")) return found
  const title = Fields.resolve({ title: lateTitles }, ["title"], free(), {}, isFilled).get("title")
  const [only, ...more] = free().filter((name) => !others.test(name) && lateTitles.includes(lastWord(name)))
  const named = title ?? (more.length === 0 ? only : undefined)
  if (named !== undefined) found.set("title", named)
  return found
}

/** The words for a field in a message: the most usual ones. */
export const wordsFor = (field: Field): string => usual[field].slice(0, 8).join(", ")
