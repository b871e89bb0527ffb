import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { TokenOut } from "../../api/schema";
import { type Session, useMayWrite } from "../../api/session";
import { isWhole, tokensQuery } from "../../api/tokens";
import { address } from "../../app/base";
import { moment } from "../../lib/times";
import { Code } from "../../ui/code";
import table from "../../ui/data-table.module.css";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import { Panel } from "../../ui/page";
import { useNow } from "../../ui/time";
import { ShareAnExperiment } from "./share-form";
import styles from "./team.module.css";
import { TokenActions } from "./token-actions";

export const KINDS: Record<TokenOut["token_type"], string> = {
  "client-api": "for programs",
  "client-dev": "for development",
  guest: "share link",
  user: "sign-in",
};

/** What one's programs sign in with, and what one has shared. */
export function Tokens({ session }: { session: Session }) {
  const tokens = useQuery(tokensQuery(session.user === null ? null : (session.client?.id ?? null)));
  const mayWrite = useMayWrite();
  if (session.client === null || session.user === null) {
    return (
      <Empty title="No tokens of your own">
        <p>Tokens belong to a user in a team; you are signed in with a token that has none.</p>
      </Empty>
    );
  }
  if (tokens.isPending) return <Waiting what="Loading tokens" />;
  if (tokens.isError) return <Failure error={tokens.error} retry={tokens.refetch} />;
  return (
    <Panel
      title={`Your tokens in ${session.client.name}`}
      actions={mayWrite && <ShareAnExperiment session={session} />}
    >
      {tokens.data.filter(isWhole).map((token) => (
        <Secret key={token.id} token={token} />
      ))}
      <div className={table.frame}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">Token</th>
              <th scope="col">Kind</th>
              <th scope="col">Reaches</th>
              <th scope="col">Ends</th>
              {mayWrite && <th scope="col">Change</th>}
            </tr>
          </thead>
          <tbody>
            {tokens.data.map((token) => (
              <tr key={token.id}>
                <td>
                  {token.name} <code>…{token.token.slice(-4)}</code>{" "}
                  {token.id === session.api_token.id && <span className="dimmed">(this sign-in)</span>}
                </td>
                <td>{KINDS[token.token_type]}</td>
                <td>
                  <Reach token={token} />
                  {token.permissions === "read" && <span className="dimmed">, to read</span>}
                </td>
                <td className="dimmed">
                  <Ends token={token} />
                </td>
                {mayWrite && (
                  <td>
                    <TokenActions token={token} own={token.id === session.api_token.id} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.hint}>
        A token is the user name of every request: <code>curl -u TOKEN: …</code>. Lost one? <em>Rotate</em> it. More for
        programs, also such as only read or end by themselves, are made by whoever runs the service:{" "}
        <code>
          optsvc admin create-token NAME --client {session.client.id} --user {session.user.id}
        </code>
        .
      </p>
    </Panel>
  );
}

/** A secret that the service has just told. */
function Secret({ token }: { token: TokenOut }) {
  const link = token.experiment !== null && token.token_type === "guest";
  return (
    <div className={styles.made}>
      <p>
        {link
          ? `Whoever has this link sees experiment #${token.experiment} and can change nothing.`
          : `The new token ${KINDS[token.token_type]}, “${token.name}”.`}{" "}
        <strong>It is shown only this once.</strong>
      </p>
      <Code label={link ? "Share link" : `New token ${KINDS[token.token_type]}`}>
        {link ? address(`shared/${token.experiment}#${token.token}`) : token.token}
      </Code>
    </div>
  );
}

function Reach({ token }: { token: TokenOut }) {
  if (token.experiment !== null) {
    return (
      <Link to="/experiments/$experimentId" params={{ experimentId: token.experiment }}>
        experiment #{token.experiment}
      </Link>
    );
  }
  return token.training_run === null ? "everything of the team" : `run #${token.training_run}`;
}

function Ends({ token }: { token: TokenOut }) {
  const now = useNow();
  if (token.expires === null) return "never";
  return token.expires <= now ? <span className={styles.ended}>has ended</span> : moment(token.expires);
}
