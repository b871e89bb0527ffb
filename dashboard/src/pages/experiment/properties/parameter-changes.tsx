import { Select } from "@mantine/core";
import { list, PARAMETER_KINDS } from "../../../lib/parameter-draft";
import { addedParameter, parametersAreFixed, type RevisedParameter } from "../../../lib/revision";
import { NumberField } from "../../../ui/number-field";
import { Panel } from "../../../ui/page";
import { ConditionFields, NameAndKind, PriorFields, RangeFields } from "../../../ui/parameter-fields";
import { RemoveRow, replaced, Rows, without } from "../../../ui/rows";
import rows from "../../../ui/rows.module.css";
import type { PartProps } from "./change-form";
import styles from "./properties.module.css";
import { Conditions, FixedList, ParameterList } from "./space-list";

/** The search space: how far each parameter goes, and which there are. */
export function ParameterChanges({ experiment, revision, change, fault }: PartProps) {
  const { parameters } = revision;
  const fixed = parametersAreFixed(experiment);
  if (fixed !== null) {
    return (
      <Panel title="Search space">
        <p className={styles.about}>{fixed}</p>
        <ParameterList experiment={experiment} />
        <FixedList experiment={experiment} />
      </Panel>
    );
  }
  return (
    <Rows
      title="Search space"
      hint="Observations outside new limits stay and still count. A parameter that is removed keeps its data and can come back under its name."
      add="Add a parameter"
      onAdd={() => change({ parameters: [...parameters, addedParameter()] })}
      fault={fault("parameters")}
    >
      {parameters.map((parameter, index) => {
        const part: FieldsProps = {
          parameter,
          set: (changes) => change({ parameters: replaced(parameters, index, changes) }),
          fault: (name) => fault(`parameters.${index}.${name}`),
        };
        return (
          <fieldset key={parameter.key} className={rows.row}>
            <legend className={rows.legend}>{parameter.known ? parameter.name : "New parameter"}</legend>
            {parameter.known ? <Known parameter={parameter} /> : <NameAndKind {...part} />}
            <RangeFields {...part} />
            <PriorFields {...part} />
            {parameter.known === null && <ConditionFields {...part} conditionals={experiment.conditionals} />}
            {(parameter.known === null || parameter.known.default_value !== null) && <DefaultField {...part} />}
            <RemoveRow
              what={parameter.name || "the new parameter"}
              onClick={() => change({ parameters: without(parameters, index) })}
              disabled={parameters.length === 1}
            />
          </fieldset>
        );
      })}
      <FixedList experiment={experiment} />
    </Rows>
  );
}

interface FieldsProps {
  parameter: RevisedParameter;
  set: (changes: Partial<RevisedParameter>) => void;
  fault: (part: string) => string | undefined;
}

/** What stays of a parameter. */
function Known({ parameter }: { parameter: RevisedParameter }) {
  const kind = PARAMETER_KINDS.find(({ value }) => value === parameter.kind)?.label;
  return (
    <div className={`${rows.wide} ${styles.known}`}>
      <strong>{parameter.name}</strong>
      <span className="dimmed">
        {kind}
        <Conditions conditions={parameter.conditions} />
      </span>
    </div>
  );
}

/** What the parameter was for the observations that were made without it. */
function DefaultField({ parameter, set, fault }: FieldsProps) {
  const label = "Before, it was";
  if (parameter.kind !== "categorical") {
    return (
      <NumberField
        label={label}
        value={parameter.default}
        onChange={(text) => set({ default: text })}
        error={fault("default")}
      />
    );
  }
  return (
    <Select
      size="xs"
      label={label}
      data={[...new Set(list(parameter.values))]}
      value={parameter.default || null}
      onChange={(value) => set({ default: value ?? "" })}
      error={fault("default")}
      allowDeselect={false}
    />
  );
}
