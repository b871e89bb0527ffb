import { ActionIcon, Tooltip } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { guestToken } from "../api/client";
import { forgetSession, signOut, useSession } from "../api/session";
import { DocsIcon, ExperimentsIcon, ProjectsIcon, SignOutIcon, TeamIcon, UserIcon } from "../ui/icons";
import { Notices } from "../ui/notice";
import { address } from "./base";
import styles from "./shell.module.css";
import { ThemeSwitch } from "./theme-switch";

/** Around every page of who is signed in. */
export function Shell() {
  return (
    <Frame>
      <Outlet />
    </Frame>
  );
}

/** Where one can go, who one is, and what is shown there. */
export function Frame({ children }: { children: ReactNode }) {
  const session = useSession();
  const guest = guestToken() !== null || session.api_token.token_type === "guest";
  const who = guest ? "a shared link, to read" : (session.user?.email ?? session.user?.name ?? "a token");
  return (
    <div className={styles.shell}>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className={styles.bar}>
        <Link to="/" className={styles.brand}>
          <Mark />
          <span>optsvc</span>
        </Link>
        {!guest && (
          <nav className={styles.nav} aria-label="Main">
            <Place to="/experiments" icon={<ExperimentsIcon />} name="Experiments" />
            <Place to="/projects" icon={<ProjectsIcon />} name="Projects" />
            <Place to="/team" icon={<TeamIcon />} name="Team & tokens" />
          </nav>
        )}
        <div className={styles.end}>
          <a className={styles.place} href={address("docs")} target="_blank" rel="noreferrer">
            <DocsIcon />
            <span className={styles.placeName}>API docs</span>
          </a>
          <ThemeSwitch />
          {guest ? <span className={styles.who}>{who}</span> : <Profile who={who} />}
          <SignOut who={who} />
        </div>
      </header>
      <main id="content" className={styles.content} tabIndex={-1}>
        {children}
      </main>
      <Notices />
    </div>
  );
}

/** The same where it is not known who is there. */
export function BareFrame({ children }: { children: ReactNode }) {
  return (
    <div className={styles.shell}>
      <header className={styles.bar}>
        <Link to="/" className={styles.brand}>
          <Mark />
          <span>optsvc</span>
        </Link>
        <div className={styles.end}>
          <ThemeSwitch />
        </div>
      </header>
      <main className={styles.content}>{children}</main>
    </div>
  );
}

function Place({ to, icon, name }: { to: "/experiments" | "/projects" | "/team"; icon: ReactNode; name: string }) {
  return (
    <Link to={to} className={styles.place} activeProps={{ className: `${styles.place} ${styles.here}` }}>
      {icon}
      <span className={styles.placeName}>{name}</span>
    </Link>
  );
}

function Profile({ who }: { who: string }) {
  return (
    <Link
      to="/profile"
      className={styles.place}
      activeProps={{ className: `${styles.place} ${styles.here}` }}
      title="Profile"
    >
      <UserIcon />
      <span className={`${styles.placeName} ${styles.who}`}>{who}</span>
    </Link>
  );
}

function SignOut({ who }: { who: string }) {
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: signOut,
    onError: forgetSession,
    onSettled: () => navigate({ to: "/sign-in" }),
  });
  return (
    <Tooltip label={`Sign out (${who})`}>
      <ActionIcon variant="subtle" color="gray" aria-label="Sign out" onClick={() => leave.mutate()}>
        <SignOutIcon />
      </ActionIcon>
    </Tooltip>
  );
}

export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 32 32">
      <rect width="32" height="32" rx="8" fill="#1f6f8b" />
      <path d="M6 23c4 0 5-13 10-13s5 9 10 9" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
      <circle cx="16" cy="10" r="3.2" fill="#ffd166" />
    </svg>
  );
}
