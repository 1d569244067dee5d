import type { DatabaseError } from "./DatabaseError.ts"

/** What a system refuses with a file. */
export interface FileProblem {
  /** For people, in lower case, such as `the disk is full`. */
  readonly says: string
  readonly reason: Extract<DatabaseError["reason"], "full" | "readonly" | "unknown">
}

const notPermitted: FileProblem = { says: "that is not permitted", reason: "readonly" }

const known: Readonly<Record<string, FileProblem>> = {
  EACCES: notPermitted,
  EDQUOT: { says: "the disk quota is used up", reason: "full" },
  EFBIG: { says: "it would be larger than files may be", reason: "full" },
  EISDIR: { says: "it is a folder", reason: "unknown" },
  ELOOP: { says: "its links lead round in a circle", reason: "unknown" },
  EMFILE: { says: "this process has as many files open as it may", reason: "unknown" },
  ENAMETOOLONG: { says: "its name is longer than names may be", reason: "unknown" },
  ENFILE: { says: "the system has as many files open as it can", reason: "unknown" },
  ENOENT: { says: "there is no such folder", reason: "unknown" },
  ENOSPC: { says: "the disk is full", reason: "full" },
  ENOTDIR: { says: "it lies below what is no folder", reason: "unknown" },
  EPERM: notPermitted,
  EROFS: { says: "the file system is read-only", reason: "readonly" }
}

/** The code of what a system says, such as `ENOSPC`; undefined where it says none. */
export const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause ? String(cause.code) : undefined

/** Why a file cannot be written, by the error of the call that failed, or by its code. Pure. */
export const of = (cause: unknown): FileProblem =>
  known[typeof cause === "string" ? cause : (codeOf(cause) ?? "")] ?? {
    says: cause instanceof Error ? cause.message : String(cause),
    reason: "unknown"
  }
