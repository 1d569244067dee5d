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
      confidence: { intercept: -1.426, weights: [3.723, 2.293, 1.281] },
      none: { intercept: 4.126, weights: [-4.467, -5.299] },
      noneShare: 50 / 278,
      scale: { background: 0.1351, reach: 0.422 }
    },
    semantic: {
      confidence: { intercept: -1.215, weights: [4.32, 3.542, 0.9267] },
      none: { intercept: 4.722, weights: [-6.46, -1.421] },
      noneShare: 50 / 278,
      scale: { background: 0.1925, reach: 0.5033 }
    },
    keyword: {
      confidence: { intercept: -1.689, weights: [3.1423, 1.641, 1.262] },
      none: { intercept: 2.657, weights: [-4.132, -3.421] },
      noneShare: 50 / 278,
      scale: { background: 0.0968, reach: 0.3852 }
    }
  }
}
