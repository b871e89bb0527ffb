import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useMemo, useState } from "react";
import { createExperiment, preflightQuery } from "../../api/preflight";
import { projectsQuery } from "../../api/projects";
import { queryClient } from "../../api/query-client";
import type { ExperimentIn } from "../../api/schema";
import { useSession } from "../../api/session";
import { draftBody, draftFaults, type ExperimentDraft, newDraft } from "../../lib/draft";
import { EMPTY, type Faults } from "../../lib/parameter-draft";
import { fieldOf } from "../../lib/refusals";
import { Failure } from "../../ui/feedback";
import { NumberField } from "../../ui/number-field";
import { Page, Panel } from "../../ui/page";
import { ConditionalRows } from "./conditionals";
import { ConstraintRows } from "./constraints";
import styles from "./create.module.css";
import { MetricRows } from "./metrics";
import { ParameterRows } from "./parameters";
import { Preflight } from "./preflight";

const route = getRouteApi("/signed-in/experiments/new");
const PAUSE_MS = 350;

/** What every part of the form gets. */
export interface PartProps {
  draft: ExperimentDraft;
  change: (changes: Partial<ExperimentDraft>) => void;
  /** What is wrong with a field, if it is time to say so. */
  fault: (path: string) => string | undefined;
}

/** A new experiment by form; the service says what it makes of it while one types. */
export function CreatePage() {
  const { project } = route.useSearch();
  const client = useSession().client?.id ?? null;
  const navigate = useNavigate();
  const [draft, setDraft] = useState(() => newDraft(project?.split("/", 2)[1] ?? ""));
  const [tried, setTried] = useState(false);
  const [asked] = useDebouncedValue(draft, PAUSE_MS);
  const local = useMemo(() => draftFaults(draft), [draft]);
  const body = useMemo(() => askable(asked), [asked]);
  const preflight = useQuery(preflightQuery(client, body));
  const create = useMutation({
    mutationFn: (body: ExperimentIn) => createExperiment(client ?? "", body),
    onSuccess: (made) => {
      queryClient.invalidateQueries({ queryKey: ["experiments"] });
      queryClient.invalidateQueries({ queryKey: ["projects"] });
      navigate({ to: "/experiments/$experimentId", params: { experimentId: made.id ?? "" } });
    },
  });
  const refusal = create.error ?? (body === null ? null : preflight.error);
  const refused: Faults = refusal ? { [fieldOf(refusal.message, draft)]: refusal.message } : {};

  const part: PartProps = {
    draft,
    change: (changes) => {
      create.reset();
      setDraft((before) => ({ ...before, ...changes }));
    },
    fault: (path) => (local[path] === EMPTY && !tried ? undefined : local[path]) ?? refused[path],
  };

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(local).length === 0) create.mutate(draftBody(draft));
  }

  return (
    <Page title="New experiment" above={<Link to="/experiments">Experiments</Link>}>
      <form className={styles.page} onSubmit={submit} noValidate>
        <div>
          <Basics {...part} />
          <ParameterRows {...part} />
          <MetricRows {...part} />
          <ConditionalRows {...part} />
          <ConstraintRows {...part} />
        </div>
        <aside className={styles.aside}>
          <Preflight
            draft={draft}
            local={local}
            refusal={refusal?.message ?? null}
            known={preflight.data ?? null}
            busy={preflight.isFetching}
            onBudget={(budget) => part.change({ budget: String(budget) })}
          />
          {create.isError && <Failure error={create.error} />}
          {tried && Object.values(local).includes(EMPTY) && (
            <Failure error={new Error("Some fields are still empty: they are marked.")} />
          )}
          <Button type="submit" loading={create.isPending}>
            Create the experiment
          </Button>
        </aside>
      </form>
    </Page>
  );
}

/** What can be asked of the service: everything but the name must be there. */
function askable(draft: ExperimentDraft) {
  const faults = draftFaults(draft);
  delete faults.name;
  return Object.keys(faults).length === 0 ? draftBody(draft) : null;
}

function Basics({ draft, change, fault }: PartProps) {
  const session = useSession();
  const projects = useQuery(projectsQuery(session.client?.id ?? null));
  return (
    <Panel>
      <div className={styles.basics}>
        <TextInput
          size="xs"
          label="Name"
          placeholder="What is optimized"
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={fault("name")}
          autoFocus
        />
        <Select
          size="xs"
          label="Project"
          placeholder="None"
          data={(projects.data?.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={draft.project || null}
          onChange={(project) => change({ project: project ?? "" })}
          error={fault("project")}
          clearable
          clearButtonProps={{ "aria-label": "No project" }}
        />
        <Select
          size="xs"
          label="Points are chosen"
          data={[
            { value: "offline", label: "by the optimizer" },
            { value: "random", label: "at random" },
            { value: "grid", label: "all of a grid" },
          ]}
          value={draft.type}
          onChange={(type) => change({ type: (type ?? "offline") as ExperimentDraft["type"] })}
          error={fault("type")}
          allowDeselect={false}
        />
        <NumberField
          label="Budget"
          placeholder="evaluations"
          value={draft.budget}
          onChange={(budget) => change({ budget })}
          error={fault("observation_budget")}
        />
        <NumberField
          label="Evaluated at once"
          placeholder="1"
          value={draft.bandwidth}
          onChange={(bandwidth) => change({ bandwidth })}
          error={fault("parallel_bandwidth")}
        />
        <NumberField
          label="Solutions"
          placeholder="1"
          value={draft.solutions}
          onChange={(solutions) => change({ solutions })}
          error={fault("num_solutions")}
        />
      </div>
    </Panel>
  );
}
