/** The oldest Node that runs this package, as package.json says too. */
const least = [22, 19] as const

/** What is wrong with a version of Node, as a sentence. */
export const nodeProblem = (version = process.versions.node): string | undefined => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  const isEnough = major > least[0] || (major === least[0] && minor >= least[1])
  return isEnough ? undefined : `Crosswalk needs Node ${least.join(".")} or newer; this is Node ${version}.`
}
