import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Embedder } from "../../src/embedder/Embedder.ts"
import * as Transformers from "../../src/embedder/Transformers.ts"
import { bundled } from "../embedder/fixtures/modelFolder.ts"

const recipe = join(import.meta.dirname, "..", "..", "models", "train")
/** One that has what models/train/requirements.txt asks for. */
const python = process.env["CROSSWALK_PYTHON"] ?? "python3"
const hasTorch = spawnSync(python, ["-c", "import torch, transformers, onnx, safetensors"]).status === 0
/** The folder of the float weights that the bundled model was made from. */
const original = process.env["CROSSWALK_MINILM"]

const run = (file: string, ...args: ReadonlyArray<string>) =>
  execFileSync(python, [join(recipe, file), ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })

const vectors = (folder: string | undefined, texts: ReadonlyArray<string>) =>
  Effect.runPromise(
    Embedder.use(({ embedMany }) => embedMany(texts)).pipe(
      Effect.provide(Transformers.layer({ workers: 1, offline: true, folder }))
    )
  )

const texts = ["Passwords are hashed.", "Backups are encrypted.", "x"]
const weights = join("onnx", "model_quantized.onnx")

describe.skipIf(!hasTorch)(
  "models/train (skipped where Python lacks its requirements; CROSSWALK_PYTHON names one)",
  () => {
    let folder = ""
    const at = (name: string) => join(folder, name)

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "crosswalk-train-"))
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    it("trains the upper layers only, the same for the same seed, into a model of the same size that our embedder runs", async () => {
      // Weights by chance: what is tested is the way, not the gain.
      cpSync(bundled, at("base"), { recursive: true })
      const model = `BertModel(BertConfig.from_pretrained(${JSON.stringify(at("base"))}), add_pooling_layer=False)`
      const make = `import torch; from transformers import BertConfig, BertModel; torch.manual_seed(1); ${model}.save_pretrained(${JSON.stringify(at("base"))})`
      execFileSync(python, ["-c", make], { stdio: "pipe" })
      const rows = ["a", "b", "c", "d"].map((word) => ({
        source: "made (Apache-2.0)",
        left: word,
        right: `${word} ${word}`
      }))
      rows.push({ source: "others (CC BY-SA 4.0)", left: "e", right: "not taken" })
      writeFileSync(at("pairs.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"))

      const train = (out: string, seed: number) =>
        run(
          "train.py",
          ...["--base", at("base"), "--pairs", at("pairs.jsonl"), "--without", "CC BY-SA", "--seed", `${seed}`],
          ...["--out", at(out)]
        )
      expect(train("one.safetensors", 1)).toMatch(/^4 pairs, seed 1\nstep 1\/1 loss \d/u)
      train("again.safetensors", 1)
      expect(readFileSync(at("again.safetensors")).equals(readFileSync(at("one.safetensors")))).toBe(true)
      const changed = `import sys; from safetensors.numpy import load_file; a, b = map(load_file, sys.argv[1:]); print(*sorted({".".join(n.split(".")[:3]) for n in b if (a[n] != b[n]).any()}))`
      const layers = execFileSync(
        python,
        ["-c", changed, join(at("base"), "model.safetensors"), at("one.safetensors")],
        {
          encoding: "utf8"
        }
      )
      expect(layers.trim()).toBe("encoder.layer.3 encoder.layer.4 encoder.layer.5")

      run(
        "quantise.py",
        ...["--bundled", bundled, "--weights", at("one.safetensors"), "--name", "test/tuned", "--out", at("tuned")]
      )
      const size = (path: string) => statSync(join(path, weights)).size
      expect(Math.abs(size(at("tuned")) - size(bundled))).toBeLessThan(1000)
      expect(await Effect.runPromise(Transformers.inspect({ folder: at("tuned") }))).toMatchObject({
        model: { id: "test/tuned", dimensions: 384 }
      })
      expect(await vectors(at("tuned"), texts)).toHaveLength(texts.length)
    }, 300_000)

    it("names the line of a pair that is none", () => {
      writeFileSync(at("bad.jsonl"), '{"source": "s", "left": "a", "right": "b"}\n{"source": "s", "left": "a"}\n')
      const args = ["--base", bundled, "--pairs", at("bad.jsonl"), "--seed", "1", "--out", at("none")]
      const { status, stderr } = spawnSync(python, [join(recipe, "train.py"), ...args], { encoding: "utf8" })
      expect(status).toBe(1)
      expect(stderr).toContain("bad.jsonl, line 2: left, right and source must be texts")
    })

    it.skipIf(original === undefined)(
      "makes the bundled model of the original's weights (skipped without CROSSWALK_MINILM)",
      async () => {
        const source = join(original ?? "", "model.safetensors")
        run("quantise.py", "--bundled", bundled, "--weights", source, "--name", "test/same", "--out", at("same"))
        expect(await vectors(at("same"), texts)).toEqual(await vectors(undefined, texts))
      },
      300_000
    )
  }
)
