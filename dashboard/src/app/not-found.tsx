import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { sessionQuery } from "../api/session";
import { Empty } from "../ui/feedback";
import { Page } from "../ui/page";
import { BareFrame, Frame } from "./shell";

/** An address that leads nowhere. */
export function NotFound() {
  const { data } = useQuery(sessionQuery);
  const Around = data ? Frame : BareFrame;
  return (
    <Around>
      <Page title="Not found">
        <Empty title="There is nothing at this address">
          <p>
            Perhaps it was mistyped, or what it showed is gone. <Link to="/">Back to the experiments</Link>
          </p>
        </Empty>
      </Page>
    </Around>
  );
}
