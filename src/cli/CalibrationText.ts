import type { PairCalibration } from "../domain/PairCalibration.ts"
import { type Safe, safe } from "../report/Safe.ts"
import { sampleCommand } from "./Hint.ts"

/** How many references a sample has by default. */
const usualSize = 30

/** What the numbers of two catalogs are, for people. */
export const calibrationLine = (pair: PairCalibration): Safe => {
  const { decisions, from, isCalibrated, needed, right, to } = pair
  return isCalibrated
    ? safe`${from} → ${to}: confidences are calibrated on ${decisions} sampled decisions, of which ${right} said yes.`
    : safe`${from} → ${to}: the numbers are an order, not calibrated for these catalogues yet; review a sample of ${usualSize}: ${sampleCommand({ from, to, size: usualSize })}${
        decisions === 0 ? "" : safe` (${decisions} of at least ${needed} decisions so far)`
      }`
}

/** What is known of two catalogs as `--json` prints it. */
export const calibrationJson = (pair: PairCalibration) => ({ ...pair })
