import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

// `npm run dev` shows a service that runs at the address below with sources as they are edited.
const service = process.env.OPTSVC_URL ?? "http://127.0.0.1:8000";

const base: Plugin = {
  name: "base",
  apply: "serve", // built, the page gets it from the service
  transformIndexHtml: () => [{ tag: "base", attrs: { href: "/" }, injectTo: "head-prepend" }],
};

export default defineConfig({
  base: "./", // the server says where the page is, so it works behind any path
  plugins: [react(), base],
  build: {
    outDir: "../src/optsvc/dashboard/static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ["index.html", "docs.html"] },
    chunkSizeWarningLimit: 2000,
  },
  server: { proxy: { "/v1": service, "/docs": service, "/openapi.json": service } },
});
