import type { Calibration } from "./Calibration.ts"

/**
 * Fitted on the successors that OWASP names in ASVS 5.0.0 for the 278 requirements of ASVS 4.0.3: 228 have one or more, 50
 * have none. `npm run bench -- crosswalk` fits them again, says how good they are by cross-validation, and fails where what
 * it finds differs from these; `npm run bench -- pairs` does so for the hint.
 */
export const calibrationAsvs: Calibration = {
  set: "OWASP ASVS 4.0.3 → 5.0.0: 278 requirements, 228 with successors, by OWASP's own mapping",
  model: "b6c08b8f2e27cbc3",
  hint: { precision: { least: 0.56, greatest: 1 }, recall: { least: 0.09, greatest: 0.61 } },
  methods: {
    hybrid: {
      confidence: { intercept: -1.3698, weights: [3.7716, 2.4451, 1.2147] },
      none: { intercept: 4.3348, weights: [-4.843, -4.7052] },
      noneShare: 50 / 278,
      scale: { background: 0.1448, reach: 0.4338 }
    },
    semantic: {
      confidence: { intercept: -1.2088, weights: [4.2476, 3.5286, 0.9161] },
      none: { intercept: 4.7101, weights: [-6.3286, -1.5773] },
      noneShare: 50 / 278,
      scale: { background: 0.1927, reach: 0.5031 }
    },
    keyword: {
      confidence: { intercept: -1.6716, weights: [3.1232, 1.6111, 1.2443] },
      none: { intercept: 2.657, weights: [-4.132, -3.421] },
      noneShare: 50 / 278,
      scale: { background: 0.0968, reach: 0.3852 }
    }
  }
}
