import { Button, Select } from "@mantine/core";
import { type ConstraintDraft, newConstraint, newTerm } from "../../lib/draft";
import { NumberField } from "../../ui/number-field";
import type { PartProps } from "./create";
import rows from "../../ui/rows.module.css";
import styles from "./create.module.css";
import { RemoveRow, replaced, Rows, without } from "../../ui/rows";

/** Weighted sums of parameters that every point keeps below or above a threshold. */
export function ConstraintRows({ draft, change, fault }: PartProps) {
  const set = (index: number, changes: Partial<ConstraintDraft>) =>
    change({ constraints: replaced(draft.constraints, index, changes) });
  const names = [
    ...new Set(
      draft.parameters
        .filter((parameter) => parameter.kind === "double" || parameter.kind === "int")
        .map((parameter) => parameter.name.trim())
        .filter(Boolean),
    ),
  ];
  return (
    <Rows
      title="Linear constraints"
      hint="Sums of real or of whole numbers that every point keeps to, such as shares of a mixture that make at most 1."
      add="Add a constraint"
      onAdd={() => change({ constraints: [...draft.constraints, newConstraint()] })}
      fault={fault("linear_constraints")}
    >
      {draft.constraints.map((constraint, index) => {
        const path = `linear_constraints.${index}`;
        const terms = constraint.terms;
        return (
          <fieldset key={constraint.key} className={rows.row}>
            <legend className={rows.legend}>Constraint {index + 1}</legend>
            {terms.map((term, place) => (
              <div key={term.key} className={styles.term}>
                <NumberField
                  aria-label={`Weight ${place + 1}`}
                  label="Weight"
                  value={term.weight}
                  onChange={(weight) => set(index, { terms: replaced(terms, place, { weight }) })}
                  error={fault(`${path}.terms.${place}.weight`)}
                />
                <span className={styles.times}>×</span>
                <Select
                  size="xs"
                  aria-label={`Parameter ${place + 1}`}
                  label="Parameter"
                  data={names}
                  value={term.name || null}
                  onChange={(name) => set(index, { terms: replaced(terms, place, { name: name ?? "" }) })}
                  error={fault(`${path}.terms.${place}.name`)}
                />
                {terms.length > 2 && (
                  <RemoveRow what={`term ${place + 1}`} onClick={() => set(index, { terms: without(terms, place) })} />
                )}
              </div>
            ))}
            <Button
              size="compact-xs"
              variant="subtle"
              className={rows.add}
              onClick={() => set(index, { terms: [...terms, newTerm()] })}
            >
              + term
            </Button>
            <Select
              size="xs"
              label="Sum is"
              data={[
                { value: "less_than", label: "at most" },
                { value: "greater_than", label: "at least" },
              ]}
              value={constraint.type}
              onChange={(type) => set(index, { type: type as ConstraintDraft["type"] })}
              allowDeselect={false}
            />
            <NumberField
              label="Threshold"
              value={constraint.threshold}
              onChange={(threshold) => set(index, { threshold })}
              error={fault(`${path}.threshold`)}
            />
            <RemoveRow
              what={`constraint ${index + 1}`}
              onClick={() => change({ constraints: without(draft.constraints, index) })}
            />
          </fieldset>
        );
      })}
    </Rows>
  );
}
