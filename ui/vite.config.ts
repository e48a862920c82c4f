// How the window is built: one page, no inlined assets (the content security policy forbids data: URLs), no polyfills.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  // Tests mount components: without this condition Node would load Svelte's server build.
  ...(mode === "test" ? { resolve: { conditions: ["browser"] } } : {}),
  build: {
    // WebKitGTK 2.50 is the oldest engine the window runs on.
    target: "safari18.4",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    strictPort: true,
    // The guide is part of the window; a test looks through the command's sources, which are worded in the same files.
    fs: { allow: [".", "../docs/guide", ...(mode === "test" ? ["../src-tauri"] : [])] },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
}));
