import { describe, expect, it } from "vitest"
import { abbreviationsOf, formsOf, keyOf } from "../../src/domain/Abbreviation.ts"

const explained = (text: string) => abbreviationsOf(text).map(({ long, short }) => `${short}: ${long}`)

describe("what a text explains", () => {
  it.each([
    ["Use multi-factor authentication (MFA) for admins.", ["MFA: multi-factor authentication"]],
    ["MFA (multi-factor authentication) is required", ["MFA: multi-factor authentication"]],
    ["Verify that one-time passwords (OTPs) expire", ["OTP: one-time passwords"]],
    ["prevents XML eXternal Entity (XXE) attacks", ["XXE: XML eXternal Entity"]],
    ["A software bill\n of materials (SBOM, in CycloneDX) exists.", ["SBOM: software bill of materials"]],
    ["SQL injection (SQLi) and denial of service (DoS)", ["SQLi: SQL injection", "DoS: denial of service"]],
    ["identity providers (IdPs)", ["IdP: identity providers"]],
    ["in a sentence. Content security policy (CSP) is set", ["CSP: Content security policy"]]
  ])("%s", (text, expected) => {
    expect(explained(text)).toEqual(expected)
  })

  it.each([
    "passwords (or passphrases) are hashed",
    "all of it (see V2.1)",
    "cross-site scripting (XSS)",
    "two factors (2FA)",
    "keys (K) and TLS (1.2)",
    "an unfinished (MFA",
    "MFA is MFA (MFA)",
    "(MFA)",
    ""
  ])("nothing: %s", (text) => {
    expect(explained(text)).toEqual([])
  })

  it("takes time in proportion to the text, whatever is in it", () => {
    expect(explained("(".repeat(100_000) + "a(A".repeat(50_000) + " aa (AA) ".repeat(10))).toEqual([])
    expect(explained(`${"word ".repeat(100_000)}access control (AC)`)).toEqual(["AC: access control"])
  })
})

it("forms are alike whatever their case, hyphens and plural", () => {
  expect(keyOf("Multi-Factor Authentication")).toBe(keyOf("multifactor authentication"))
  expect(keyOf("access control policies")).toBe(keyOf("Access-Control Policy"))
  expect(keyOf("one-time passwords")).toBe(keyOf("One-time password"))
  expect(keyOf("access")).not.toBe(keyOf("acces"))
})

describe("what a query may hold", () => {
  const shorts = (query: string) => formsOf(query).shorts.map(({ key }) => key)
  const longs = (query: string) => formsOf(query).longs.map(({ key }) => key)

  it("is its words, and its runs of words, the longest first", () => {
    expect(shorts("MFA for IdPs")).toEqual(["mfa", "for", "idp"])
    expect(longs("bill of materials")).toEqual(["billofmaterial", "billof", "ofmaterial"])
    expect(formsOf("MFA and otps").shorts.map(({ isWritten }) => isWritten)).toEqual([true, false, false])
  })

  it("is nothing that stands in quotation marks, spans them, or is part of an identifier", () => {
    expect(shorts('"MFA" for “IdP admins”')).toEqual(["for"])
    expect(longs('access "and" control')).toEqual([])
    expect(shorts("AC-2")).toEqual(["ac2"])
  })

  it("is no short form that the query explains itself", () => {
    expect(shorts("Credential Service Providers (CSPs)")).toEqual(["credential", "service", "providers"])
  })

  it("is bounded", () => {
    const { longs, shorts } = formsOf("Some Words ".repeat(10_000))
    expect(shorts.length).toBeLessThanOrEqual(40)
    expect(longs.length).toBeLessThanOrEqual(280)
  })
})
