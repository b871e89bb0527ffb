import { Select, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { projectsQuery } from "../../../api/projects";
import { budgetIsFixed } from "../../../lib/revision";
import forms from "../../../ui/forms.module.css";
import { NumberField } from "../../../ui/number-field";
import { Panel } from "../../../ui/page";
import type { PartProps } from "./change-form";

/** What it is called, where it belongs, how much is planned, and notes for programs. */
export function General({ experiment, revision, change, fault }: PartProps) {
  const projects = useQuery(projectsQuery(experiment.client));
  const options = (projects.data?.data ?? []).map((each) => ({ value: each.id, label: each.name }));
  if (revision.project && !options.some(({ value }) => value === revision.project))
    options.push({ value: revision.project, label: revision.project });
  const fixed = budgetIsFixed(experiment);
  return (
    <Panel title="The experiment">
      <div className={forms.form}>
        <div className={forms.fields}>
          <TextInput
            size="xs"
            label="Name"
            value={revision.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            error={fault("name")}
          />
          <Select
            size="xs"
            label="Project"
            placeholder="None"
            data={options}
            value={revision.project || null}
            onChange={(project) => change({ project: project ?? "" })}
            error={fault("project")}
            disabled={experiment.runs_only}
            clearable
            clearButtonProps={{ "aria-label": "No project" }}
          />
          <NumberField
            label="Budget"
            placeholder="evaluations"
            description={fixed ?? undefined}
            value={revision.budget}
            onChange={(budget) => change({ budget })}
            error={fault("observation_budget") ?? fault("budget")}
            disabled={fixed !== null}
            inputWrapperOrder={["label", "input", "description", "error"]}
          />
          <NumberField
            label="Evaluated at once"
            placeholder="1"
            value={revision.bandwidth}
            onChange={(bandwidth) => change({ bandwidth })}
            error={fault("parallel_bandwidth")}
          />
        </div>
        <Textarea
          size="xs"
          label="Metadata, as JSON"
          placeholder='{"team": "vision"}'
          rows={Math.min(8, Math.max(2, revision.metadata.split("\n").length))}
          value={revision.metadata}
          onChange={(event) => change({ metadata: event.currentTarget.value })}
          error={fault("metadata")}
          spellCheck={false}
        />
      </div>
    </Panel>
  );
}
