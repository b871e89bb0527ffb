import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { setGuestToken } from "../api/client";
import { queryClient } from "../api/query-client";
import { Waiting } from "../ui/feedback";

const route = getRouteApi("/shared/$experimentId");

/** A share link: its token, behind the `#`, is kept for this tab alone, beside any sign-in of this browser. */
export function SharedPage() {
  const { experimentId } = route.useParams();
  const router = useRouter();
  useEffect(() => {
    const token = window.location.hash.slice(1);
    if (token) {
      setGuestToken(token);
      queryClient.clear();
    }
    router.navigate({ to: "/experiments/$experimentId", params: { experimentId }, replace: true });
  }, [router, experimentId]);
  return <Waiting />;
}
