/** How likely something is, which only orders: it was calibrated on other catalogs. Nothing likely is certain, nor impossible. */
export const Likely = (props: { readonly confidence: number }) => (
  <span class="faint small numbers" title="What to look at first; not a probability for these catalogs">
    order {Math.min(0.99, Math.max(0.01, props.confidence)).toFixed(2)}
  </span>
)
