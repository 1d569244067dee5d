import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const root = join(import.meta.dirname, "..", "..")
const hasNix = spawnSync("nix-instantiate", ["--version"]).status === 0

// Evaluation only: nothing is built, because the real nixpkgs is not at hand.
describe.skipIf(!hasNix)("flake.nix, against a stub of nixpkgs (skipped where Nix is not installed)", () => {
  let folder = ""

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "crosswalk-flake-"))
    mkdirSync(join(folder, "project"))
    for (const file of ["flake.nix", "package.json"]) copyFileSync(join(root, file), join(folder, "project", file))
    cpSync(join(import.meta.dirname, "nixpkgs"), join(folder, "nixpkgs"), { recursive: true })
  })
  afterAll(() => {
    // What Nix copies into its store cannot be written.
    spawnSync("chmod", ["-R", "u+w", folder])
    rmSync(folder, { recursive: true, force: true })
  })

  const evaluate = (attribute: string): unknown =>
    JSON.parse(
      execFileSync(
        "nix",
        [
          ...["--extra-experimental-features", "nix-command flakes", "--store", join(folder, "store")],
          ...["eval", "--json", "--offline", "--no-write-lock-file"],
          ...["--override-input", "nixpkgs", `path:${join(folder, "nixpkgs")}`],
          `path:${join(folder, "project")}#${attribute}`
        ],
        { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, HOME: folder } }
      )
    )

  it("parses", () => {
    expect(spawnSync("nix-instantiate", ["--parse", join(root, "flake.nix")]).status).toBe(0)
  })

  it.each(["x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin"])(
    "offers its applications on %s",
    (system) => {
      expect(evaluate(`apps.${system}`)).toEqual({
        default: { type: "app", program: "crosswalk/bin/crosswalk" },
        test: { type: "app", program: "crosswalk-test/bin/crosswalk-test" },
        "test-external": { type: "app", program: "crosswalk-test-external/bin/crosswalk-test-external" }
      })
      expect(evaluate(`devShells.${system}.default.name`)).toBe("shell")
    }
  )

  it.each([
    ["default", "run build"],
    ["test", "npm run test --"],
    ["test-external", "npm run test:external --"]
  ])("%s is a shell script that puts the Node of nixpkgs before that of npm", (name, command) => {
    const text = evaluate(`packages.x86_64-linux.${name}.text`)
    expect(text).toContain(command)
    expect(text).toMatch(/ln -sf \/\S+-nodejs\/bin\/node node_modules\/\.bin\/node/)
    expect(text).toMatch(/LD_LIBRARY_PATH="\/\S+-gcc-lib\/lib/)
    expect(spawnSync("bash", ["-n"], { input: String(text) }).status).toBe(0)
  })
})
