import { list, newParameter, type ParameterDraft } from "../../lib/parameter-draft";
import { ConditionFields, NameAndKind, PriorFields, RangeFields } from "../../ui/parameter-fields";
import { RemoveRow, replaced, Rows, without } from "../../ui/rows";
import rows from "../../ui/rows.module.css";
import type { PartProps } from "./create";

/** What may be varied. */
export function ParameterRows({ draft, change, fault }: PartProps) {
  const conditionals = draft.conditionals
    .map(({ name, values }) => ({ name: name.trim(), values: [...new Set(list(values))] }))
    .filter(({ name, values }) => name && values.length > 0);
  return (
    <Rows
      title="Parameters"
      hint="What may be varied, and how far. A log scale is for what matters by its magnitude, such as a learning rate. A prior says where good values are believed to lie."
      add="Add a parameter"
      onAdd={() => change({ parameters: [...draft.parameters, newParameter()] })}
      fault={fault("parameters")}
    >
      {draft.parameters.map((parameter, index) => {
        const part = {
          parameter,
          set: (changes: Partial<ParameterDraft>) => change({ parameters: replaced(draft.parameters, index, changes) }),
          fault: (name: string) => fault(`parameters.${index}.${name}`),
        };
        return (
          <fieldset key={parameter.key} className={rows.row}>
            <legend className={rows.legend}>Parameter {index + 1}</legend>
            <NameAndKind {...part} />
            <RangeFields {...part} />
            <PriorFields {...part} />
            <ConditionFields {...part} conditionals={conditionals} />
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
