import { Result, Stream } from "effect"
import { ImportError } from "../domain/ImportError.ts"
import { Seen } from "./Seen.ts"

/** What an item is told apart from others by. */
export interface Told {
  readonly key: string
  readonly at: string
  /** What is there already where the key was there before. */
  readonly what: () => string
}

/** Turns every item that was there before into a failure that names where. Items that nothing is told of pass. */
export const refuse = <A, E>(
  source: string,
  items: Stream.Stream<Result.Result<A, ImportError>, E>,
  tell: (item: A) => Told | undefined
): Stream.Stream<Result.Result<A, ImportError>, E> =>
  items.pipe(
    Stream.mapAccum(
      () => new Seen(),
      (seen, item): [Seen, ReadonlyArray<Result.Result<A, ImportError>>] => {
        const told = Result.isFailure(item) ? undefined : tell(item.success)
        if (told === undefined) return [seen, [item]]
        const before = seen.add(told.key, told.at)
        if (before === undefined) return [seen, [item]]
        const problem = `${told.what()} is there already, at ${before}; the first one counts`
        return [seen, [Result.fail(new ImportError({ source, at: told.at, problem }))]]
      }
    )
  )
