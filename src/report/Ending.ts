/** The ending of a file's name in small letters and without its point; blank where there is none. */
export const endingOf = (path: string): string => /\.([^.\\/]+)$/u.exec(path)?.[1]?.toLowerCase() ?? ""
