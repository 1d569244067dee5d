import { assert, describe, it } from "@effect/vitest"
import { nameOf, otherThanEnglish } from "../../src/domain/Language.ts"

/** Three requirements each. */
const samples: Readonly<Record<string, ReadonlyArray<string>>> = {
  de: [
    "Passwörter werden mit einem langsamen Verfahren und einem Salt gespeichert.",
    "Die Anwendung muss alle Daten bei der Übertragung verschlüsseln.",
    "Zugriffe auf das System sind nach 15 Minuten ohne Eingabe zu sperren."
  ],
  fr: [
    "Les mots de passe sont conservés sous une forme qui ne permet pas de les retrouver.",
    "Limiter le nombre d'accès Internet de l'entreprise au strict nécessaire.",
    "Les données sont chiffrées pour tous les échanges sur le réseau."
  ],
  es: [
    "Las contraseñas se guardan con una función lenta y con sal.",
    "El sistema debe cifrar los datos que se envían por la red.",
    "Los usuarios no deben ser administradores de sus equipos."
  ],
  it: [
    "Le password sono conservate con una funzione lenta.",
    "Il sistema deve cifrare i dati della rete e dei dispositivi.",
    "Gli accessi degli utenti non sono mai condivisi con altri."
  ],
  nl: [
    "Wachtwoorden worden met een trage functie opgeslagen en zijn niet leesbaar.",
    "Het systeem moet de gegevens bij het verzenden versleutelen.",
    "Toegang wordt door een beheerder verleend en kan worden ingetrokken."
  ],
  pl: [
    "Hasła są przechowywane przy użyciu funkcji, która jest wolna.",
    "System musi szyfrować dane, które są wysyłane przez sieć oraz przechowywane.",
    "Dostęp nie może być dzielony przez użytkowników, jeśli nie jest to konieczne."
  ],
  sv: [
    "Lösenord ska lagras med en långsam funktion och får inte vara läsbara.",
    "Systemet ska kryptera data som skickas över nätet.",
    "Åtkomst ska ges av den som är ansvarig för systemet."
  ],
  ja: ["パスワードは安全に保存する。", "通信はすべて暗号化する。"],
  zh: ["密码必须安全存储。", "所有通信必须加密。"],
  "und-Cyrl": ["Пароли хранятся в защищённом виде.", "Все данные при передаче шифруются."]
}

const english: Readonly<Record<string, ReadonlyArray<string>>> = {
  sentences: ["Verify that passwords are stored with a slow, salted hash.", "Data is encrypted in transit."],
  titles: ["Access Control", "Password Security", "Session Management", "Media Protection", "Audit and Accountability"],
  code: [
    "const das = von(le, la)",
    "SELECT id FROM des WHERE os = 'de'",
    "git pull --rebase origin main",
    "npm i -D eld"
  ],
  "product names": [
    "Microsoft Entra ID",
    "El Capitan",
    "La Niña Dashboard",
    "Red Hat Enterprise Linux",
    "Das Keyboard"
  ],
  "abbreviations that other languages have as words": [
    "DES, 3DES and MIT licence",
    "DoS and DDoS",
    "OS and iOS",
    "SIE"
  ],
  "few words of another language": ["Zutritt", "Passwörter", "Backup"],
  identifiers: ["AC-2(5)", "CWE-79", "V6.2.1", "12345"],
  nothing: [""],
  "an English text that cites another": [
    "Verify that the message “Das Passwort ist nicht richtig” is shown to the users of the German application, and that " +
      "it does not tell which of the two fields was wrong."
  ]
}

describe("the language of texts", () => {
  for (const [language, texts] of Object.entries(samples)) {
    it(`is told: ${nameOf(language)}`, () => assert.strictEqual(otherThanEnglish(texts), language))
  }

  for (const [what, texts] of Object.entries(english)) {
    it(`is not called another than English: ${what}`, () => assert.isUndefined(otherThanEnglish(texts)))
  }

  it("has a name", () => {
    assert.deepStrictEqual(["de", "fr", "und-Cyrl"].map(nameOf), ["German", "French", "a language in Cyrillic script"])
  })

  it("is told from letters that are composed or not", () => {
    const texts = samples["de"]?.map((text) => text.normalize("NFD")) ?? []
    assert.strictEqual(otherThanEnglish(texts), "de")
  })
})
