import { Button, Loader } from "@mantine/core";
import type { PreflightOut } from "../../api/schema";
import { draftBody, type ExperimentDraft } from "../../lib/draft";
import { number, parsed, percent } from "../../lib/numbers";
import { EMPTY, type Faults } from "../../lib/parameter-draft";
import { Code } from "../../ui/code";
import { Panel } from "../../ui/page";
import rows from "../../ui/rows.module.css";
import styles from "./create.module.css";

interface PreflightProps {
  draft: ExperimentDraft;
  local: Faults;
  refusal: string | null;
  known: PreflightOut | null;
  busy: boolean;
  onBudget: (budget: number) => void;
}

/** What the service would make of the experiment as it stands. */
export function Preflight({ draft, local, refusal, known, busy, onBudget }: PreflightProps) {
  const missing = Object.entries(local).filter(([path]) => path !== "name");
  const budget = parsed(draft.budget);
  return (
    <Panel title="Before you create it" actions={busy && missing.length === 0 ? <Loader size={14} /> : null}>
      <div aria-live="polite" className={styles.preflight}>
        {missing.length > 0 ? (
          <p className="dimmed">
            {missing.some(([, fault]) => fault !== EMPTY)
              ? "Something is not a number: it is marked."
              : "Fill in the rest, and the service says here what it makes of it."}
          </p>
        ) : refusal ? (
          <p className={rows.fault} role="alert">
            {refusal}
          </p>
        ) : known ? (
          <>
            <dl className={styles.known}>
              <dt>Points</dt>
              <dd>{known.point_count === null ? "without number" : number(known.point_count)}</dd>
              {draft.constraints.length > 0 && (
                <>
                  <dt>Keeping to the constraints</dt>
                  <dd>{percent(known.feasible_share)}</dd>
                </>
              )}
              <dt>Advised budget</dt>
              <dd>
                {number(known.advised_budget)}{" "}
                {budget !== known.advised_budget && (
                  <Button size="compact-xs" variant="light" onClick={() => onBudget(known.advised_budget)}>
                    Take it
                  </Button>
                )}
              </dd>
              <dt>Uses</dt>
              <dd>{known.features.filter((feature) => feature !== "offline").join(", ") || "nothing special"}</dd>
            </dl>
          </>
        ) : null}
      </div>
      <details className={styles.json}>
        <summary>As JSON, for a program</summary>
        <Code label="The experiment as JSON">{JSON.stringify(draftBody(draft), null, 2)}</Code>
      </details>
    </Panel>
  );
}
