import { Button, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { archiveExperiment, updateExperiment, useChange } from "../../api/changes";
import type { ExperimentOut } from "../../api/schema";
import { useMayWrite } from "../../api/session";
import { standing } from "../../lib/experiment";
import { number, parsed } from "../../lib/numbers";
import { range } from "../../lib/point";
import { moment } from "../../lib/times";
import { Failure } from "../../ui/feedback";
import forms from "../../ui/forms.module.css";
import { NumberField } from "../../ui/number-field";
import { Panel } from "../../ui/page";
import { useExperiment } from "./experiment";
import styles from "./properties.module.css";

/** What the experiment is, and what can change while it runs. */
export function PropertiesTab() {
  const experiment = useExperiment();
  const mayWrite = useMayWrite();
  return (
    <>
      <Panel title="Search space">
        <dl className={styles.space}>
          {experiment.conditionals.map((conditional) => (
            <div key={conditional.name}>
              <dt>{conditional.name}</dt>
              <dd>
                {conditional.values.join(", ")} <span className="dimmed">conditional</span>
              </dd>
            </div>
          ))}
          {experiment.parameters.map((parameter) => (
            <div key={parameter.name}>
              <dt>{parameter.name}</dt>
              <dd>
                {range(parameter)} <span className="dimmed">{parameter.type}</span>
                {Object.entries(parameter.conditions).map(([name, values]) => (
                  <span key={name} className="dimmed">
                    {" "}
                    when {name} is {values.join(" or ")}
                  </span>
                ))}
              </dd>
            </div>
          ))}
          {experiment.linear_constraints.map((constraint) => {
            const sum = constraint.terms.map((term) => `${number(term.weight)} × ${term.name}`).join(" + ");
            return (
              <div key={sum}>
                <dt>constraint</dt>
                <dd>
                  {sum} {constraint.type === "less_than" ? "≤" : "≥"} {number(constraint.threshold)}
                </dd>
              </div>
            );
          })}
        </dl>
      </Panel>
      {mayWrite && <Change key={experiment.updated} experiment={experiment} />}
      <p className="dimmed">
        Created {moment(experiment.created)}, changed {moment(experiment.updated)}.
      </p>
    </>
  );
}

function Change({ experiment }: { experiment: ExperimentOut }) {
  const id = experiment.id ?? "";
  const navigate = useNavigate();
  const [name, setName] = useState(experiment.name);
  const [budget, setBudget] = useState(String(standing(experiment).budget ?? ""));
  const [bandwidth, setBandwidth] = useState(String(experiment.parallel_bandwidth ?? ""));
  const save = useChange(id, () =>
    updateExperiment(id, {
      name,
      ...(parsed(budget) === null ? {} : { observation_budget: parsed(budget) }),
      parallel_bandwidth: parsed(bandwidth),
    }),
  );
  const archived = experiment.state === "deleted";
  const archive = useChange(id, (): Promise<unknown> =>
    archived ? updateExperiment(id, { state: "active" }) : archiveExperiment(id),
  );
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }
  return (
    <Panel title="Change it">
      <form className={forms.form} onSubmit={submit}>
        <div className={forms.fields}>
          <TextInput size="xs" label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <NumberField label="Budget" value={budget} onChange={setBudget} />
          <NumberField label="Evaluated at once" placeholder="1" value={bandwidth} onChange={setBandwidth} />
        </div>
        {save.isError && <Failure error={save.error} />}
        {archive.isError && <Failure error={archive.error} />}
        <div className={forms.buttons}>
          <Button type="submit" size="xs" loading={save.isPending}>
            Save
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={archive.isPending}
            onClick={() =>
              archive.mutate(undefined, { onSuccess: () => !archived && navigate({ to: "/experiments" }) })
            }
          >
            {archived ? "Bring it back" : "Archive"}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
