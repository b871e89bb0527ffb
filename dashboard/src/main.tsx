import "./app/styles";
import { createTheme, MantineProvider, Modal, Tooltip } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import { queryClient } from "./api/query-client";
import { router } from "./app/router";

const theme = createTheme({
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // Locking the scroll would write a <style> into the page, which its policy forbids.
    Modal: Modal.extend({
      defaultProps: {
        lockScroll: false,
        centered: true,
        closeButtonProps: { "aria-label": "Close" },
        attributes: { header: { role: "presentation" } }, // a dialog's is not the page's
      },
    }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, multiline: true, maw: 360 } }),
  },
});

// The service was updated while this tab was open: parts of the page that were not loaded yet are gone.
window.addEventListener("vite:preloadError", () => window.location.reload());

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");
createRoot(root, {
  onCaughtError: (error) => {
    if (!(error instanceof ApiError)) console.error(error); // a refusal is shown in its place, which is enough
  },
}).render(
  <StrictMode>
    {/* All variables and classes stand in style sheets of ours: nothing is written into the page at run time. */}
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
