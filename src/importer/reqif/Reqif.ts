import { Effect, Result, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import type { Contents, Format, Head, Input, Item } from "../Importer.ts"
import { catalogFromName, checkCatalog, warning } from "../Items.ts"
import { catalogNamed, extensionOf } from "../Names.ts"
import { sourceOf } from "../Nodes.ts"
import { readBytes, withHead } from "../source/Bytes.ts"
import { readTree } from "../text/XmlTree.ts"
import { isZip, readDirectory, unpack } from "../xlsx/Zip.ts"
import { modelOf, type Reqif, type ReqifDocument, type Specification } from "./ReqifModel.ts"
import { nodesOf } from "./ReqifNodes.ts"

const hasRoot = ({ text }: Head): boolean => /^\s*</u.test(text) && /<(?:[\w.-]+:)?REQ-IF[\s>/]/u.test(text)

/** A ZIP archive with such a file in it, as far as its name and its beginning show. */
const isPacked = (head: Head): boolean =>
  isZip(head.bytes) && (extensionOf(head.name) === "reqifz" || /\.reqif/iu.test(head.text))

const documentOf = Effect.fnUntraced(function* (input: Contents, name: string | undefined) {
  const root = yield* readTree(input)
  if (root.name !== "REQ-IF") {
    const problem = `is no ReqIF: its root is ${JSON.stringify(root.name)}`
    return yield* new ImportError({ source: input.head.name, problem })
  }
  const document: ReqifDocument = {
    root,
    at: ({ line }) => (name === undefined ? `line ${line}` : `${name}, line ${line}`)
  }
  return document
})

/** The documents in an archive, and the names of its other files. */
const unpacked = Effect.fnUntraced(function* (input: Contents) {
  const source = input.head.name
  const bytes = yield* readBytes(input, "Export fewer specifications at a time")
  const directory = readDirectory(bytes)
  if (Result.isFailure(directory)) {
    return yield* new ImportError({ source, reason: "unsupported", problem: directory.failure })
  }
  const files = directory.success.filter(({ name }) => !/(?:^|\/)(?:__MACOSX\/|\.)|\/$/u.test(name))
  const wanted = files.filter(({ name }) => /\.reqif$/iu.test(name))
  if (wanted.length === 0) {
    const problem = `is an archive without a .reqif file in it; there are ${
      files
        .slice(0, 3)
        .map(({ name }) => name)
        .join(", ") || "none"
    }`
    return yield* new ImportError({ source, reason: "unsupported", problem })
  }
  const documents = yield* Effect.forEach(wanted, (entry) =>
    unpack(source, bytes, entry).pipe(
      Effect.flatMap((content) => Effect.scoped(withHead(source, Stream.succeed(content)))),
      Effect.flatMap((contents) => documentOf(contents, entry.name)),
      Effect.mapError(
        (error) =>
          new ImportError({
            source,
            at: error.at === entry.name ? error.at : [entry.name, error.at].filter(Boolean).join(", "),
            problem: error.problem,
            reason: error.reason,
            cause: error
          })
      )
    )
  )
  return { documents, others: files.filter((file) => !wanted.includes(file)).map(({ name }) => name) }
})

/** The specifications that are read: all, or the one that was asked for by its name. */
const chosen = (input: Input, { specifications }: Reqif): Effect.Effect<ReadonlyArray<Specification>, ImportError> => {
  const { path } = input.options
  const found = specifications.filter(({ id, name }) => path === undefined || path === name || path === id)
  if (found.length > 0 || path === undefined) return Effect.succeed(found)
  const names = specifications.map(({ id, name }) => name ?? id)
  const problem = `has no specification ${JSON.stringify(path)}; there are ${names.join(", ") || "none"}`
  return Effect.fail(
    new ImportError({ source: input.head.name, reason: "option", problem, remedy: setOption("path", names[0]) })
  )
}

const read = Effect.fnUntraced(function* (input: Input) {
  const source = input.head.name
  const { documents, others } = isZip(input.head.bytes)
    ? yield* unpacked(input)
    : { documents: [yield* documentOf(input, undefined)], others: [] }
  const model = modelOf(documents)
  const specifications = yield* chosen(input, model)
  const [only, another] = specifications
  const named = another === undefined && only?.name !== undefined ? catalogNamed(only.name, undefined) : ""
  const catalog =
    input.options.catalog ??
    (named === "" ? yield* catalogFromName(source) : yield* checkCatalog(source, named, "SPECIFICATION"))
  const isWhole = input.options.path === undefined
  const { nodes, unread, warnings } = nodesOf(source, { ...model, specifications }, isWhole)
  const remarks: ReadonlyArray<Item> = [
    ...(others.length === 0
      ? []
      : [warning(others[0] ?? "", `the other files in the archive, ${others.length} of them, are not read`)]),
    ...warnings.map(({ at, problem }) => warning(at, problem)),
    ...unread.map((item) => Result.succeed(item))
  ]
  const { items } = sourceOf(source, catalog, nodes)
  return { catalog, items: Stream.concat(Stream.fromIterable(remarks), items) }
})

/** Requirements that tools such as DOORS, Polarion and Jama exchange, in the tree of their specifications; read whole. */
export const format: Format = {
  name: "reqif",
  summary: "ReqIF, also packed (.reqifz)",
  detect: (head) => hasRoot(head) || isPacked(head),
  read
}
