import { randomOf } from "../domain/Random.ts"
/** A logistic regression: the probability is `1 / (1 + exp(−(intercept + Σ weightᵢ · featureᵢ)))`. */
export interface Logistic {
  readonly intercept: number
  readonly weights: ReadonlyArray<number>
}

/** A case whose answer is known. */
export interface Example {
  readonly features: ReadonlyArray<number>
  readonly isTrue: boolean
}

/** The probability that the model gives to a case. */
export const probability = (model: Logistic, features: ReadonlyArray<number>): number => {
  const z = features.reduce((sum, feature, i) => sum + feature * (model.weights[i] ?? 0), model.intercept)
  return 1 / (1 + Math.exp(-z))
}

const maximumSteps = 50
const tolerance = 1e-9

/**
 * Fits a logistic regression by Newton's method. Features are brought to mean 0 and variance 1 first; `ridge` is the weight
 * of the sum of squares of what multiplies them then (the intercept is free), against the sum of the log-likelihoods.
 */
export const fit = (examples: ReadonlyArray<Example>, options?: { readonly ridge?: number | undefined }): Logistic => {
  const ridge = options?.ridge ?? 1
  const size = examples[0]?.features.length ?? 0
  const means = Array.from({ length: size }, (_, k) => mean(examples.map(({ features }) => features[k]!)))
  const scales = means.map((m, k) => Math.sqrt(mean(examples.map(({ features }) => (features[k]! - m) ** 2))) || 1)
  const rows = examples.map(({ features, isTrue }) => ({
    x: [1, ...features.map((value, k) => (value - means[k]!) / scales[k]!)],
    y: isTrue ? 1 : 0
  }))
  let beta = Array.from({ length: size + 1 }, () => 0)
  for (let step = 0; step < maximumSteps; step++) {
    const gradient = beta.map((b, k) => (k === 0 ? 0 : -ridge * b))
    const hessian = beta.map((_, k) => beta.map((_, l) => (k === l ? (k === 0 ? 1e-9 : ridge) : 0)))
    for (const { x, y } of rows) {
      const p = 1 / (1 + Math.exp(-x.reduce((sum, value, k) => sum + value * beta[k]!, 0)))
      for (let k = 0; k <= size; k++) {
        gradient[k]! += (y - p) * x[k]!
        for (let l = 0; l <= size; l++) hessian[k]![l]! += p * (1 - p) * x[k]! * x[l]!
      }
    }
    const change = solve(hessian, gradient)
    beta = beta.map((b, k) => b + change[k]!)
    if (change.every((c) => Math.abs(c) < tolerance)) break
  }
  const weights = scales.map((scale, k) => beta[k + 1]! / scale)
  return { intercept: means.reduce((sum, m, k) => sum - m * weights[k]!, beta[0]!), weights }
}

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Solves a system whose matrix is symmetric and positive, by elimination. */
const solve = (matrix: ReadonlyArray<ReadonlyArray<number>>, right: ReadonlyArray<number>): ReadonlyArray<number> => {
  const rows = matrix.map((row, i) => [...row, right[i]!])
  rows.forEach((pivot, c) => {
    rows.forEach((row, r) => {
      const factor = r === c ? 0 : row[c]! / pivot[c]!
      if (factor !== 0) for (let k = c; k < row.length; k++) row[k]! -= factor * pivot[k]!
    })
  })
  return rows.map((row, i) => row.at(-1)! / row[i]!)
}

/** Numbers 0 … folds − 1, one for each group, evenly and always the same for a seed. */
export const folds = (groups: number, count: number, seed: number): ReadonlyArray<number> => {
  const random = randomOf(seed)
  const order = Array.from({ length: groups }, (_, i) => i)
  for (let i = groups - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const other = order[j]!
    order[j] = order[i]!
    order[i] = other
  }
  const fold = Array.from({ length: groups }, () => 0)
  order.forEach((group, i) => (fold[group] = i % count))
  return fold
}

/** A probability and what came true. */
export interface Outcome {
  readonly probability: number
  readonly isTrue: boolean
}

/**
 * The probabilities of examples, each by a model fitted without the examples of its group: the groups go evenly into
 * `count` folds, and each fold is judged by the others.
 */
export const crossValidate = (
  examples: ReadonlyArray<Example & { readonly group: number }>,
  options: { readonly folds: number; readonly seed: number; readonly ridge?: number | undefined }
): ReadonlyArray<Outcome> => {
  const groups = examples.reduce((most, { group }) => Math.max(most, group + 1), 0)
  const fold = folds(groups, options.folds, options.seed)
  const models = Array.from({ length: options.folds }, (_, k) =>
    fit(
      examples.filter(({ group }) => fold[group] !== k),
      options
    )
  )
  return examples.map(({ features, group, isTrue }) => ({
    probability: probability(models[fold[group]!]!, features),
    isTrue
  }))
}

/**
 * The expected calibration error: outcomes are put in `bins` of equal width by their probability; it is the mean distance
 * between a bin's mean probability and the share that came true, weighted by the bins' sizes.
 */
export const calibrationError = (outcomes: ReadonlyArray<Outcome>, bins = 10): number => {
  const sums = Array.from({ length: bins }, () => 0)
  for (const { isTrue, probability } of outcomes) {
    sums[Math.min(bins - 1, Math.floor(probability * bins))]! += probability - (isTrue ? 1 : 0)
  }
  return sums.reduce((total, sum) => total + Math.abs(sum), 0) / outcomes.length
}
