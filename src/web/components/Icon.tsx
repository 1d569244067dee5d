import type { JSX } from "solid-js"

const shapes = {
  brand: () => (
    <>
      <rect x="2" y="2" width="20" height="20" rx="5" fill="var(--accent)" stroke="none" />
      <path
        d="M6.5 7.5h3.5M6.5 12h3.5M6.5 16.5h3.5M14 7.5h3.5M14 12h3.5M14 16.5h3.5"
        stroke="var(--accent-ink)"
        opacity="0.6"
      />
      <path d="m10 7.5 4 4.5-4 4.5" stroke="var(--accent-ink)" />
    </>
  ),
  search: () => (
    <>
      <circle cx="10.5" cy="10.5" r="6" />
      <path d="m15 15 5 5" />
    </>
  ),
  system: () => (
    <>
      <rect x="3" y="4.5" width="18" height="12" rx="2" />
      <path d="M9 20h6M12 16.5V20" />
    </>
  ),
  light: () => (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4" />
    </>
  ),
  dark: () => <path d="M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7Z" />,
  out: () => (
    <path d="M9 6H6.5A1.5 1.5 0 0 0 5 7.5v10A1.5 1.5 0 0 0 6.5 19h10a1.5 1.5 0 0 0 1.5-1.5V15M13 5h6v6M19 5l-9 9" />
  ),
  next: () => <path d="m9 5 7 7-7 7" />
} satisfies Readonly<Record<string, () => JSX.Element>>

/** A drawing beside words that say the same; it is not read out. */
export const Icon = (props: { readonly name: keyof typeof shapes }) => (
  <svg
    viewBox="0 0 24 24"
    width="20"
    height="20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    {shapes[props.name]()}
  </svg>
)
