import { TextInput } from "@mantine/core";
import { type ConditionalDraft, newConditional } from "../../lib/draft";
import type { PartProps } from "./create";
import rows from "../../ui/rows.module.css";
import { RemoveRow, replaced, Rows, without } from "../../ui/rows";

/** Choices on which it hangs whether a parameter exists. */
export function ConditionalRows({ draft, change, fault }: PartProps) {
  const set = (index: number, changes: Partial<ConditionalDraft>) =>
    change({ conditionals: replaced(draft.conditionals, index, changes) });
  return (
    <Rows
      title="Conditionals"
      hint="Choices that parameters hang on, such as the kind of model; a parameter then says with which it exists."
      add="Add a conditional"
      onAdd={() => change({ conditionals: [...draft.conditionals, newConditional()] })}
      fault={fault("conditionals")}
    >
      {draft.conditionals.map((conditional, index) => (
        <fieldset key={conditional.key} className={rows.row}>
          <legend className={rows.legend}>Conditional {index + 1}</legend>
          <TextInput
            className={rows.wide}
            size="xs"
            label="Name"
            value={conditional.name}
            onChange={(event) => set(index, { name: event.currentTarget.value })}
            error={fault(`conditionals.${index}.name`)}
          />
          <TextInput
            className={rows.wide}
            size="xs"
            label="Choices"
            placeholder="linear, tree"
            value={conditional.values}
            onChange={(event) => set(index, { values: event.currentTarget.value })}
            error={fault(`conditionals.${index}.values`)}
          />
          <RemoveRow
            what={`conditional ${index + 1}`}
            onClick={() => change({ conditionals: without(draft.conditionals, index) })}
          />
        </fieldset>
      ))}
    </Rows>
  );
}
