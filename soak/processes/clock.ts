/** Microseconds of the machine's steady clock, which is the same in every process. */
export const now = (): number => Number(process.hrtime.bigint() / 1000n)
