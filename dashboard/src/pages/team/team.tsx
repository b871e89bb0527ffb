import { Link, Outlet } from "@tanstack/react-router";
import { Page } from "../../ui/page";
import tabs from "../../ui/tabs.module.css";

const TABS = [
  ["/team", "Tokens"],
  ["/team/people", "People & teams"],
  ["/team/usage", "Usage"],
] as const;

/** What one's programs sign in with, who else is there, and who has made how much. */
export function TeamPage() {
  return (
    <Page title="Team & tokens">
      <nav className={tabs.tabs} aria-label="Team">
        {TABS.map(([to, name]) => (
          <Link
            key={to}
            to={to}
            className={tabs.tab}
            activeOptions={{ exact: true }}
            activeProps={{ className: `${tabs.tab} ${tabs.here}` }}
          >
            {name}
          </Link>
        ))}
      </nav>
      <Outlet />
    </Page>
  );
}
