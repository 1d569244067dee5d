import { Confidence } from "../../components/Confidence.tsx"

/** How likely a change is, which only orders: it was calibrated on other catalogs. */
export const Likely = (props: { readonly confidence: number }) => (
  <Confidence value={props.confidence} is="order" isProposed />
)
