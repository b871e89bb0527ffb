import { useQuery } from "@tanstack/react-query";
import { userQuery } from "../api/team";

/** Somebody by name; by number until that is known, or if the reader may not know it. */
export function UserName({ id }: { id: string }) {
  const user = useQuery(userQuery(id));
  return <>{user.data?.name || user.data?.email || `user ${id}`}</>;
}
