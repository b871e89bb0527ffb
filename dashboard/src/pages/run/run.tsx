import { ActionIcon, Tooltip, useComputedColorScheme } from "@mantine/core";
import { useMutation, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { guestToken } from "../../api/client";
import { checkpointsQuery } from "../../api/run-plots";
import { refreshRuns, runQuery, updateRun } from "../../api/runs";
import type { RunOut } from "../../api/schema";
import { useMayWrite } from "../../api/session";
import { tagsQuery } from "../../api/tags";
import { uncertain } from "../../lib/numbers";
import { sourcesOf } from "../../lib/run-sources";
import { Code } from "../../ui/code";
import { Values } from "../../ui/values";
import { StarIcon } from "../../ui/icons";
import { notify } from "../../ui/notice";
import { Page, Panel } from "../../ui/page";
import { RunPlotPanel } from "../../ui/run-plot";
import { RunState } from "../../ui/run-state";
import { Tags } from "../../ui/tags";
import { ArchiveButton, TagButton } from "./actions";
import { Facts } from "./facts";
import { Files } from "./files";
import { FeatureImportances } from "./feature-importances";
import styles from "./run.module.css";

const route = getRouteApi("/signed-in/runs/$runId");

/** One run: what it was given, what it measured, and what it left behind. */
export function RunPage() {
  const { runId } = route.useParams();
  const run = useSuspenseQuery(runQuery(runId)).data;
  return (
    <Page title={run.name} above={<Way run={run} />} actions={<Actions run={run} />}>
      <div className={styles.columns}>
        <div>
          <Metrics run={run} />
          <OnItsWay run={run} />
          <Parameters run={run} />
          <FeatureImportances run={run} />
          <Texts run={run} />
        </div>
        <div>
          <Facts run={run} />
          <Noted run={run} />
          <Datasets run={run} />
          <Files run={run} />
        </div>
      </div>
    </Page>
  );
}

function Way({ run }: { run: RunOut }) {
  if (guestToken() !== null) return <>Run #{run.id}</>;
  const params = { clientId: run.client, projectId: run.project };
  return (
    <>
      <Link to="/projects">Projects</Link> /{" "}
      <Link to="/projects/$clientId/$projectId" params={params}>
        {run.project}
      </Link>{" "}
      /{" "}
      <Link to="/projects/$clientId/$projectId/runs" params={params}>
        Runs
      </Link>{" "}
      / #{run.id}
    </>
  );
}

function Actions({ run }: { run: RunOut }) {
  const mayWrite = useMayWrite();
  const tags = useQuery({ ...tagsQuery(run.client), enabled: guestToken() === null });
  const known = tags.data?.data ?? [];
  return (
    <div className={styles.actions}>
      <Tags ids={run.tags} tags={known} />
      <RunState run={run} />
      {mayWrite && (
        <>
          <Star run={run} />
          <TagButton client={run.client} runs={[run]} tags={known} />
          <ArchiveButton runs={[run]} />
        </>
      )}
    </div>
  );
}

function Star({ run }: { run: RunOut }) {
  const change = useMutation({
    mutationFn: () => updateRun(run.id, { favorite: !run.favorite }),
    onSuccess: refreshRuns,
    onError: (error) => notify({ text: error.message }),
  });
  const label = run.favorite ? "Take the star off" : "Mark by a star";
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color={run.favorite ? "yellow" : "gray"}
        aria-label={label}
        loading={change.isPending}
        onClick={() => change.mutate()}
      >
        <StarIcon size={17} filled={run.favorite} />
      </ActionIcon>
    </Tooltip>
  );
}

function Metrics({ run }: { run: RunOut }) {
  const values = Object.values(run.values);
  return (
    <Panel title="Metrics">
      {values.length === 0 ? (
        <p className={styles.none}>{run.finished ? "It measured nothing." : "Nothing is measured yet."}</p>
      ) : (
        <Values large entries={values.map(({ name, value, value_stddev }) => [name, uncertain(value, value_stddev)])} />
      )}
    </Panel>
  );
}

function OnItsWay({ run }: { run: RunOut }) {
  const theme = useComputedColorScheme("light");
  const count = run.checkpoint_count;
  const query = useQuery({ ...checkpointsQuery(run.id, count, theme), enabled: count > 0 });
  if (count === 0) return null;
  return <RunPlotPanel query={query} name={`run-${run.id}-checkpoints`} />;
}

function Parameters({ run }: { run: RunOut }) {
  const sources = sourcesOf(run);
  if (sources.length === 0) {
    return (
      <Panel title="Parameters">
        <p className={styles.none}>It was given none.</p>
      </Panel>
    );
  }
  return (
    <Panel title="Parameters">
      {sources.map(({ name, open, parameters }) =>
        name === null ? (
          <Values key="" entries={parameters} />
        ) : (
          <details key={name} className={styles.source} open={open}>
            <summary>{name}</summary>
            <Values entries={parameters} />
          </details>
        ),
      )}
    </Panel>
  );
}

function Noted({ run }: { run: RunOut }) {
  const own = Object.entries(run.metadata ?? {});
  const tools = Object.entries(run.dev_metadata);
  if (own.length + tools.length === 0) return null;
  return (
    <Panel title="Metadata">
      {own.length > 0 && <Values entries={own} />}
      {tools.length > 0 && (
        <details className={styles.source}>
          <summary>Of tools</summary>
          <Values entries={tools} />
        </details>
      )}
    </Panel>
  );
}

function Datasets({ run }: { run: RunOut }) {
  const names = Object.keys(run.datasets);
  if (names.length === 0) return null;
  return (
    <Panel title="Datasets">
      <ul className={styles.plain}>
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </Panel>
  );
}

/** Logs and the program. */
function Texts({ run }: { run: RunOut }) {
  const { content, hash } = run.source_code;
  return (
    <>
      {Object.entries(run.logs).map(([stream, log]) => (
        <Text key={stream} title={`Log ${stream}`}>
          {log.content}
        </Text>
      ))}
      {content && (
        <Text title="Program" beside={hash && <span className="dimmed">version {hash}</span>}>
          {content}
        </Text>
      )}
    </>
  );
}

function Text({ title, beside, children }: { title: string; beside?: ReactNode; children: string }) {
  return (
    <Panel title={title} actions={beside}>
      <div className={styles.text}>{children ? <Code label={title}>{children}</Code> : <p>It is empty.</p>}</div>
    </Panel>
  );
}
