import { Link } from "@tanstack/react-router";
import { guestToken } from "../../api/client";
import type { RunOut } from "../../api/schema";
import { span } from "../../lib/times";
import { Panel } from "../../ui/page";
import { Ago, useNow } from "../../ui/time";
import { UserName } from "../../ui/user-name";
import styles from "./run.module.css";

/** When, by whom, with what, and what for. */
export function Facts({ run }: { run: RunOut }) {
  const now = useNow();
  return (
    <Panel>
      <dl className={styles.facts}>
        <dt>Begun</dt>
        <dd>
          <Ago time={run.created} />
        </dd>
        {run.completed !== null && (
          <>
            <dt>Ended</dt>
            <dd>
              <Ago time={run.completed} />
            </dd>
          </>
        )}
        <dt>{run.completed === null ? "Takes" : "Took"}</dt>
        <dd>{span((run.completed ?? now) - run.created)}</dd>
        {run.user !== null && guestToken() === null && (
          <>
            <dt>By</dt>
            <dd>
              <UserName id={run.user} />
            </dd>
          </>
        )}
        {run.model.type !== null && (
          <>
            <dt>Model</dt>
            <dd>{run.model.type}</dd>
          </>
        )}
        {run.source_code.hash !== null && (
          <>
            <dt>Version</dt>
            <dd>{run.source_code.hash}</dd>
          </>
        )}
        {run.experiment !== null && <OfExperiment run={run} experiment={run.experiment} />}
      </dl>
    </Panel>
  );
}

function OfExperiment({ run, experiment }: { run: RunOut; experiment: string }) {
  const params = { experimentId: experiment };
  return (
    <>
      <dt>Experiment</dt>
      <dd>
        <Link to="/experiments/$experimentId" params={params}>
          #{experiment}
        </Link>
        {run.suggestion !== null && <span className="dimmed">, suggestion {run.suggestion}</span>}
      </dd>
      {run.observation !== null && (
        <>
          <dt>Observation</dt>
          <dd>
            <Link to="/experiments/$experimentId/history" params={params} search={{ filter: `id=${run.observation}` }}>
              {run.observation}
            </Link>
          </dd>
        </>
      )}
    </>
  );
}
