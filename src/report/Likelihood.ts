/** A probability in words. Nothing that likeness proposes is certain, nor impossible, however it is rounded. */
export const likelihood = (probability: number): string => {
  const percent = Math.round(probability * 100)
  return percent >= 100 ? "more than 99 % likely" : percent <= 0 ? "less than 1 % likely" : `${percent} % likely`
}
