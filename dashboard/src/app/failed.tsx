import { Button } from "@mantine/core";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { queryClient } from "../api/query-client";
import { Failure } from "../ui/feedback";
import { Page } from "../ui/page";
import { BareFrame } from "./shell";
import styles from "./shell.module.css";

interface Said {
  title: string;
  /** What may be done about it. */
  hint: string;
}

/** What went wrong, for people, by what the service answered; another error is one of the page's own. */
function said(error: unknown): Said {
  if (!(error instanceof ApiError)) {
    return {
      title: "This page has failed",
      hint: "That is a mistake in the dashboard, not in your data. Loading the page again may help; the API works all the same.",
    };
  }
  const { status } = error;
  if (status === 0) return { title: "No connection", hint: "As soon as the service answers again, try again." };
  if (status === 404)
    return { title: "Not found", hint: "It is not there, or it belongs to a team that you are not in." };
  if (status === 403) return { title: "Not allowed", hint: "Somebody who may administer the team can let you." };
  if (status === 429) return { title: "Too much at once", hint: "Wait a few seconds, and try again." };
  if (status >= 500)
    return {
      title: "The service has failed",
      hint: "What you have saved is safe. Whoever runs it finds more in its log.",
    };
  return { title: "That does not work", hint: "The address may be mistyped." };
}

/** A way to try again: what was refused is forgotten, and asked for once more. */
function useAgain(reset: () => void): () => Promise<void> {
  const router = useRouter();
  return async () => {
    queryClient.removeQueries({ predicate: (query) => query.state.status === "error" });
    await router.invalidate();
    reset();
  };
}

/** In place of a page that cannot be shown. */
export function FailedPage({ error, reset }: ErrorComponentProps) {
  const { title, hint } = said(error);
  const again = useAgain(reset);
  return (
    <Page title={title}>
      <Failure error={error} />
      <p>{hint}</p>
      <div className={styles.ways}>
        <Button size="xs" variant="default" onClick={again}>
          Try again
        </Button>
        <Link to="/experiments">Back to the experiments</Link>
      </div>
    </Page>
  );
}

/** In place of everything, where not even who is signed in could be found out. */
export function FailedScreen(props: ErrorComponentProps) {
  return (
    <BareFrame>
      <FailedPage {...props} />
    </BareFrame>
  );
}

/** In place of a part of a page, whose title stands above it. */
export function FailedPart({ error, reset }: ErrorComponentProps) {
  return <Failure error={error} retry={useAgain(reset)} />;
}
