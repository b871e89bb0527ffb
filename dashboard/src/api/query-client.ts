import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./client";

/** What is known of the service; refusals are final, a service that does not answer is asked again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});
