/** The ending of a file's name in small letters and without its point; blank where there is none, as in `asvs@5.0`. */
export const endingOf = (path: string): string => /\.([^.\\/]*\p{L}[^.\\/]*)$/u.exec(path)?.[1]?.toLowerCase() ?? ""
