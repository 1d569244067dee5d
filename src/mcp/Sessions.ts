/** How many sessions there are, and how long. */
export interface SessionLimits {
  /** How many a holder of a token has; with one more, the one that was idle longest ends. */
  readonly maxSessions: number
  /** How long one lives that is not used, in milliseconds. */
  readonly sessionIdle: number
}

interface Session {
  readonly holder: string
  usedAt: number
}

/** The sessions of a server, each of the holder of the token that began it. */
export interface Sessions {
  /** Whether a session is there and of this holder; it is in use now. */
  readonly use: (id: string, holder: string, now: number) => boolean
  /** One that began. Gives those that end for it. */
  readonly begin: (id: string, holder: string, now: number) => ReadonlyArray<string>
  readonly end: (id: string) => void
  /** Takes out those that nobody uses any more, and gives them. */
  readonly expire: (now: number) => ReadonlyArray<string>
}

export const make = ({ maxSessions, sessionIdle }: SessionLimits): Sessions => {
  // Those that were used last are the last.
  const sessions = new Map<string, Session>()
  const take = (ids: ReadonlyArray<string>): ReadonlyArray<string> => {
    for (const id of ids) sessions.delete(id)
    return ids
  }
  return {
    use: (id, holder, now) => {
      const session = sessions.get(id)
      if (session?.holder !== holder) return false
      sessions.delete(id)
      sessions.set(id, { holder, usedAt: now })
      return true
    },
    begin: (id, holder, now) => {
      sessions.set(id, { holder, usedAt: now })
      const own = [...sessions].filter(([, session]) => session.holder === holder).map(([id]) => id)
      return take(own.slice(0, Math.max(0, own.length - maxSessions)))
    },
    end: (id) => void sessions.delete(id),
    expire: (now) => {
      const old: Array<string> = []
      for (const [id, { usedAt }] of sessions) {
        if (now - usedAt <= sessionIdle) break
        old.push(id)
      }
      return take(old)
    }
  }
}
