import { createReadStream, watch } from "node:fs"
import { access, constants, mkdtemp, open, readdir, readlink, realpath, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { ByteSize, Cause, Effect, FileSystem, Layer, Option, Queue, Sink, Stdio, Stream } from "effect"
import { type PlatformError, systemError, type SystemErrorTag } from "effect/PlatformError"
import * as FileProblem from "../../domain/FileProblem.ts"

const tags: Readonly<Record<string, SystemErrorTag>> = {
  ENOENT: "NotFound",
  EACCES: "PermissionDenied",
  EPERM: "PermissionDenied",
  EISDIR: "BadResource",
  ENOTDIR: "BadResource"
}

const failed =
  (method: string, path: string) =>
  (cause: unknown): PlatformError => {
    const code = FileProblem.codeOf(cause) ?? ""
    const description = cause instanceof Error ? cause.message : String(cause)
    return systemError({
      _tag: tags[code] ?? "Unknown",
      module: "FileSystem",
      method,
      description,
      pathOrDescriptor: path,
      cause
    })
  }

const attempt = <A>(method: string, path: string, run: () => Promise<A>): Effect.Effect<A, PlatformError> =>
  Effect.tryPromise({ try: run, catch: failed(method, path) })

/** The bytes of a stream of Node. */
const fromReadable = (path: string, evaluate: () => Readable): Stream.Stream<Uint8Array, PlatformError> =>
  Stream.fromReadableStream({
    evaluate: () => Readable.toWeb(evaluate()) as ReadableStream<Uint8Array>,
    onError: failed("stream", path)
  })

const typeOf = (found: {
  readonly isFile: () => boolean
  readonly isDirectory: () => boolean
  readonly isSymbolicLink: () => boolean
  readonly isFIFO: () => boolean
}) =>
  found.isFile()
    ? "File"
    : found.isDirectory()
      ? "Directory"
      : found.isSymbolicLink()
        ? "SymbolicLink"
        : found.isFIFO()
          ? "FIFO"
          : "Unknown"

const entries = (path: string) =>
  Effect.map(
    attempt("readDirectory", path, () => readdir(path, { withFileTypes: true })),
    (found): ReadonlyArray<FileSystem.DirectoryEntry> =>
      found.map((entry) => ({ name: entry.name, type: typeOf(entry) }))
  )

const listed = FileSystem.make({
  ...FileSystem.makeNoop({}),
  access: (path) => attempt("access", path, () => access(path, constants.R_OK)),
  stat: (path) =>
    attempt("stat", path, () => stat(path, { bigint: true })).pipe(
      Effect.map((found) => ({
        type: typeOf(found),
        mtime: Option.some(found.mtime),
        atime: Option.some(found.atime),
        birthtime: Option.some(found.birthtime),
        dev: found.dev,
        ino: Option.some(found.ino),
        mode: Number(found.mode),
        nlink: Option.some(found.nlink),
        uid: Option.some(Number(found.uid)),
        gid: Option.some(Number(found.gid)),
        rdev: Option.some(found.rdev),
        size: ByteSize.bytes(found.size),
        blksize: Option.some(ByteSize.bytes(found.blksize)),
        blocks: Option.some(found.blocks)
      }))
    ),
  readDirectory: (path) => Effect.map(entries(path), (found) => found.map(({ name }) => name)),
  readDirectoryEntries: entries,
  readLink: (path) => attempt("readLink", path, () => readlink(path)),
  watch: (path, options) =>
    Stream.callback<FileSystem.WatchEvent, PlatformError>((queue) =>
      Effect.acquireRelease(
        Effect.try({
          try: () => {
            const watcher = watch(path, { recursive: options?.recursive ?? false }, (_, name) => {
              Queue.offerUnsafe(queue, { _tag: "Update", path: name ?? path })
            })
            watcher.on("error", (cause) => Queue.failCauseUnsafe(queue, Cause.fail(failed("watch", path)(cause))))
            return watcher
          },
          catch: failed("watch", path)
        }),
        (watcher) => Effect.sync(() => watcher.close())
      )
    ),
  realPath: (path) => attempt("realPath", path, () => realpath(path)),
  makeTempFileScoped: ({ prefix = "" } = {}) =>
    Effect.acquireRelease(
      attempt("makeTempFileScoped", tmpdir(), () => mkdtemp(join(tmpdir(), prefix))),
      (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
    ).pipe(Effect.map((folder) => join(folder, "copy")))
})

const fileSystem = FileSystem.FileSystem.of({
  ...listed,
  stream: (path) => fromReadable(path, () => createReadStream(path)),
  sink: (path) =>
    Sink.unwrap(
      Effect.map(
        Effect.acquireRelease(
          attempt("sink", path, () => open(path, "w")),
          (file) => Effect.promise(() => file.close())
        ),
        (file) => Sink.forEach((bytes: Uint8Array) => attempt("sink", path, () => writeFile(file, bytes)))
      )
    )
})

/**
 * What importing uses of files and standard input, on Node's own modules, so that a program needs no platform package.
 * What it does not use is not there.
 */
export const layer: Layer.Layer<FileSystem.FileSystem | Stdio.Stdio> = Layer.merge(
  Layer.succeed(FileSystem.FileSystem, fileSystem),
  Stdio.layerTest({ stdin: fromReadable("-", () => process.stdin) })
)
