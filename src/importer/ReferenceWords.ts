import type { Columns } from "./Importer.ts"
import * as Fields from "./Fields.ts"

/** A field of a reference that a column may hold. */
export type Field = keyof Columns

/** The fields in the order in which columns are found for them. */
export const fields = ["uri", "id", "title", "description", "entityType", "tags", "catalog"] as const

/** Words as {@link Fields.plain} writes them. */
const words = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/u).map(Fields.plain)

/**
 * What spreadsheets in English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Chinese, Japanese and Korean call
 * the fields; the surest first.
 */
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
    identifiantunique codeexigence codedelexigence identificadordelrequisito codigodelrequisito codigodorequisito
    identificadordorequisito idrequerimiento numerorequisito
    identificativo codice codicerequisito identificativorequisito numerodelrequisito
    kenmerk identificatie eisid eisnummer eiscode nummereis
    identyfikator idwymagania nrwymagania numerwymagania kodwymagania identyfikatorwymagania kod oznaczenie
    标识符 標識符 标识 要求编号 需求编号 控制编号 控制项编号 条款编号 编号 編號 需求id 代码 代碼
    識別子 要件番号 要求番号 管理番号 項目番号 要件id 要求id 項番 番号
    식별자 요구사항id 요구사항번호 번호
    ref number`),
  title: words(`
    title name label heading sectionname controlname controltitle requirementname requirementtitle rulename ruletitle
    itemname itemtitle safeguardname safeguardtitle practicename practicetitle shortname shorttitle shorttext
    shortdescription objectheading objectshorttext summary subject headline caption
    titel bezeichnung uberschrift kurztitel kurzbezeichnung kurztext kurzbeschreibung betreff benennung kurzname
    anforderungstitel anforderungsname anforderungsbezeichnung thema
    titre intitule nom libelle sujet objet
    titulo nombre denominacion asunto encabezado titolo nome denominazione designacao naam onderwerp
    titredelexigence nomdelexigence titulodelrequisito nombredelrequisito titulodorequisito nomedorequisito
    titolorequisito titolodelrequisito nomerequisito oggetto eisnaam eistitel tytuł nazwa nazwawymagania tytułwymagania
    标题 標題 名称 名稱 要求名称 需求名称 控制名称 控制项名称 条款名称
    タイトル 件名 題名 表題 要件名 項目名 名前 項目 제목 이름 명칭 요구사항명`),
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
    descrizione testo contenuto descricao conteudo omschrijving beschrijving tekst eis
    descripciondelrequerimiento detalle descricaodorequisito textodorequisito descrizionerequisito testorequisito
    descrizionedelrequisito testodelrequisito eistekst eisomschrijving vereiste
    opis treść opiswymagania treśćwymagania wymaganie
    描述 要求描述 需求描述 控制描述 要求内容 控制要求 具体要求 说明 說明 详细描述 内容 要求 需求
    要件内容 要求事項 説明 詳細 本文 要件 要求仕様 요구사항설명 설명 내용 요구사항`),
  entityType: words("entitytype type kind typ tipo 类型 種類 タイプ 유형"),
  tags: words(`
    tags keywords labels schlagworte schlagworter stichworte motscles etiquetas etiquettes palavraschave parolechiave
    trefwoorden 标签 標籤 关键字 タグ 태그`),
  catalog: ["catalog", "catalogue", "katalog"]
}

/** What columns of a table hold where none is called by a surer name. The keys of objects mean more by such words. */
const late: Fields.Words<Field> = {
  uri: [],
  id: words(`
    no nr num nummer numero numer ziffer lfdnr laufendenummer lp item reference referenz referencia riferimento referentie
    req 序号 序號 項`),
  title: [],
  description: words(`
    control rule regel safeguard practice measure mesure medida misura maatregel policy criterion criteria objective contrôle
    controllo 控制 控制项 규칙`),
  entityType: [],
  tags: [],
  catalog: []
}

/** What is a title where no column is called one, because another holds the text. */
const lateTitles = words(
  "requirement control anforderung exigence requisito massnahme rule regel safeguard practice measure mesure topic eis " +
    "wymaganie 要求 需求 要件 要求事項 控制 控制项 요구사항"
)

/** The last word of a name that says what it holds, behind whose it is: `SCF #`, `Practice Title`, `controlText`. */
const endings = [
  ["id", /^(?:id|identifier|identifikator|nr|no|number|code)$|(?:nummer|kennung|编号|編號|番号)$/u],
  ["title", /^(?:title|name|titre|titulo|titolo|tytuł)$|(?:titel|bezeichnung|标题|名称)$/u],
  [
    "description",
    /^(?:description|requirement|statement|specification|text|exigence)$|(?:beschreibung|anforderung|text|描述|说明|説明|内容)$/u
  ]
] as const

/** What such a name is not about: what a requirement belongs to or refers to. */
const others =
  /parent|chapter|section|owner|author|user|group|famil|categor|domain|target|cwe|cve|capec|technique|catalog|version|revision|page|phone|sort|mapping|file|kapitel|abschnitt|kontext|context/iu

/** The last word of a name, without what stands in brackets: `number` of `SCF #`. */
export const lastWord = (name: string): string =>
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
