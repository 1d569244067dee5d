import { Title } from "../components/Title.tsx"

export default function Browse() {
  return (
    <>
      <Title text="Browse" />
      <h1>Browse</h1>
    </>
  )
}
