import { fileURLToPath } from "node:url"
import { defineConfig } from "vite"
import solid from "vite-plugin-solid"

const here = fileURLToPath(new URL(".", import.meta.url))

/** The page: built by `npm run build`; `npm run web` serves it from the sources, beside a `crosswalk serve`. */
export default defineConfig({
  root: here,
  base: "/",
  publicDir: false,
  logLevel: "warn",
  plugins: [solid()],
  build: {
    outDir: fileURLToPath(new URL("../../dist/web", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    // The policy of the server allows files only, nothing inside of another.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } }
  },
  server: {
    // The server refuses pages of others; the development server is one.
    proxy: Object.fromEntries(
      ["/api", "/openapi.json", "/docs", "/health", "/ready"].map((path) => [
        path,
        {
          target: "http://127.0.0.1:7430",
          changeOrigin: true,
          configure: (proxy) => proxy.on("proxyReq", (request) => request.removeHeader("origin"))
        }
      ])
    )
  }
})
