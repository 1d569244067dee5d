import { NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import {
  confidenceExamples,
  type Fitted,
  noneExamples,
  noneThreshold,
  scaleOf,
  weightsOf
} from "../../src/crosswalk/Calibration.ts"
import { calibrationAsvs } from "../../src/crosswalk/CalibrationAsvs.ts"
import * as Candidates from "../../src/crosswalk/Candidates.ts"
import * as CatalogContent from "../../src/crosswalk/CatalogContent.ts"
import { CatalogDiff } from "../../src/crosswalk/CatalogDiff.ts"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import * as Logistic from "../../src/crosswalk/Logistic.ts"
import * as Similarity from "../../src/crosswalk/Similarity.ts"
import type { SuggestMethod } from "../../src/domain/SuggestOptions.ts"
import type { Suggestions } from "../../src/domain/Suggestion.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import type { CatalogChanges } from "../../src/domain/Change.ts"
import * as Store from "../../src/Store.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { type Answers, from, read, readAnswers, to } from "./asvs.ts"
import { randomOf } from "../../src/domain/Random.ts"

const seeds = [1, 2, 3, 4, 5]
const folds = 10

const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length
const share = (values: ReadonlyArray<boolean>) => mean(values.map(Number))

/** The chance that a true one has a higher probability than a false one. */
const auc = (outcomes: ReadonlyArray<Logistic.Outcome>) => {
  const trues = outcomes.filter(({ isTrue }) => isTrue)
  const falses = outcomes.filter(({ isTrue }) => !isTrue)
  return mean(
    trues.map((t) =>
      mean(falses.map((f) => (t.probability > f.probability ? 1 : t.probability === f.probability ? 0.5 : 0)))
    )
  )
}

/** The calibration error that probabilities would show on so few cases if every one of them were exactly right. */
const noise = (outcomes: ReadonlyArray<Logistic.Outcome>) => {
  const random = randomOf(1)
  return mean(
    Array.from({ length: 200 }, () =>
      Logistic.calibrationError(outcomes.map(({ probability }) => ({ probability, isTrue: random() < probability })))
    )
  )
}

/** What is said of one reference: its suggestions by confidence, and the probability that there is none. */
interface Said {
  readonly hasCounterpart: boolean
  readonly suggestions: ReadonlyArray<Logistic.Outcome>
  readonly none: number
}

const figuresOf = (said: ReadonlyArray<Said>) => {
  const answerable = said.filter(({ hasCounterpart }) => hasCounterpart)
  const firsts = said.flatMap(({ suggestions }) => suggestions.slice(0, 1))
  const ordered = firsts.toSorted((a, b) => b.probability - a.probability)
  const half = ordered.slice(0, Math.ceil(ordered.length / 2))
  const certain = firsts.filter(({ probability }) => probability >= 0.8)
  const none = said.filter(({ none }) => none >= noneThreshold)
  const noneOutcomes = said.map(({ hasCounterpart, none }) => ({ probability: none, isTrue: !hasCounterpart }))
  const all = said.flatMap(({ suggestions }) => suggestions.slice(0, 5))
  return {
    firstRight: share(answerable.map(({ suggestions }) => suggestions[0]?.isTrue ?? false)),
    firstFiveRight: share(answerable.map(({ suggestions }) => suggestions.slice(0, 5).some(({ isTrue }) => isTrue))),
    bestHalfRight: share(half.map(({ isTrue }) => isTrue)),
    atLeast80: certain.length / firsts.length,
    atLeast80Right: share(certain.map(({ isTrue }) => isTrue)),
    calibrationError: Logistic.calibrationError(all),
    calibrationErrorFirst: Logistic.calibrationError(firsts),
    calibrationErrorFirstNoise: noise(firsts),
    aucFirst: auc(firsts),
    nonePrecision: share(none.map(({ hasCounterpart }) => !hasCounterpart)),
    noneRecall: none.filter(({ hasCounterpart }) => !hasCounterpart).length / (said.length - answerable.length),
    noneAuc: auc(noneOutcomes),
    noneCalibrationError: Logistic.calibrationError(noneOutcomes)
  }
}
export type Figures = ReturnType<typeof figuresOf>

const average = (all: ReadonlyArray<Figures>): Figures => {
  const [first] = all
  if (first === undefined) throw new Error("nothing to average")
  return Object.fromEntries(
    Object.keys(first).map((key) => [key, mean(all.map((figures) => figures[key as keyof Figures]))])
  ) as Figures
}

/** Fits the parameters of one method, and judges them by cross-validation: fitted on some requirements, measured on others. */
const calibrate = Effect.fn(function* (answers: Answers, method: SuggestMethod) {
  const content = yield* CatalogContent.make
  const withVectors = method !== "keyword"
  const sources = yield* content.read({ catalog: from }, withVectors)
  const targets = yield* content.read({ catalog: to }, withVectors)
  const similarity = yield* Similarity.make(sources, targets, weightsOf[method])
  const found = yield* Candidates.find(similarity, {
    from: sources.references.length,
    to: targets.references.length,
    limit: 10
  })
  const successors = sources.references.map(({ uri }) => answers.get(uri)?.successors ?? new Set<string>())
  const isRight = (source: number, target: number) =>
    successors[source]?.has(targets.references[target]?.uri ?? "") ?? false
  const hasCounterpart = (source: number) => (successors[source]?.size ?? 0) > 0
  const scale = scaleOf(found)
  const candidates = confidenceExamples(found, scale, isRight)
  const references = noneExamples(found, scale, hasCounterpart)
  const fitted: Fitted = {
    confidence: Logistic.fit(candidates),
    none: Logistic.fit(references),
    noneShare: share(references.map(({ isTrue }) => isTrue)),
    scale
  }

  const validated = seeds.map((seed) => {
    const confidences = Logistic.crossValidate(candidates, { folds, seed })
    const nones = Logistic.crossValidate(references, { folds, seed })
    return figuresOf(
      found.map((one, group) => ({
        hasCounterpart: hasCounterpart(one.source),
        none: nones[group]?.probability ?? 0,
        suggestions: confidences
          .filter((_, i) => candidates[i]?.group === group)
          .slice(0, 5)
          .toSorted((a, b) => b.probability - a.probability)
      }))
    )
  })
  return { method, fitted, validated: average(validated) }
})

/** OWASP's label as kinds of change: GRAMMAR is modified, COVERED BY and MERGED TO are merged, other DELETED is deleted. */
const kindsOf = (label: string): ReadonlyArray<string> =>
  [
    ...(/GRAMMAR|MODIFIED/u.test(label) ? ["modified"] : []),
    ...(/MOVED/u.test(label) ? ["moved"] : []),
    ...(/SPLIT/u.test(label) ? ["split"] : []),
    ...(/COVERED BY|MERGED TO/u.test(label) ? ["merged"] : /DELETED/u.test(label) ? ["deleted"] : [])
  ].toSorted()

/** How many kinds equal OWASP's as sets; and where `moved` and `modified` both count as continued. */
const judgeDiff = (answers: Answers, { changes, totals }: CatalogChanges) => {
  const coarse = (kinds: ReadonlyArray<string>) =>
    ["split", "merged", "deleted"].find((kind) => kinds.includes(kind)) ?? "continued"
  const pairs = changes.flatMap(({ before, kinds }) =>
    before === undefined ? [] : [{ said: kinds.toSorted(), right: kindsOf(answers.get(before.uri)?.label ?? "") }]
  )
  const clear = pairs.filter(({ said }) => !said.includes("unclear"))
  const equal = (among: typeof pairs) => share(among.map(({ right, said }) => said.join() === right.join()))
  const equalButModified = (among: typeof pairs) =>
    share(among.map(({ right, said }) => coarse(said) === coarse(right)))
  return {
    equal: equal(pairs),
    equalButModified: equalButModified(pairs),
    unclear: pairs.length - clear.length,
    equalWhereClear: equal(clear),
    equalButModifiedWhereClear: equalButModified(clear),
    totals
  }
}

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const start = performance.now()
    const value = yield* effect
    return { value, seconds: (performance.now() - start) / 1000 }
  })

/** What suggest says, beside the answers. */
const saidOf = ({ references }: Suggestions, answers: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyArray<Said> =>
  references.map(({ noCounterpart, source, suggestions }) => {
    const right = answers.get(source.uri) ?? new Set()
    return {
      hasCounterpart: right.size > 0,
      none: noCounterpart,
      suggestions: suggestions.map(({ confidence, target }) => ({
        probability: confidence,
        isTrue: right.has(target.uri)
      }))
    }
  })

const program = Effect.fn(function* (folder: string) {
  const answers = readAnswers(folder)
  const embeddings = yield* EmbeddingRepository
  const crosswalk = yield* Crosswalk
  yield* read(folder)
  const embedding = yield* timed(embeddings.updateAllEmbeddings())
  const suggesting = yield* timed(crosswalk.suggest({ from, to }))
  const { references, calibration } = suggesting.value
  const successors = new Map(Array.from(answers, ([uri, { successors }]) => [uri, successors]))
  const product = figuresOf(saidOf(suggesting.value, successors))
  // The other way round: references that nothing was fitted on, though of the same catalogs.
  const predecessors = new Map<string, Set<string>>()
  for (const [uri, found] of successors) {
    for (const successor of found) predecessors.set(successor, (predecessors.get(successor) ?? new Set()).add(uri))
  }
  const reversed = yield* crosswalk.suggest({ from: to, to: from, store: false })
  const reverse = figuresOf(saidOf(reversed, predecessors))
  const methods = yield* Effect.forEach(["hybrid", "semantic", "keyword"] as const, (method) =>
    calibrate(answers, method)
  )
  const { model } = yield* CatalogContent.make
  const catalogDiff = yield* CatalogDiff
  const diffing = yield* timed(catalogDiff.diff({ before: from, after: to }))
  const alone = judgeDiff(answers, diffing.value)
  // The same where a person has accepted OWASP's pairs (without OWASP's labels).
  const relations = yield* RelationRepository
  yield* relations.saveMany(
    Array.from(answers, ([source, { successors }]) =>
      Array.from(successors, (target) => ({ sources: [source] as const, targets: [target] }))
    ).flat()
  )
  const decided = judgeDiff(answers, yield* catalogDiff.diff({ before: from, after: to, relations: "only" }))
  return {
    diff: { alone, decided, seconds: diffing.seconds },
    references: references.length,
    calibration: calibration.name,
    model: model.fingerprint,
    seconds: { embed: embedding.seconds, suggest: suggesting.seconds },
    stored: suggesting.value.stored,
    product,
    reverse,
    methods
  }
})
export type Quality = Effect.Success<ReturnType<typeof program>>

/** Everything about quality, from the files of the folder. */
export const measure = (folder: string) =>
  program(folder).pipe(Effect.provide([Store.layerLibsql(), NodeServices.layer]))

const goals: Partial<Record<keyof Figures, string>> = {
  firstRight: "≥ .78",
  firstFiveRight: "≥ .92",
  bestHalfRight: "≥ .95",
  calibrationError: "≤ .03",
  nonePrecision: "≥ .65",
  noneRecall: "≥ .5"
}

/** The methods whose parameters in the package are not what was fitted. */
export const outdated = ({ methods }: Quality): ReadonlyArray<string> =>
  methods.flatMap(({ fitted, method }) => {
    const numbers = ({ confidence, none, scale }: Fitted) => [
      ...[confidence, none].flatMap(({ intercept, weights }) => [intercept, ...weights]),
      scale.background,
      scale.reach
    ]
    const shipped = numbers(calibrationAsvs.methods[method])
    return numbers(fitted).some((value, i) => Math.abs(value - (shipped[i] ?? 0)) > 0.02) ? [method] : []
  })

export const render = ({ diff, methods, model, product, reverse, seconds, stored }: Quality): string => {
  const digits = (value: number) => value.toFixed(3).padStart(9)
  const names = Object.keys(product) as ReadonlyArray<keyof Figures>
  return [
    `ASVS 4.0.3 → 5.0.0, model ${model}: embedded in ${seconds.embed.toFixed(2)} s, suggested in ` +
      `${seconds.suggest.toFixed(2)} s (goal ≤ 1.5), ${stored?.saved ?? 0} relations stored`,
    `${"".padEnd(28)}${"goal".padEnd(8)}${["product", "reverse", ...methods.map(({ method }) => method)].map((name) => name.padStart(9)).join("")}`,
    ...names.map(
      (name) =>
        `${name.padEnd(28)}${(goals[name] ?? "").padEnd(8)}${digits(product[name])}${digits(reverse[name])}${methods.map(({ validated }) => digits(validated[name])).join("")}`
    ),
    "product: what suggest says, with the calibration of the package; reverse: from 5.0.0 to 4.0.3. The methods: cross-validated.",
    `diff in ${diff.seconds.toFixed(2)} s: kinds equal OWASP's in ${diff.alone.equal.toFixed(3)} (goal ≥ .7); ` +
      `${diff.alone.equalButModified.toFixed(3)} where moved and modified count alike; without the ${diff.alone.unclear} that are ` +
      `unclear ${diff.alone.equalWhereClear.toFixed(3)} and ${diff.alone.equalButModifiedWhereClear.toFixed(3)}`,
    `diff where OWASP's pairs are accepted relations: ${diff.decided.equal.toFixed(3)}; ` +
      `${diff.decided.equalButModified.toFixed(3)} where moved and modified count alike`,
    ...methods.map(({ fitted, method }) => `${method}: ${JSON.stringify(fitted)}`)
  ].join("\n")
}
