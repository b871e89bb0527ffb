import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { enqueue, removeQueued, removeSuggestion, report, suggest, useChange } from "../../api/changes";
import { openSuggestionsQuery, queuedQuery } from "../../api/experiments";
import type { ExperimentOut, ObservationIn } from "../../api/schema";
import { useMayWrite } from "../../api/session";
import { emptyReport } from "../../lib/report";
import { Assignments } from "../../ui/assignments";
import { RemoveButton } from "../../ui/confirm";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import { PlusIcon } from "../../ui/icons";
import { Panel } from "../../ui/page";
import { PointForm } from "../../ui/point-form";
import { ReportForm } from "../../ui/report-form";
import { Ago } from "../../ui/time";
import { useExperiment } from "./experiment";
import { SuggestionCard } from "./suggestion-card";
import styles from "./suggestions.module.css";

/** What to evaluate next: open suggestions, and points of one's own that wait in line. */
export function SuggestionsTab() {
  const experiment = useExperiment();
  const id = experiment.id ?? "";
  const mayWrite = useMayWrite();
  const open = useQuery(openSuggestionsQuery(id));
  const next = useChange(id, () => suggest(id));
  const [reporting, setReporting] = useState<string | null>(null);
  return (
    <>
      {mayWrite && (
        <div className={styles.toolbar}>
          <Button size="xs" leftSection={<PlusIcon size={15} />} loading={next.isPending} onClick={() => next.mutate()}>
            Suggest what to try next
          </Button>
          <QueueButton experiment={experiment} />
        </div>
      )}
      {next.isError && <Failure error={next.error} />}
      {open.isPending ? (
        <Waiting what="Loading suggestions" />
      ) : open.isError ? (
        <Failure error={open.error} retry={open.refetch} />
      ) : open.data.data.length === 0 ? (
        <Empty title="No open suggestions">
          <p>
            {mayWrite ? "Ask for one, evaluate it, and report here what came of it" : "None waits for its result"}; or
            let a program do that: see{" "}
            <Link to="/experiments/$experimentId/api" params={{ experimentId: id }}>
              API
            </Link>
            .
          </p>
        </Empty>
      ) : (
        <ul className={styles.cards} aria-label="Open suggestions">
          {open.data.data.map((suggestion) => (
            <SuggestionCard
              key={suggestion.id}
              suggestion={suggestion}
              onReport={mayWrite ? () => setReporting(suggestion.id) : null}
              onRemove={async () => {
                await removeSuggestion(id, suggestion.id);
                await open.refetch();
              }}
            />
          ))}
        </ul>
      )}
      <Queue id={id} mayWrite={mayWrite} />
      <ReportDialog experiment={experiment} suggestion={reporting} onClose={() => setReporting(null)} />
    </>
  );
}

interface ReportDialogProps {
  experiment: ExperimentOut;
  suggestion: string | null;
  onClose: () => void;
}

function ReportDialog({ experiment, suggestion, onClose }: ReportDialogProps) {
  const id = experiment.id ?? "";
  const send = useChange(id, (body: ObservationIn) => report(id, { ...body, suggestion: Number(suggestion) }));
  function close() {
    send.reset();
    onClose();
  }
  return (
    <Modal opened={suggestion !== null} onClose={close} title={`What came of suggestion ${suggestion ?? ""}`}>
      <ReportForm
        key={suggestion}
        metrics={experiment.metrics}
        initial={emptyReport(experiment.metrics)}
        submit="Report"
        busy={send.isPending}
        error={send.error}
        onSubmit={(body) => send.mutate(body, { onSuccess: close })}
      />
    </Modal>
  );
}

function QueueButton({ experiment }: { experiment: ExperimentOut }) {
  const [opened, setOpened] = useState(false);
  const id = experiment.id ?? "";
  const queue = useChange(id, (assignments: Record<string, unknown>) => enqueue(id, assignments));
  function close() {
    queue.reset();
    setOpened(false);
  }
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpened(true)}>
        Queue a point of your own
      </Button>
      <Modal opened={opened} onClose={close} title="A point of your own" size="lg">
        <p className="dimmed">It is handed out before anything that the optimizer would suggest.</p>
        <PointForm
          experiment={experiment}
          submit="Queue it"
          busy={queue.isPending}
          error={queue.error}
          onSubmit={(assignments) => queue.mutate(assignments, { onSuccess: close })}
        />
      </Modal>
    </>
  );
}

function Queue({ id, mayWrite }: { id: string; mayWrite: boolean }) {
  const queued = useQuery(queuedQuery(id));
  if (queued.isError) return <Failure error={queued.error} retry={queued.refetch} />;
  if (queued.isPending || queued.data.data.length === 0) return null;
  return (
    <Panel title={`Waiting in line (${queued.data.count})`}>
      <ol className={styles.queue}>
        {[...queued.data.data].reverse().map((entry) => (
          <li key={entry.id}>
            <Assignments values={entry.assignments} />
            <span className="dimmed">
              queued <Ago time={entry.created} />
            </span>
            {mayWrite && (
              <RemoveButton
                what={`queued point ${entry.id}`}
                consequence="It will not be handed out."
                onConfirm={async () => {
                  await removeQueued(id, entry.id);
                  await queued.refetch();
                }}
              />
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
