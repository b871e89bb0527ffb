import { Link, Outlet } from "@tanstack/react-router";
import { Page } from "../../ui/page";
import { TAB, Tabs } from "../../ui/tabs";

const TABS = [
  ["/team", "Tokens"],
  ["/team/people", "People & teams"],
  ["/team/usage", "Usage"],
] as const;

/** What one's programs sign in with, who else is there, and who has made how much. */
export function TeamPage() {
  return (
    <Page title="Team & tokens">
      <Tabs label="Team">
        {TABS.map(([to, name]) => (
          <Link key={to} to={to} {...TAB}>
            {name}
          </Link>
        ))}
      </Tabs>
      <Outlet />
    </Page>
  );
}
