/**
 * Words that nearly every text of a language has, and English has not: what stands in English texts too, in upper or lower
 * case, is left out, such as `die`, `des`, `dos`, `os`, `per` and single letters.
 */
const functionWords: Readonly<Record<string, string>> = {
  cs: "je že jsou být nebo jako při které který která pro podle musí není dle také tak jejich všech aby může ze od",
  da: "og af ikke skal som er være blive ved deres det denne fra eller der efter også mellem",
  de: "der das und ist nicht mit den von zu für dem sind werden wird sowie oder eine einer eines durch bei auf sollte sollten muss müssen im zur zum über nach dass auch aus kann nur alle wie vor",
  ca: "els amb una és són dels aquest aquesta perquè també més ha qualsevol pels han entre això",
  es: "el los las una para que por con del como más esta este sus debe deben ser está entre sobre al cuando sin",
  et: "ja ei ning või kui mis selle tema peab kes oma võib ka nende iga nii sest see",
  fi: "ja ei että tai ovat sekä myös joka jotka niiden sen kuin tulee voi voidaan mukaan kanssa tämä olla",
  fr: "le les la une du est et pour dans que qui par sur avec sont être ou pas doit doivent cette ces ses aux afin leur sans elle ce au",
  hr: "je za koji koja koje su ili na se ne da kao od biti mora sve svaka svatko ima pravo nije treba te što",
  hu: "az és hogy nem egy vagy kell csak meg minden ha mint ezek amely amelyek valamint szerint lehet",
  id: "yang dan dengan untuk dari dalam ini itu adalah tidak pada atau oleh dapat harus setiap akan sebagai",
  it: "il lo gli della delle dei degli del di che è sono con una non essere nel nella alla dalla deve devono come anche sia da dal",
  lt: "turi yra kad arba kaip jo būti teisę iš jų nuo ar kiekvienas tai negali su dėl bei",
  lv: "ir un vai ar kas tiesības katram nav jābūt par tikt kā viņa būt uz ka tiek",
  nl: "het een van voor met niet zijn worden wordt dat deze door bij moet moeten ook naar kan als aan om uit tot",
  no: "og av ikke skal som er være blir ved deres det denne fra eller der etter også mellom må",
  pl: "jest nie się że oraz lub przez przy dla jako są być które który która ich jeśli od po także może należy",
  pt: "um uma não para que por das ser ao pela pelo como mais são deve devem seu sua está entre quando sem na em",
  ro: "este sunt și sau pentru care din prin să nu cu trebuie fi către între acest această cele",
  sk: "je že sú byť alebo ako pri ktoré ktorý ktorá pre podľa musí nie tiež ich všetky aby môže zo od",
  sl: "je za ki na se ne da ali pri ima pravico so vsak kot mora biti njegove vse ter tudi",
  sv: "och att som är inte ska till med av den det ett för på eller vid kan från har vara bör måste så",
  tr: "ve bir bu için ile olarak olan veya daha gibi her tarafından ne kadar olmalıdır değil",
  vi: "và của các có được là cho không trong với một những người phải theo quyền mọi này"
}

/** Words that nearly every English text has, and no other language. */
const english =
  "the of and that be are with by from should must this these which it not have has shall when other than any their been use used using"

/** The writing systems that the Latin one is told from; the language where it is written by one alone. */
const scripts: ReadonlyArray<readonly [string, RegExp]> = [
  ["ja", /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ["zh", /\p{Script=Han}/gu],
  ["ko", /\p{Script=Hangul}/gu],
  ["el", /\p{Script=Greek}/gu],
  ["he", /\p{Script=Hebrew}/gu],
  ["th", /\p{Script=Thai}/gu],
  ["und-Arab", /\p{Script=Arabic}/gu],
  ["und-Cyrl", /\p{Script=Cyrillic}/gu],
  ["und-Deva", /\p{Script=Devanagari}/gu]
]

/** Fewer function words of a language say nothing. */
const fewest = 5

/** In texts of a language at least this share of the words are function words. */
const leastShare = 0.06

const letters = /\p{L}/gu
const words = /\p{L}+/gu

const languagesOf: ReadonlyMap<string, ReadonlyArray<string>> = (() => {
  const known = new Map<string, Array<string>>()
  for (const [language, list] of [...Object.entries(functionWords), ["en", english] as const]) {
    for (const word of list.split(" ")) known.set(word, [...(known.get(word) ?? []), language])
  }
  return known
})()

const displayNames = new Intl.DisplayNames(["en"], { type: "language" })
const scriptNames = new Intl.DisplayNames(["en"], { type: "script" })

/** What a language is called: `German`; `a language in Cyrillic script` where only that is known. */
export const nameOf = (language: string): string =>
  language.startsWith("und-")
    ? `a language in ${scriptNames.of(language.slice(4)) ?? "another"} script`
    : (displayNames.of(language) ?? language)

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

/**
 * The language that texts are mostly in, as a tag such as `de`, where it is surely not English; `und-Cyrl` where only the
 * script is known. `undefined` where they are English, or nothing is certain: names, code and numbers are of no language.
 * The time is linear in the texts.
 */
export const otherThanEnglish = (texts: ReadonlyArray<string>): string | undefined => {
  const text = texts.join("\n").normalize("NFC").toLowerCase()
  const all = count(text, letters)
  const foreign = scripts.map(([language, pattern]) => ({ language, letters: count(text, pattern) }))
  const most = foreign.reduce((sum, { letters }) => sum + letters, 0)
  if (most * 2 > all) {
    // Japanese has Han too, and seldom more than twice as much of it as Kana.
    const [kana, han] = foreign
    if (kana !== undefined && han !== undefined && kana.letters * 10 > han.letters && kana.letters > 0) {
      if (kana.letters + han.letters > most / 2) return "ja"
    }
    return foreign.toSorted((a, b) => b.letters - a.letters)[0]?.language
  }
  const hits = new Map<string, number>()
  let total = 0
  for (const [word] of text.matchAll(words)) {
    total++
    for (const language of languagesOf.get(word) ?? []) hits.set(language, (hits.get(language) ?? 0) + 1)
  }
  const ofEnglish = hits.get("en") ?? 0
  hits.delete("en")
  const [best] = [...hits].toSorted(([, a], [, b]) => b - a)
  if (best === undefined) return undefined
  const [language, found] = best
  return found >= fewest && found >= leastShare * total && found > ofEnglish ? language : undefined
}
