import type { CatalogChanges } from "../domain/Change.ts"

/** What likelihoods in a diff are; nothing where it has none. */
export const likelihoodNote = ({ changes }: CatalogChanges): string | undefined =>
  changes.some(({ after, possible }) => possible.length > 0 || after.some(({ basis }) => basis === "suggestion"))
    ? "How likely something is only orders: that was calibrated on other catalogues than these."
    : undefined

/** A probability in words. Nothing that likeness proposes is certain, nor impossible, however it is rounded. */
export const likelihood = (probability: number): string => {
  const percent = Math.round(probability * 100)
  return percent >= 100 ? "more than 99 % likely" : percent <= 0 ? "less than 1 % likely" : `${percent} % likely`
}
