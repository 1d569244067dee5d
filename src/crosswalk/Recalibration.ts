import type { Outcome } from "./Logistic.ts"

/**
 * A correction of probabilities p to `1 / (1 + exp(−(intercept + slope · logit p)))`: Cox's logistic recalibration
 * (D. R. Cox, Two further applications of a model for binary regression, Biometrika 45, 1958).
 */
export interface Recalibration {
  readonly intercept: number
  readonly slope: number
}

/** Changes no probability. */
export const identity: Recalibration = { intercept: 0, slope: 1 }

/** Below so many decisions nothing is corrected. */
export const leastDecisions = 25

/** Below so many decisions the slope is 1. */
const leastDecisionsForSlope = 50

/** What is believed before any decision: both are normal, of this mean and variance. */
const prior = { intercept: { mean: 0, variance: 1.5 ** 2 }, slope: { mean: 1, variance: 0.5 ** 2 } }

/** A slope below would hardly order any more, one above would make of every guess a certainty. */
const slopes = { least: 0.3, greatest: 1.5 }

/** Probabilities nearer to 0 or 1 are taken as this near: their logit would be without limit. */
const nearest = 1e-4

const maximumSteps = 100
const tolerance = 1e-9

const logistic = (z: number) => 1 / (1 + Math.exp(-z))

const logit = (probability: number) => {
  const p = Math.min(1 - nearest, Math.max(nearest, probability))
  return Math.log(p / (1 - p))
}

/** The corrected probability. Without a correction it is the same number. */
export const apply = ({ intercept, slope }: Recalibration, probability: number): number =>
  intercept === 0 && slope === 1 ? probability : logistic(intercept + slope * logit(probability))

interface Row {
  readonly x: number
  readonly isTrue: boolean
}

/** The logarithm of the posterior, but for a constant. */
const posterior = (rows: ReadonlyArray<Row>, { intercept, slope }: Recalibration) =>
  rows.reduce(
    (sum, { isTrue, x }) => sum - Math.log1p(Math.exp((isTrue ? -1 : 1) * (intercept + slope * x))),
    -((intercept - prior.intercept.mean) ** 2) / (2 * prior.intercept.variance) -
      (slope - prior.slope.mean) ** 2 / (2 * prior.slope.variance)
  )

/** The change of Newton's method. */
const newton = (rows: ReadonlyArray<Row>, { intercept, slope }: Recalibration, isSlopeFree: boolean) => {
  let gradientA = (prior.intercept.mean - intercept) / prior.intercept.variance
  let gradientB = (prior.slope.mean - slope) / prior.slope.variance
  let aa = 1 / prior.intercept.variance
  let ab = 0
  let bb = 1 / prior.slope.variance
  for (const { isTrue, x } of rows) {
    const p = logistic(intercept + slope * x)
    const error = (isTrue ? 1 : 0) - p
    const weight = p * (1 - p)
    gradientA += error
    gradientB += error * x
    aa += weight
    ab += weight * x
    bb += weight * x * x
  }
  if (!isSlopeFree) return { a: gradientA / aa, b: 0 }
  const determinant = aa * bb - ab * ab
  return { a: (bb * gradientA - ab * gradientB) / determinant, b: (aa * gradientB - ab * gradientA) / determinant }
}

/** The most probable correction from a start on; each step is halved until it is none to the worse. */
const climb = (rows: ReadonlyArray<Row>, start: Recalibration, isSlopeFree: boolean): Recalibration => {
  let at = start
  for (let step = 0; step < maximumSteps; step++) {
    const { a, b } = newton(rows, at, isSlopeFree)
    if (Math.abs(a) + Math.abs(b) < tolerance) break
    const before = posterior(rows, at)
    let next = { intercept: at.intercept + a, slope: at.slope + b }
    for (let share = 0.5; posterior(rows, next) < before && share > tolerance; share /= 2) {
      next = { intercept: at.intercept + share * a, slope: at.slope + share * b }
    }
    at = next
  }
  return at
}

/**
 * The most probable correction after decisions that were drawn at random (maximum a posteriori). The intercept is believed
 * to be N(0, 1.5²), the slope N(1, .5²) within .3 and 1.5; below 50 decisions the slope is 1, below 25 nothing is corrected.
 */
export const fit = (outcomes: ReadonlyArray<Outcome>): Recalibration => {
  if (outcomes.length < leastDecisions) return identity
  const rows = outcomes.map(({ isTrue, probability }) => ({ x: logit(probability), isTrue }))
  const isSlopeFree = outcomes.length >= leastDecisionsForSlope
  const best = climb(rows, identity, isSlopeFree)
  const slope = Math.min(slopes.greatest, Math.max(slopes.least, best.slope))
  // The posterior is concave: where its top lies outside of the limits, the best inside lies on the nearer one.
  return slope === best.slope ? best : climb(rows, { intercept: best.intercept, slope }, false)
}
