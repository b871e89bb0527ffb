import { MultiSelect, Select, TextInput } from "@mantine/core";
import {
  isListed,
  list,
  newParameter,
  PARAMETER_KINDS,
  type ParameterDraft,
  type ParameterKind,
} from "../../lib/draft";
import { NumberField } from "../../ui/number-field";
import type { PartProps } from "./create";
import styles from "./create.module.css";
import { RemoveRow, replaced, Rows, without } from "./rows";

/** What may be varied. */
export function ParameterRows({ draft, change, fault }: PartProps) {
  const set = (index: number, changes: Partial<ParameterDraft>) =>
    change({ parameters: replaced(draft.parameters, index, changes) });
  return (
    <Rows
      title="Parameters"
      hint="What may be varied, and how far. A log scale is for what matters by its magnitude, such as a learning rate."
      add="Add a parameter"
      onAdd={() => change({ parameters: [...draft.parameters, newParameter()] })}
      fault={fault("parameters")}
    >
      {draft.parameters.map((parameter, index) => {
        const path = `parameters.${index}`;
        return (
          <fieldset key={parameter.key} className={styles.row}>
            <legend className={styles.legend}>Parameter {index + 1}</legend>
            <TextInput
              className={styles.wide}
              size="xs"
              label="Name"
              value={parameter.name}
              onChange={(event) => set(index, { name: event.currentTarget.value })}
              error={fault(`${path}.name`)}
            />
            <Select
              className={styles.wide}
              size="xs"
              label="Kind"
              data={PARAMETER_KINDS}
              value={parameter.kind}
              onChange={(kind) => set(index, { kind: (kind ?? "double") as ParameterKind })}
              allowDeselect={false}
            />
            {isListed(parameter.kind) ? (
              <TextInput
                className={styles.wide}
                size="xs"
                label={parameter.kind === "categorical" ? "Categories" : "Values"}
                placeholder={parameter.kind === "categorical" ? "gas, electric" : "1, 2, 5, 10"}
                value={parameter.values}
                onChange={(event) => set(index, { values: event.currentTarget.value })}
                error={fault(`${path}.values`)}
              />
            ) : (
              <>
                <NumberField
                  label="From"
                  value={parameter.min}
                  onChange={(min) => set(index, { min })}
                  error={fault(`${path}.min`)}
                />
                <NumberField
                  label="To"
                  value={parameter.max}
                  onChange={(max) => set(index, { max })}
                  error={fault(`${path}.max`)}
                />
              </>
            )}
            {draft.conditionals
              .filter((conditional) => conditional.name.trim() && list(conditional.values).length > 0)
              .map((conditional) => (
                <MultiSelect
                  key={conditional.key}
                  className={styles.wide}
                  size="xs"
                  label={`Only when ${conditional.name.trim()} is`}
                  placeholder="any"
                  data={[...new Set(list(conditional.values))]}
                  value={parameter.conditions[conditional.name.trim()] ?? []}
                  onChange={(values) =>
                    set(index, { conditions: { ...parameter.conditions, [conditional.name.trim()]: values } })
                  }
                  error={fault(`${path}.conditions`)}
                />
              ))}
            <RemoveRow
              what={`parameter ${index + 1}`}
              onClick={() => change({ parameters: without(draft.parameters, index) })}
              disabled={draft.parameters.length === 1}
            />
          </fieldset>
        );
      })}
    </Rows>
  );
}
