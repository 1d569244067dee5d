/** What stands where a secret was. */
export const redacted = "<redacted>"

const secretName =
  /token|secret|passw(or)?d|passphrase|api_?-?key|encryption_?-?key|credential|authorization|signature/iu

/** Whether a field, a parameter or a variable of this name holds a secret. */
export const isSecretName = (name: string): boolean => secretName.test(name)

const patterns: ReadonlyArray<readonly [RegExp, string]> = [
  // A user's name and password in a URL, also where the password has a slash, where all of it is percent-encoded, and where
  // it was taken for a path, whose slashes are made one.
  [/(\b[a-z][a-z0-9+.-]{1,20}:[\\/]{1,2})[^\s/?#"'<>]{0,400}@/giu, `$1${redacted}@`],
  [/(\b[a-z][a-z0-9+.-]{1,20}:[\\/]{1,2})[^\s/?#@"'<>:]{0,400}:(?!\d+[/?#])[^\s"'<>]{0,400}@/giu, `$1${redacted}@`],
  [/(\b[a-z][a-z0-9+.-]{1,20}%3A%2F%2F)(?:(?!%40|%2F)[^\s"'<>]){0,400}%40/giu, `$1${redacted}%40`],
  // Parameters of a query, and of a form.
  [
    /((?:[?&;#\s]|%3F|%26|^)(?:[\w.-]|%5F|%2D){0,40}?(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|credential|signature|authorization|\bsig|\bkey|\bauth|\bpwd)(?:=|%3D))(?:(?!%26)[^\s&#"'<>])+/giu,
    `$1${redacted}`
  ],
  // Fields of JSON, also of JSON inside of a text.
  [
    /(\\?"[\w.-]{0,40}?(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|credential|authorization)\\?"\s{0,9}:\s{0,9}\\?")(?:(?!\\?")[\s\S]){1,4000}/giu,
    `$1${redacted}`
  ],
  // Headers; a value that no header may have is quoted whole in the sentence that says so.
  [/(["'`](?:Bearer|Basic|Token) )[\s\S]{0,4000}?(["'`] is an invalid header value)/gu, `$1${redacted}$2`],
  [/\b(Bearer|Basic|Token)([\s:]{1,4})[\w.~+/=-]{20,}/giu, `$1$2${redacted}`],
  // Tokens that are known by their form: JWT, and those of hubs and providers.
  [/\beyJ[\w-]{4,}(?:\.[\w-]*){1,2}/gu, redacted],
  [/\b(?:hf|sk|ghp|gho|github_pat|glpat|xox[abp])[-_][\w-]{10,}/gu, redacted]
]

/**
 * A text in which the secrets that can be told by their form are not shown: passwords in URLs, parameters such as
 * `authToken=`, headers, and tokens of known forms. `known` are secrets that are not shown however they look, also where
 * they are percent-encoded.
 */
export const redact = (text: string, known: ReadonlyArray<string> = []): string => {
  let shown = text
  for (const secret of known) {
    // Of a secret with line breaks each line is one.
    for (const part of [secret, ...secret.split(/\s+/u)]) {
      if (part.trim().length < 4) continue
      for (const form of [part, encodeURIComponent(part.toWellFormed()), JSON.stringify(part).slice(1, -1)]) {
        shown = shown.replaceAll(form, redacted)
      }
    }
  }
  for (const [pattern, instead] of patterns) shown = shown.replace(pattern, instead)
  return shown
}
