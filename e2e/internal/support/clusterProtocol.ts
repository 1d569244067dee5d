/** What it tells. */
export type Told =
  | { readonly searches: number; readonly failure: string | undefined }
  | { readonly count: number }
  | { readonly decided: number; readonly step: number; readonly tries: number }
  | { readonly ended: string }
