import type { Calibration } from "./Calibration.ts"

/**
 * Fitted on the successors that OWASP names in ASVS 5.0.0 for the 278 requirements of ASVS 4.0.3: 228 have one or more, 50
 * have none. `npm run bench -- crosswalk` fits them again, says how good they are by cross-validation, and fails where what
 * it finds differs from these.
 */
export const calibrationAsvs: Calibration = {
  set: "OWASP ASVS 4.0.3 → 5.0.0: 278 requirements, 228 with successors, by OWASP's own mapping",
  model: "b6c08b8f2e27cbc3",
  methods: {
    hybrid: {
      confidence: { intercept: -4.576, weights: [8.059, 7.146, 3.667, 0.8258] },
      none: { intercept: 7.251, weights: [-10.58, -12.56] },
      noneShare: 50 / 278
    },
    semantic: {
      confidence: { intercept: -3.549, weights: [3.98, 7.652, 5.597, 0.7437] },
      none: { intercept: 7.735, weights: [-12.83, -2.822] },
      noneShare: 50 / 278
    },
    keyword: {
      confidence: { intercept: -4.312, weights: [8.881, 6.483, 2.604, 0.5666] },
      none: { intercept: 4.555, weights: [-10.73, -8.881] },
      noneShare: 50 / 278
    }
  }
}
