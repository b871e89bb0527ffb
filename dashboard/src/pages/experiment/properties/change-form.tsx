import { Button } from "@mantine/core";
import { type FormEvent, useEffect, useMemo, useRef, useState } from "react";
import { refreshExperiment, updateExperiment, useChange } from "../../../api/changes";
import { experimentQuery } from "../../../api/experiments";
import { queryClient } from "../../../api/query-client";
import type { ExperimentOut } from "../../../api/schema";
import { EMPTY, type Faults } from "../../../lib/parameter-draft";
import { fieldOf } from "../../../lib/refusals";
import {
  type Body,
  changesOf,
  type Revision,
  revisionBody,
  revisionFaults,
  revisionOf,
  undoBody,
} from "../../../lib/revision";
import { Failure } from "../../../ui/feedback";
import forms from "../../../ui/forms.module.css";
import { notify } from "../../../ui/notice";
import { General } from "./general";
import { ParameterChanges } from "./parameter-changes";
import styles from "./properties.module.css";
import { Thresholds } from "./thresholds";

/** What every part of the form gets. */
export interface PartProps {
  experiment: ExperimentOut;
  revision: Revision;
  change: (changes: Partial<Revision>) => void;
  /** What is wrong with a field, if it is time to say so. */
  fault: (path: string) => string | undefined;
}

/** All that the service lets one change, what would change, and a way back. */
export function ChangeForm({ experiment }: { experiment: ExperimentOut }) {
  const id = experiment.id ?? "";
  const [revision, setRevision] = useState(() => revisionOf(experiment));
  const [tried, setTried] = useState(false);
  const [faulty, setFaulty] = useState(0);
  const formRef = useRef<HTMLFormElement>(null);
  const local = useMemo(() => revisionFaults(experiment, revision), [experiment, revision]);
  const body = useMemo(() => revisionBody(experiment, revision), [experiment, revision]);
  const changes = Object.keys(body).length > 0 ? changesOf(experiment, revision) : [];
  const save = useChange(id, async () => {
    const saved = await updateExperiment(id, body);
    notify({
      text: `Changed: ${changes.map(({ what }) => what).join(", ")}.`,
      undo: () => undo(experiment, saved, body),
    });
  });
  const form = { ...revision, conditionals: experiment.conditionals };
  const refused: Faults = save.error ? { [fieldOf(save.error.message, form)]: save.error.message } : {};

  useEffect(() => {
    if (save.isError || faulty > 0) formRef.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [save.isError, faulty]);

  const part: PartProps = {
    experiment,
    revision,
    change: (changed) => {
      save.reset();
      setRevision((before) => ({ ...before, ...changed }));
    },
    fault: (path) => (local[path] === EMPTY && !tried ? undefined : local[path]) ?? refused[path],
  };

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(local).length === 0) save.mutate();
    else setFaulty((before) => before + 1);
  }

  function discard() {
    save.reset();
    setTried(false);
    setRevision(revisionOf(experiment));
  }

  return (
    <form ref={formRef} className={styles.form} onSubmit={submit} noValidate>
      <General {...part} />
      <ParameterChanges {...part} />
      <Thresholds {...part} />
      {changes.length > 0 && (
        <section className={styles.bar} aria-label="What would change">
          <dl className={styles.list}>
            {changes.map(({ what, from, to }) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>
                  <del>{from}</del> → <ins>{to}</ins>
                </dd>
              </div>
            ))}
          </dl>
          {save.isError && <Failure error={save.error} />}
          {tried && Object.keys(local).length > 0 && (
            <Failure error={new Error("Some fields cannot be saved as they are: they are marked.")} />
          )}
          <div className={forms.buttons}>
            <Button type="submit" size="xs" loading={save.isPending}>
              Save
            </Button>
            <Button size="xs" variant="default" onClick={discard}>
              Discard
            </Button>
          </div>
        </section>
      )}
    </form>
  );
}

/** Puts back what a change has changed, unless somebody has changed more meanwhile. */
async function undo(before: ExperimentOut, saved: ExperimentOut, change: Body): Promise<string | null> {
  const id = before.id ?? "";
  const present = await queryClient.fetchQuery({ ...experimentQuery(id), staleTime: 0 });
  if (JSON.stringify(revisionOf(present)) !== JSON.stringify(revisionOf(saved)))
    throw new Error("it was changed again meanwhile.");
  const now = await updateExperiment(id, undoBody(before, change));
  await refreshExperiment(id);
  // A budget that was given cannot be taken away, nor can the value that a parameter needs to come back.
  return (
    changesOf(before, revisionOf(now))
      .map(({ what }) => what)
      .join(", ") || null
  );
}
